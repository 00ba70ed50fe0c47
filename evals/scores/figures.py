"""Figures of one field by arm, and the arms against each other."""

from collections.abc import Collection, Mapping
from typing import Final

import numpy as np

from fewsight.evals.metrics.base import METRICS, GivenNumbers, MetricInput, comparison
from fewsight.evals.metrics.labels import by_label, confusion
from fewsight.evals.model import Figure, LabelFigures, Pair
from fewsight.evals.predictions import Predictions
from fewsight.statistics.arrays import Codes
from fewsight.statistics.intervals import cluster_interval
from fewsight.statistics.margins import detectable_effect
from fewsight.statistics.paired import compare_all, mcnemar
from fewsight.statistics.statistic import Statistic, difference

MOST_CELLS: Final = 200
"""Labels up to which the whole table of confusions is kept."""


def figures(given: MetricInput) -> dict[str, Figure]:
    """All metrics of one arm that it has, with intervals."""
    by_metric = {}
    for name, metric in METRICS.entries.items():
        if (interval := metric.interval(given)) is not None:
            by_metric[name] = Figure.of(interval)
    return by_metric


def pairs(arms: Mapping[str, Predictions], metric: str) -> tuple[Pair, ...]:
    """Every pair of arms by the metric; for accuracy, and one row of each customer, McNemar's exact p beside."""
    if len(arms) < 2:
        return ()
    any_arm = next(iter(arms.values()))
    clusters, statistic = any_arm.clusters, comparison(metric)
    compared = _compared({name: statistic(predictions) for name, predictions in arms.items()}, clusters)
    if metric != "accuracy" or len(np.unique(clusters)) < len(any_arm):
        return compared
    right = {name: predictions.gold == predictions.predicted for name, predictions in arms.items()}
    return tuple(
        one.model_copy(update={"mcnemar_p": mcnemar(right[one.first], right[one.second]).p}) for one in compared
    )


def pairs_by_error(arms: Mapping[str, GivenNumbers]) -> dict[str, tuple[Pair, ...]]:
    """Every pair of arms over the same numbers by each error (mean error, RMSE); empty for fewer than two arms."""
    if len(arms) < 2:
        return {}
    clusters = next(iter(arms.values())).clusters
    return {
        name: _compared({arm: metric.error(one.gold, one.answered) for arm, one in arms.items()}, clusters)
        for name, metric in METRICS.entries.items()
        if metric.error is not None
    }


def _compared(arms: Mapping[str, Statistic], clusters: Codes) -> tuple[Pair, ...]:
    return tuple(
        Pair(
            first=one.first,
            second=one.second,
            difference=Figure.of(one.difference),
            p=one.p,
            p_holm=one.p_holm,
        )
        for one in compare_all(arms, clusters)
    )


def least_detectable(arms: Mapping[str, Predictions], metric: str, best: str) -> tuple[float | None, tuple[str, ...]]:
    """The smallest true difference between the best arm and its nearest rival that these rows would likely show."""
    others = [name for name in arms if name != best]
    if not others:
        return None, ()
    statistic = comparison(metric)
    rival = max(others, key=lambda name: statistic(arms[name]).value)
    gap = difference(statistic(arms[best]), statistic(arms[rival]))
    detectable = detectable_effect(gap, arms[best].clusters)
    return (detectable.effect if np.isfinite(detectable.effect) else None), detectable.warnings


def label_table(predictions: Predictions) -> tuple[LabelFigures, ...]:
    """Figures of every label."""
    return tuple(
        LabelFigures(label=one.label, rows=one.rows, precision=one.precision, recall=one.recall, f1=one.f1)
        for one in by_label(predictions)
    )


def confusions(predictions: Predictions) -> tuple[tuple[int, ...], ...]:
    """Given by answered label, the last column for invalid answers; empty for a field with very many labels."""
    if len(predictions.labels) > MOST_CELLS:
        return ()
    return tuple(tuple(row) for row in confusion(predictions).tolist())


def disagreeing(arms: Mapping[str, Predictions]) -> list[int]:
    """Places of rows on which not all arms answer the same."""
    answers = np.array([p.predicted for p in arms.values()])
    return [int(place) for place in np.flatnonzero((answers != answers[0]).any(axis=0))]


def without_rows(arms: Mapping[str, Predictions], metric: str, ids: Collection[str]) -> dict[str, Figure]:
    """The headline by arm on the other rows than those; empty where they are all rows, or none."""
    by_arm = {}
    for name, predictions in arms.items():
        rows = tuple(row for row in predictions.rows if row.id not in ids)
        if rows and len(rows) < len(predictions):
            kept = Predictions(predictions.labels, rows)
            by_arm[name] = Figure.of(cluster_interval(comparison(metric)(kept), kept.clusters))
    return by_arm
