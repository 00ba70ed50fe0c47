"""Out-of-scope traffic: rows whose given label is 'none of these' (Larson et al., EMNLP 2019, report the first two)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fewsight.evals.metrics.base import Metric, MetricInput, register
from fewsight.evals.predictions import Predictions
from fewsight.statistics.arrays import Flags, Floats
from fewsight.statistics.intervals import Interval, cluster_interval
from fewsight.statistics.statistic import Statistic, safe_divide, share


def in_scope_accuracy(predictions: Predictions, none: str) -> Statistic:
    """The share of in-scope rows with the given label; 0 where there are none. `none` is the out-of-scope label."""
    inside = predictions.gold != predictions.labels.index(none)
    return share(predictions.gold == predictions.predicted, inside)


def out_of_scope_recall(predictions: Predictions, none: str) -> Statistic:
    """The share of out-of-scope rows that are answered so; 0 where there are none."""
    outside = predictions.gold == predictions.labels.index(none)
    return share(predictions.gold == predictions.predicted, outside)


@dataclass(frozen=True, slots=True, eq=False)
class ScopeCurve:
    """Matthews' correlation of 'out of scope' for each threshold, where rows of a lower confidence are taken for it.

    `thresholds` rise; the first, 0, takes no row for it and has an MCC of 0. Choose a threshold on other rows than
    those that its figure is reported on.
    """

    thresholds: Floats
    mcc: Floats

    @property
    def best(self) -> float:
        """The threshold with the highest MCC; of equal ones the lowest."""
        return float(self.thresholds[self.mcc.argmax()])


def scope_curve(outside: Flags, confidence: Floats) -> ScopeCurve:
    """The curve over all thresholds that tell rows apart; both of shape (rows,)."""
    values, place = np.unique(confidence, return_inverse=True)
    rows = np.bincount(place, minlength=len(values))
    true = np.bincount(place, weights=outside, minlength=len(values))
    called = np.concatenate([[0], rows.cumsum()])
    hits = np.concatenate([[0], true.cumsum()])
    total, positives = len(outside), int(outside.sum())
    above = total * hits - called * positives
    below = np.sqrt(called * (total - called) * float(positives) * (total - positives))
    return ScopeCurve(np.concatenate([[0.0], np.nextafter(values, np.inf)]), safe_divide(above, below))


def _of_scope(function: Callable[[Predictions, str], Statistic]) -> Callable[[MetricInput], Interval | None]:
    """The figure of fields that have a label for what is out of scope."""

    def interval(given: MetricInput) -> Interval | None:
        if given.out_of_scope is None:
            return None
        return cluster_interval(function(given.predictions, given.out_of_scope), given.predictions.clusters)

    return interval


register(Metric("in_scope_accuracy", "in-scope accuracy", _of_scope(in_scope_accuracy)))
register(Metric("out_of_scope_recall", "out-of-scope recall", _of_scope(out_of_scope_recall)))
