"""Metrics of fields whose labels stand for numbers."""

from collections.abc import Callable

from fewsight.evals.metrics.base import Metric, MetricInput, register
from fewsight.statistics.arrays import Codes, Floats
from fewsight.statistics.bootstrap import bootstrap_rows
from fewsight.statistics.intervals import Interval, cluster_interval
from fewsight.statistics.numbers import (
    mean_absolute_error,
    pearson,
    root_mean_square_error,
    spearman,
    total_ratio,
)
from fewsight.statistics.statistic import Statistic


def _of_numbers(function: Callable[[Floats, Floats], Statistic]) -> Callable[[MetricInput], Interval | None]:
    def interval(given: MetricInput) -> Interval | None:
        numbers = given.numbers
        if numbers is None:
            return None
        return cluster_interval(function(numbers.gold, numbers.answered), numbers.clusters)

    return interval


def _spearman(given: MetricInput) -> Interval | None:
    """Ranks are no sums over rows, so customers are resampled."""
    numbers = given.numbers
    if numbers is None:
        return None

    def of_rows(rows: Codes) -> float:
        return spearman(numbers.gold, numbers.answered, rows)

    return bootstrap_rows(of_rows, numbers.clusters)


def _error(name: str, words: str, function: Callable[[Floats, Floats], Statistic]) -> Metric:
    return Metric(name, words, _of_numbers(function), is_share=False, higher_is_better=False, error=function)


register(Metric("pearson", "Pearson's r", _of_numbers(pearson), is_share=False))
register(Metric("spearman", "Spearman's rho", _spearman, is_share=False))
register(_error("mean_absolute_error", "mean error", mean_absolute_error))
register(_error("root_mean_square_error", "RMSE", root_mean_square_error))
register(Metric("total_ratio", "total by given total", _of_numbers(total_ratio), is_share=False))
