"""Metrics of fields that are a yes or no: whether probabilities rank customers rightly, and how a list of the first of
them does.

A row without probabilities counts as sure of its answer; an invalid one with 0.5.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import numpy as np

from fewsight.errors import ConfigError
from fewsight.evals.metrics.base import Metric, MetricInput, register
from fewsight.evals.predictions import Predictions
from fewsight.statistics.arrays import Codes, Flags, Floats
from fewsight.statistics.intervals import Interval, cluster_interval
from fewsight.statistics.ranking import area, average_precision, calibration_slope, lift_at, precision_at
from fewsight.statistics.statistic import Statistic

_YES: Final = frozenset(["yes", "true"])
_NO: Final = frozenset(["no", "false"])
BUDGETS: Final = (5, 10, 20)
"""Percent of the rows that a list holds; the middle one stands in tables."""

Scored = tuple[Floats, Flags]
"""The probability of yes, and whether it was given; of shape (rows,)."""


def scored(predictions: Predictions) -> Scored | None:
    """None where the field is not a yes or no."""
    if (yes := _yes_of(predictions.labels)) is None:
        return None
    scores = np.full(len(predictions), 0.5)
    answered = predictions.predicted >= 0
    scores[answered] = predictions.predicted[answered] == yes
    known = predictions.has_probabilities
    if known.any():
        scores[known] = predictions.probabilities[:, yes]
    return scores, predictions.gold == yes


def _yes_of(labels: Sequence[str]) -> int | None:
    """The place of yes among two labels that are yes and no."""
    words = [label.casefold() for label in labels]
    places = [place for place, word in enumerate(words) if word in _YES]
    return places[0] if len(words) == 2 and len(places) == 1 and words[1 - places[0]] in _NO else None


def _ranked(name: str, function: Callable[[Floats, Flags], Statistic]) -> Callable[[Predictions], Statistic]:
    def statistic(predictions: Predictions) -> Statistic:
        given = scored(predictions)
        if given is None:
            labels = ", ".join(map(repr, predictions.labels[:5]))
            raise ConfigError(
                f"{name!r} is of a yes or no, and the labels of the field are {labels}; compare by another."
            )
        return function(*given)

    return statistic


def _interval(function: Callable[[Floats, Flags], Statistic | None]) -> Callable[[MetricInput], Interval | None]:
    def interval(given: MetricInput) -> Interval | None:
        found = scored(given.predictions)
        statistic = None if found is None else function(*found)
        return None if statistic is None else cluster_interval(statistic, given.predictions.clusters)

    return interval


def _calibrated_slope(given: MetricInput) -> Interval | None:
    """After the calibration, where there is one."""
    rows = given.calibrated
    if rows is None or (place := _yes_of(rows.labels)) is None:
        return None
    statistic = calibration_slope(rows.probabilities[:, place], rows.gold == place)
    return None if statistic is None else cluster_interval(statistic, rows.clusters)


def _listed(
    function: Callable[[Floats, Flags, Codes, float], Interval], budget: int, given: MetricInput
) -> Interval | None:
    found = scored(given.predictions)
    return None if found is None else function(*found, given.predictions.clusters, budget / 100)


for _name, _words, _function in (("auc", "AUC", area), ("average_precision", "average precision", average_precision)):
    register(Metric(_name, _words, _interval(_function), _ranked(_name, _function), is_share=False))
register(Metric("calibration_slope", "calibration slope", _interval(calibration_slope), is_share=False))
register(Metric("calibrated_slope", "slope, calibrated", _calibrated_slope, is_share=False))
for _budget in BUDGETS:
    _shown = _budget == BUDGETS[1]
    _precision, _lift = (partial(_listed, function, _budget) for function in (precision_at, lift_at))
    register(Metric(f"precision_at_{_budget}", f"precision at {_budget} %", _precision, is_in_tables=_shown))
    register(Metric(f"lift_at_{_budget}", f"lift at {_budget} %", _lift, is_share=False, is_in_tables=_shown))
