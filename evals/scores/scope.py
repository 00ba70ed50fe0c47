"""Traffic that is out of scope: told by the label for it, or by a low probability of all others."""

from typing import Final

import numpy as np

from fewsight.errors import ConfigError, did_you_mean
from fewsight.evals.metrics.labels import mcc
from fewsight.evals.metrics.scope import ScopeCurve, in_scope_accuracy, out_of_scope_recall, scope_curve
from fewsight.evals.model import Figure, ScopePart
from fewsight.evals.predictions import Prediction, Predictions
from fewsight.prompts.task import Task
from fewsight.statistics.arrays import Flags, Floats
from fewsight.statistics.intervals import cluster_interval

POINTS: Final = 100
"""Points of a curve that the report keeps."""

_SIDES: Final = ("in scope", "out of scope")


def scope_label(task: Task, asked: str | None, labels: tuple[str, ...]) -> str | None:
    """The label of what is out of scope: the one that was asked for, else the task's own where the field has it.

    Raises:
        ConfigError: the field has no such label.
    """
    if asked is not None and asked not in labels:
        raise ConfigError(f"out_of_scope = {asked!r} is no label of {task.name!r}.{did_you_mean(asked, labels)}")
    own = task.none_of_these.label if task.none_of_these else None
    return asked or (own if own in labels else None)


def scope_figures(predictions: Predictions, none: str) -> dict[str, Figure]:
    """In-scope accuracy and out-of-scope recall of the answers as they are."""
    statistics = {
        "in_scope_accuracy": in_scope_accuracy(predictions, none),
        "out_of_scope_recall": out_of_scope_recall(predictions, none),
    }
    return {
        name: Figure.of(cluster_interval(statistic, predictions.clusters)) for name, statistic in statistics.items()
    }


def scope_part(test: Predictions, calibration: Predictions | None, none: str) -> ScopePart | None:
    """What a threshold on the probability of the most probable other label does; None without probabilities.

    The threshold is that of the highest Matthews' correlation on the calibration rows, so that no test row chose it.
    """
    rows = _with_probabilities(test)
    if rows is None:
        return None
    curve = _points(_curve(rows, none))
    known = None if calibration is None else _with_probabilities(calibration)
    if known is None:
        return ScopePart(curve=curve, why="no calibration rows to choose a threshold on")
    if not _outside(known, none).any() or _outside(known, none).all():
        return ScopePart(curve=curve, why="the calibration rows are not of both kinds")
    threshold = _curve(known, none).best
    answered = _at(rows, none, threshold)
    return ScopePart(
        curve=curve, threshold=threshold, mcc=_correlation(answered, none), figures=scope_figures(answered, none)
    )


def _with_probabilities(predictions: Predictions) -> Predictions | None:
    rows = tuple(row for row in predictions.rows if row.probabilities)
    return Predictions(predictions.labels, rows) if rows else None


def _outside(rows: Predictions, none: str) -> Flags:
    outside: Flags = rows.gold == rows.labels.index(none)
    return outside


def _in_scope(rows: Predictions, none: str) -> Floats:
    """The probability of the most probable label that is in scope, shape (rows,)."""
    top: Floats = np.delete(rows.probabilities, rows.labels.index(none), axis=1).max(axis=1)
    return top


def _curve(rows: Predictions, none: str) -> ScopeCurve:
    return scope_curve(_outside(rows, none), _in_scope(rows, none))


def _points(curve: ScopeCurve) -> tuple[tuple[float, float], ...]:
    even = np.linspace(0, len(curve.thresholds) - 1, POINTS).round().astype(int)
    kept = np.unique([*even, curve.mcc.argmax()])
    return tuple((float(min(curve.thresholds[i], 1.0)), float(curve.mcc[i])) for i in kept)


def _at(rows: Predictions, none: str, threshold: float) -> Predictions:
    """The answers that the threshold gives: the most probable label in scope, or none of them."""
    answered = []
    for row, sure in zip(rows.rows, _in_scope(rows, none), strict=True):
        shares = {label: share for label, share in row.probabilities.items() if label != none}
        label = none if sure < threshold else max(shares, key=shares.__getitem__)
        answered.append(Prediction(row.id, row.customer, row.gold, label))
    return Predictions(rows.labels, tuple(answered))


def _correlation(answered: Predictions, none: str) -> Figure:
    sides = tuple(
        Prediction(row.id, row.customer, _SIDES[row.gold == none], _SIDES[row.predicted == none])
        for row in answered.rows
    )
    two = Predictions(_SIDES, sides)
    return Figure.of(cluster_interval(mcc(two), two.clusters))
