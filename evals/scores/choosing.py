"""The cheapest arm that is good enough.

An arm is good enough where it is shown not to be worse than any other arm by more than a margin: the largest of the
p-values against each of them (an intersection-union test: Berger, Technometrics 24, 1982), so that nothing depends on
which arm looks best on these rows. Of several arms that may be called good enough, p-values are corrected after Holm,
whose order is that of the data: a fixed order from the cheapest on would end at the first bad arm, which is often the
cheapest. The dearest arm needs no proof, as nothing is saved by taking it, and is not among them.
"""

import math
from collections.abc import Mapping, Sequence
from typing import get_args

import numpy as np

from fewsight.evals.metrics.base import comparison
from fewsight.evals.model import ArmPart, Choice, Figure, Group, Measure, Standing
from fewsight.evals.predictions import Predictions
from fewsight.evals.predictions.rows import cluster_codes
from fewsight.statistics.arrays import Codes, Floats
from fewsight.statistics.intervals import cluster_interval
from fewsight.statistics.margins import not_worse_p
from fewsight.statistics.paired import holm
from fewsight.statistics.statistic import Statistic, difference


def cheapest_good(
    fields: Sequence[Mapping[str, Predictions]], arms: Sequence[ArmPart], metric: str, margin: float
) -> Choice | None:
    """The choice among the arms that answered every field; None where there are fewer than two.

    Args:
        fields: for each field, predictions of the same rows by arm. Of several fields the mean of the metric counts.
        arms: what each arm is and took, on the same rows.
        metric: what arms are compared by.
        margin: how much worse an arm may be, a share above 0.

    Raises:
        ConfigError: the metric is unknown, or the margin is not above 0.
    """
    known = [arm for arm in arms if fields and all(arm.name in field for field in fields)]
    if len(known) < 2:
        return None
    measure, ordered = _by_cost(known)
    figures = {arm.name: _over_fields([comparison(metric)(field[arm.name]) for field in fields]) for arm in ordered}
    clusters = cluster_codes([row.customer for field in fields for row in field[ordered[0].name].rows])
    standings = [_standing(arm, figures, clusters, margin) for arm in ordered[:-1]]
    corrected = holm([one.p for one in standings])
    rows = sum(len(field[ordered[0].name]) for field in fields)
    return Choice(
        margin=margin,
        measure=measure,
        best=max(figures, key=lambda name: figures[name].value),
        standings=tuple(
            one.model_copy(update={"p_holm": p, "cost": _shown_cost(arm, measure, rows / len(fields))})
            for one, p, arm in zip(standings, corrected, ordered, strict=False)
        ),
    )


def _by_cost(arms: Sequence[ArmPart]) -> tuple[Measure, list[ArmPart]]:
    """From the cheapest on. What arms took is compared where it is known of all, else their kinds are."""
    if all(arm.cost.price_per_1000 is not None for arm in arms):
        return "price", sorted(arms, key=lambda arm: arm.cost.price_per_1000 or 0.0)
    if all(arm.cost.seconds is not None for arm in arms):
        return "seconds", sorted(arms, key=lambda arm: arm.cost.seconds or 0.0)
    groups = get_args(Group)
    return "kind", sorted(
        arms, key=lambda arm: (groups.index(arm.kind), math.inf if arm.cost.seconds is None else arm.cost.seconds)
    )


def _shown_cost(arm: ArmPart, measure: Measure, rows: float) -> float | None:
    if measure == "price":
        return arm.cost.price_per_1000
    return 1000 * arm.cost.seconds / rows if measure == "seconds" and arm.cost.seconds is not None else None


def _standing(arm: ArmPart, figures: Mapping[str, Statistic], clusters: Codes, margin: float) -> Standing:
    """The arm against the rival with the largest p-value."""
    gaps = {name: difference(figures[arm.name], other) for name, other in figures.items() if name != arm.name}
    p_values = {name: not_worse_p(gap, clusters, margin) for name, gap in gaps.items()}
    rival = max(p_values, key=lambda name: (p_values[name], -gaps[name].value))
    return Standing(
        arm=arm.name,
        cost=None,
        rival=rival,
        difference=Figure.of(cluster_interval(gaps[rival], clusters)),
        p=p_values[rival],
        p_holm=1.0,
    )


def _over_fields(figures: Sequence[Statistic]) -> Statistic:
    """The mean of the fields' figures; the rows of all fields stand one after the other."""
    if len(figures) == 1:
        return figures[0]
    ends = np.cumsum([one.columns.shape[1] for one in figures])
    columns = np.zeros((sum(len(one.columns) for one in figures), ends[-1]))
    row = 0
    for one, end in zip(figures, ends, strict=True):
        columns[row : row + len(one.columns), end - one.columns.shape[1] : end] = one.columns
        row += len(one.columns)

    def of_sums(sums: Floats) -> Floats:
        parts = np.split(sums, ends[:-1], axis=-1)
        total: Floats = np.mean([one.of_sums(part) for one, part in zip(figures, parts, strict=True)], axis=0)
        return total

    return Statistic(columns, of_sums, min(one.low for one in figures), max(one.high for one in figures))
