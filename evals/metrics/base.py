"""What a metric is. A module of this package registers its own; reports and comparisons know them by name alone.

Metrics of labels alone are functions:

    @label_metric("accuracy")
    def accuracy(predictions: Predictions) -> Statistic: ...

Others take all that is known: `register(Metric("brier", "Brier", ...))`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from fewsight.calibration.rows import ProbabilityRows
from fewsight.errors import ConfigError, did_you_mean
from fewsight.evals.predictions import Predictions
from fewsight.evals.registry import Registry
from fewsight.statistics.arrays import Codes, Floats
from fewsight.statistics.intervals import Interval, cluster_interval
from fewsight.statistics.statistic import Statistic


@dataclass(frozen=True, slots=True, eq=False)
class GivenNumbers:
    """Given and answered numbers of a field whose labels stand for numbers, and customers; all of shape (rows,)."""

    gold: Floats
    answered: Floats
    clusters: Codes


@dataclass(frozen=True, slots=True)
class MetricInput:
    """What one arm answered for a field, and what is known of the field.

    `calibrated` are its rows after calibration, `out_of_scope` the field's label for 'none of these', `numbers` what
    its labels stand for; None where there is no such thing.
    """

    predictions: Predictions
    calibrated: ProbabilityRows | None = None
    out_of_scope: str | None = None
    numbers: GivenNumbers | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure of one arm and field.

    Args:
        name: in report.json and in options.
        words: in reports.
        interval: the figure with its interval; None for an arm or a field that has no such figure.
        statistic: the figure as a function of all rows, where arms may be compared by it; higher must be better then.
        is_share: whether it is written as percent.
        higher_is_better: else lower is.
        is_in_tables: whether the tables show it also where it is not what arms are compared by.
        error: the figure as a function of given and answered numbers, where arms over numbers are compared by it also;
            less must be better then.
    """

    name: str
    words: str
    interval: Callable[[MetricInput], Interval | None]
    statistic: Callable[[Predictions], Statistic] | None = None
    is_share: bool = True
    higher_is_better: bool = True
    is_in_tables: bool = True
    error: Callable[[Floats, Floats], Statistic] | None = None


METRICS: Final[Registry[Metric]] = Registry("metric", "fewsight.evals.metrics", "fewsight.metrics")


def register(metric: Metric) -> None:
    """Register a metric by its name.

    Raises:
        ConfigError: there is one of this name.
    """
    METRICS.add(metric.name, metric)


class LabelFunction(Protocol):
    """A figure of all rows."""

    __name__: str

    def __call__(self, predictions: Predictions) -> Statistic:
        """The figure as a statistic of sums."""


def label_metric(
    words: str, *, is_share: bool = True, compares: bool = True, is_in_tables: bool = True
) -> Callable[[LabelFunction], LabelFunction]:
    """Register a function of the answered labels under its own name; `compares`: arms may be compared by it."""

    def decorate(function: LabelFunction) -> LabelFunction:
        def interval(given: MetricInput) -> Interval:
            return cluster_interval(function(given.predictions), given.predictions.clusters)

        statistic = function if compares else None
        register(Metric(function.__name__, words, interval, statistic, is_share, is_in_tables=is_in_tables))
        return function

    return decorate


def comparison(name: str) -> Callable[[Predictions], Statistic]:
    """The statistic of the metric that arms are to be compared by.

    Raises:
        ConfigError: there is no such metric, or arms can't be compared by it.
    """
    known = {one.name: one.statistic for one in METRICS.entries.values() if one.statistic is not None}
    if name not in known:
        raise ConfigError(f"There is no metric {name!r} to compare by.{did_you_mean(name, known)}")
    return known[name]


def words_of(name: str) -> str:
    """How reports call a metric; its bare name where the metric of a report made elsewhere is not registered here."""
    known = METRICS.entries.get(name)
    return known.words if known else name.replace("_", " ")
