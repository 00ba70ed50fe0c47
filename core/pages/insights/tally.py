"""What a page says of all insights of a task, from one pass over them in bounded memory."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from fewsight.insight import Insight
from fewsight.ledger.check import LabelCounts
from fewsight.pages.insights.certainty import uncertain_fields
from fewsight.pages.insights.colours import colours
from fewsight.pages.insights.lines import Palette
from fewsight.pages.insights.origins import Origins


@dataclass(slots=True)
class Tally:
    """Counts of one task; `warnings` are those that all of its insights have."""

    statuses: Counter[str] = field(default_factory=Counter)
    counter: LabelCounts = field(default_factory=LabelCounts)
    uncertain: int = 0
    review: int = 0
    warnings: list[str] = field(default_factory=list)
    moments: set[datetime | None] = field(default_factory=set)
    origins: Origins = field(default_factory=Origins)
    _labels: dict[str, set[str]] = field(default_factory=dict)

    def add(self, insight: Insight, review: Collection[str]) -> None:
        """Count one insight; `review` names its fields that a person should look at."""
        warnings = insight.provenance.warnings if insight.provenance else ()
        self.warnings = [one for one in self.warnings if one in warnings] if self.statuses else list(warnings)
        self.statuses[insight.status] += 1
        self.counter.add(insight)
        self.uncertain += bool(uncertain_fields(insight))
        self.review += bool(review)
        self.moments.add(insight.as_of)
        if insight.provenance:
            self.origins.add(insight.provenance)
        for path, shares in insight.probabilities.items():
            self._labels.setdefault(path, set()).update(shares)

    def palette(self) -> Palette:
        """The colours of all labels of each field that were scored or answered."""
        counts = self.counter.counts()
        paths = dict.fromkeys([*self._labels, *counts])
        return {path: colours({*self._labels.get(path, ()), *counts.get(path, ())}) for path in paths}


def shared_warnings(tallies: Iterable[Tally]) -> list[str]:
    """Warnings that all insights of all tasks have, where there are two insights or more."""
    first, *others = tallies
    if first.statuses.total() + len(others) < 2:
        return []
    return [one for one in first.warnings if all(one in other.warnings for other in others)]
