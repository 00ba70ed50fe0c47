"""Whether customers or answers are others than those that the answerer was made with.

Each fact is tested by how often its value now is higher than then (Mann and Whitney, Annals of Mathematical Statistics
18, 1947, as an area under a ROC curve), with intervals that count customers (Obuchowski, Biometrics 53, 1997), since
one customer may stand on both sides; p-values hold together after Holm. What moves up and down alike is not seen.
"""

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from fewsight.agents.watch.judging.thresholds import Ended
from fewsight.agents.watch.model import Drift, Moved, Share
from fewsight.statistics.arrays import Codes, Flags, Floats
from fewsight.statistics.intervals import cluster_interval, standard_error
from fewsight.statistics.paired import holm
from fewsight.statistics.ranking import area
from fewsight.statistics.statistic import mean

if TYPE_CHECKING:
    import pandas as pd

LEVEL: Final = 0.05
_FEWEST: Final = 20
"""Values on each side below which nothing is tested."""


def drift_of(then: "pd.DataFrame", now: "pd.DataFrame", past: Ended, risks: Floats) -> Drift:
    """All tests of one look.

    Args:
        then: facts of rows that the answerer learned from, with `customer_id`.
        now: facts of those who are watched.
        past: questions whose windows have ended; their risks are compared with `risks`, those of now.
        risks: of all who are watched; shape (customers,).
    """
    tested = [*_inputs(then, now), *_answers(past.risks, risks)]
    adjusted = holm([p for _, _, _, p in tested]) if tested else []
    moved = [
        Moved(what=what, name=name, often=often, p=p)
        for (what, name, often, _), p in zip(tested, adjusted, strict=True)
        if p <= LEVEL
    ]
    moved.sort(key=lambda one: -abs(one.often.value - 0.5))
    return Drift(tested=len(tested), moved=tuple(moved), surplus=_surplus(past))


_Test = tuple[str, str, Share, float]


def _inputs(then: "pd.DataFrame", now: "pd.DataFrame") -> list[_Test]:
    names = [str(name) for name in then.columns if name in now.columns and name not in ("customer_id", "as_of")]
    _, whose = np.unique([*then["customer_id"].astype(str), *now["customer_id"].astype(str)], return_inverse=True)
    is_now = np.arange(len(whose)) >= len(then)
    tests: list[_Test] = []
    for name in names:
        if then[name].dtype.kind not in "ifub" or now[name].dtype.kind not in "ifub":
            continue
        values = np.concatenate([then[name].to_numpy(dtype=float), now[name].to_numpy(dtype=float)])
        known = ~np.isnan(values)
        tests += _test("input", name, values[known], is_now[known], whose[known])
        if not known.all():
            tests += _test("input", f"{name} is known", known.astype(float), is_now, whose)
    return tests


def _answers(then: Floats, now: Floats) -> list[_Test]:
    values = np.concatenate([then, now])
    return _test("answer", "risk", values, np.arange(len(values)) >= len(then), np.arange(len(values)))


def _test(what: str, name: str, values: Floats, is_now: Flags, whose: Codes) -> list[_Test]:
    """One test, or none where a side is too small or nothing differs."""
    ups = int(is_now.sum())
    if min(ups, len(values) - ups) < _FEWEST or np.ptp(values) == 0:
        return []
    from scipy.stats import norm

    statistic = area(values, is_now)
    spread, customers = standard_error(statistic, whose)
    interval = cluster_interval(statistic, whose)
    gap = abs(statistic.value - 0.5)
    p = 2 * float(norm.sf(gap / spread)) if spread else float(gap == 0)
    often = Share(value=statistic.value, low=interval.low, high=interval.high, rows=len(values), customers=customers)
    return [(what, name, often, min(p, 1.0))]


def _surplus(past: Ended) -> Share | None:
    if not len(past.risks):
        return None
    last = past.among(past.moments == past.moments.max())
    interval = cluster_interval(mean(last.risks - last.came, -1.0, 1.0), last.customers)
    if not math.isfinite(interval.low):
        return None
    return Share(
        value=interval.value, low=interval.low, high=interval.high, rows=len(last.risks), customers=interval.clusters
    )
