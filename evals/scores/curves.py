"""Learning curves: one family of arms at several numbers of labels, with seeds as a random effect."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, variance

import numpy as np

from fewsight.evals.metrics.base import comparison
from fewsight.evals.model import CurvePoint, Figure
from fewsight.evals.predictions import Predictions
from fewsight.statistics.arrays import Floats
from fewsight.statistics.intervals import standard_error, t_quantile
from fewsight.statistics.statistic import Statistic


@dataclass(frozen=True)
class Learned:
    """An arm that learned from so many labels; `family` is what it shares with others of another number or seed."""

    name: str
    family: str
    labels: int


def curve(
    learned: Sequence[Learned], arms: Mapping[str, Predictions], metric: str, confidence: float = 0.95
) -> tuple[CurvePoint, ...]:
    """A point for each family and number of labels, of the families that have at least two numbers."""
    groups: dict[tuple[str, int], list[str]] = {}
    for arm in learned:
        if arm.name in arms and arm.labels:
            groups.setdefault((arm.family, arm.labels), []).append(arm.name)
    families = [family for family, _ in groups]
    points = [
        CurvePoint(
            family=family, labels=labels, figure=_figure([arms[n] for n in names], metric, confidence), seeds=len(names)
        )
        for (family, labels), names in groups.items()
        if families.count(family) > 1
    ]
    return tuple(sorted(points, key=lambda point: (point.family, point.labels)))


def _figure(seeds: Sequence[Predictions], metric: str, confidence: float) -> Figure:
    """The mean over seeds; its variance is that of the rows (of the mean on these rows) plus that of seeds over their
    number. Degrees of freedom after Satterthwaite (Biometrics Bulletin 2, 1946).
    """
    statistics = [comparison(metric)(predictions) for predictions in seeds]
    clusters = seeds[0].clusters
    spread, count = standard_error(_mean_of(statistics), clusters)
    values = [one.value for one in statistics]
    between = variance(values) / len(values) if len(values) > 1 else 0.0
    total = spread**2 + between
    value = fmean(values)
    if count < 2:
        return Figure(value=value, rows=len(seeds[0]), customers=count, method="one customer")
    freedom = float(count - 1)
    if between > 0:
        freedom = total**2 / (spread**4 / (count - 1) + between**2 / (len(values) - 1))
    reach = t_quantile((1 + confidence) / 2, freedom) * math.sqrt(total)
    low, high = statistics[0].low, statistics[0].high
    return Figure(
        value=value,
        low=max(low, value - reach),
        high=min(high, value + reach),
        rows=len(seeds[0]),
        customers=count,
        method="cluster t, one seed" if len(values) == 1 else "cluster t with seeds as a random effect",
    )


def _mean_of(statistics: Sequence[Statistic]) -> Statistic:
    width = statistics[0].columns.shape[1]

    def of_sums(sums: Floats) -> Floats:
        parts = [one.of_sums(sums[..., i * width : (i + 1) * width]) for i, one in enumerate(statistics)]
        return np.asarray(np.mean(parts, axis=0))

    return Statistic(np.hstack([one.columns for one in statistics]), of_sums, statistics[0].low, statistics[0].high)
