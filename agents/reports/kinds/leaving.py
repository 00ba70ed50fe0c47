"""Who leaves and why, as measures of a frame and as the parts of a report that tell of reasons."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fewsight.agents.reports.claims.figures import mean_figure, share_figure
from fewsight.agents.reports.claims.frame import Measure
from fewsight.agents.reports.claims.scopes import all_periods, is_long, period_name
from fewsight.agents.reports.model import FEWEST, Options, Period, Quote, Reason, Statistic, Why
from fewsight.agents.reports.reading.answered import Answered
from fewsight.agents.reports.reading.study import Study
from fewsight.agents.reports.words.wording import Labels, label_both
from fewsight.statistics.arrays import Flags

WAYS: tuple[Why, ...] = ("stated", "signs", "attribution")


@dataclass(frozen=True, slots=True, eq=False)
class Leaving:
    """Who of some rows leaves, for which label: both of shape (rows,). `unseen` is that of no reason to be seen."""

    reasons: np.ndarray[tuple[int], np.dtype[np.object_]]
    leaves: Flags
    unseen: str

    @classmethod
    def of(cls, answered: Sequence[Answered], options: Options) -> "Leaving":
        """Of the answers by row."""
        reasons = np.array([one.label for one in answered], dtype=object)
        return cls(reasons, reasons != options.stays, options.unseen)

    def of_reason(self, reason: str) -> Flags:
        """Who leaves for this reason."""
        flags: Flags = self.leaves & (self.reasons == reason)
        return flags

    def shown_reasons(self, among: Flags | None = None) -> list[str]:
        """The reasons that at least FEWEST (of the rows `among`) leave for, the commonest first."""
        rows = self.leaves if among is None else self.leaves & among
        counts = Counter(self.reasons[rows])
        shown = [reason for reason, count in counts.items() if count >= FEWEST and reason != self.unseen]
        return sorted(shown, key=lambda reason: (-counts[reason], reason))

    def measures(self, skips: frozenset[str] = frozenset()) -> tuple[Measure, ...]:
        """Leaving, where some do and some don't, and every reason that enough have and not all.

        Who is gone has an older newest event than who stays, so leaving says nothing by period.
        """
        leaving, measures = int(self.leaves.sum()), []
        if 0 < leaving < len(self.leaves):
            everyone = np.ones(len(self.leaves), dtype=bool)
            measures.append(Measure(Statistic(name="leaving_share"), everyone, self.leaves, skips | {"period"}))
        for reason in self.shown_reasons():
            told = self.of_reason(reason)
            if told.sum() < leaving:
                statistic = Statistic(name="reason_share", label=reason)
                measures.append(Measure(statistic, self.leaves, told, skips - {"time"}, is_exclusive=True))
        return tuple(measures)


def reason_parts(
    leaving: Leaving, study: Study, quotes: Mapping[str, tuple[Quote, ...]], labels: Labels
) -> tuple[Reason, ...]:
    """Reasons that at least FEWEST customers have, the commonest first."""
    leave, shown = int(leaving.leaves.sum()), []
    for reason in leaving.shown_reasons():
        rows = leaving.of_reason(reason)
        count = int(rows.sum())
        shown.append(
            Reason(
                reason=reason,
                words=label_both(reason, labels),
                customers=count,
                share=share_figure(count, leave),
                known=_known(study, rows),
                worth=int(study.worth[rows].sum()) if study.worth is not None else None,
                quotes=quotes.get(reason, ()),
            )
        )
    return tuple(shown)


def period_parts(leaving: Leaving, study: Study) -> tuple[Period, ...]:
    """Every period from the first newest event to the last."""
    if study.told is None:
        return ()
    by_quarter = is_long(study.told.newest)
    leave, seen = Counter[str](), Counter[str]()
    for row, moment in study.told.newest.items():
        name = period_name(moment, by_quarter)
        seen[name] += 1
        leave[name] += bool(leaving.leaves[row])
    return tuple(
        Period(name=name, leaving=leave[name] if seen[name] >= FEWEST else None, few=0 < seen[name] < FEWEST)
        for name in all_periods(study.told.newest)
    )


def worth_parts(leaving: Leaving, study: Study) -> dict[str, object]:
    """What those who leave bought, in all and each; nothing where they are few or no amounts are known."""
    worth = None
    if study.worth is not None and leaving.leaves.sum() >= FEWEST:
        worth = study.worth[leaving.leaves]
    return {
        "currency": study.currency,
        "worth": int(worth.sum()) if worth is not None else None,
        "worth_each": mean_figure(worth) if worth is not None else None,
    }


def _known(study: Study, rows: Flags) -> dict[Why, int]:
    if study.told is None:
        return {}
    ways = Counter(study.told.why[row] for row in np.flatnonzero(rows).tolist() if row in study.told.why)
    return {way: ways[way] for way in WAYS}
