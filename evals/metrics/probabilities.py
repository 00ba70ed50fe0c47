"""Metrics of probabilities: as the model gives them, and after calibration."""

from collections.abc import Callable

import numpy as np

from fewsight.evals.metrics.base import Metric, MetricInput, register
from fewsight.statistics.arrays import Codes, Floats
from fewsight.statistics.intervals import Interval, cluster_interval
from fewsight.statistics.probabilities import brier, log_loss
from fewsight.statistics.statistic import Statistic, share


def _of_probabilities(function: Callable[[Floats, Codes], Statistic]) -> Callable[[MetricInput], Interval | None]:
    """The figure over the rows that have probabilities."""

    def interval(given: MetricInput) -> Interval | None:
        predictions, known = given.predictions, given.predictions.has_probabilities
        if not known.any():
            return None
        statistic = function(predictions.probabilities, predictions.gold[known])
        return cluster_interval(statistic, predictions.clusters[known])

    return interval


def _calibrated_accuracy(given: MetricInput) -> Interval | None:
    """A division by the mean answer may change labels."""
    rows = given.calibrated
    if rows is None:
        return None
    return cluster_interval(share(rows.right, np.ones(len(rows), dtype=bool)), rows.clusters)


register(Metric("calibrated_accuracy", "accuracy, calibrated", _calibrated_accuracy))
register(Metric("log_loss", "log loss", _of_probabilities(log_loss), is_share=False, higher_is_better=False))
register(Metric("brier", "Brier", _of_probabilities(brier), is_share=False, higher_is_better=False))
