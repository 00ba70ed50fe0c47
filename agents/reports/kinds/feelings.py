"""What customers feel about each aspect, as the answers say: who speaks of it, and who complains."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from fewsight.agents.reports.claims.frame import Measure
from fewsight.agents.reports.model import FEWEST, Statistic
from fewsight.agents.reports.reading.answered import Answered
from fewsight.statistics.arrays import Flags

SILENT: Final = frozenset({"not_mentioned", "none", "null", "not mentioned", "no_mention"})
"""Labels that say that an aspect is not spoken of."""

COMPLAINTS: Final = frozenset({"negative", "mixed"})
"""Labels that say that a customer is not content."""


@dataclass(frozen=True, slots=True, eq=False)
class Feelings:
    """By aspect, who mentions it and who complains of it; `complains`: of any. Flags of shape (rows,)."""

    mentions: Mapping[str, Flags]
    complaints: Mapping[str, Flags]
    complains: Flags

    @classmethod
    def of(cls, answered: Sequence[Answered]) -> "Feelings":
        """Of the answers by row."""
        names = sorted({name for one in answered for name in one.labels})
        mentions, complaints = {}, {}
        for name in names:
            labels = [one.labels.get(name, "none") for one in answered]
            mentions[name] = np.array([label not in SILENT for label in labels], dtype=bool)
            complaints[name] = np.array([label in COMPLAINTS for label in labels], dtype=bool)
        complains: Flags = np.zeros(len(answered), dtype=bool)
        for flags in complaints.values():
            complains |= flags
        return cls(mentions, complaints, complains)

    @property
    def aspects(self) -> tuple[str, ...]:
        """All that are answered."""
        return tuple(self.mentions)

    def shown(self) -> list[str]:
        """Aspects that at least FEWEST customers speak of, those first that most complain about."""
        names = [name for name, flags in self.mentions.items() if flags.sum() >= FEWEST]
        return sorted(names, key=lambda name: (-int(self.complaints[name].sum()), name))

    def complainers(self, name: str, customers: Sequence[str]) -> set[str]:
        """Who complains of an aspect."""
        return {customers[row] for row in np.flatnonzero(self.complaints[name]).tolist()}

    def measures(self) -> tuple[Measure, ...]:
        """Who speaks of an aspect, and who of them complains; where some do and some don't."""
        measures = []
        for name in self.shown():
            mentions, complaints = self.mentions[name], self.complaints[name]
            if not mentions.all():
                everyone = np.ones(len(mentions), dtype=bool)
                measures.append(Measure(Statistic(name="mention_share", label=name), everyone, mentions))
            if 0 < complaints.sum() < mentions.sum():
                measures.append(Measure(Statistic(name="complaint_share", label=name), mentions, complaints))
        return tuple(measures)
