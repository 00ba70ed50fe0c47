"""Metrics of one label for each row.

An invalid answer is wrong: it misses the given label and claims none. Labels that are neither given nor answered do not
count. What is not defined is 0, as in scikit-learn.
"""

import numpy as np

from fewsight.evals.metrics.base import label_metric
from fewsight.evals.predictions import Predictions
from fewsight.statistics.arrays import INVALID, Codes, Flags, Floats
from fewsight.statistics.shares import ClassFigures
from fewsight.statistics.statistic import Statistic, safe_divide, share, share_like


@label_metric("accuracy")
def accuracy(predictions: Predictions) -> Statistic:
    """The share of rows with the given label."""
    return share(predictions.gold == predictions.predicted, _all(predictions))


@label_metric("macro F1")
def macro_f1(predictions: Predictions) -> Statistic:
    """The mean F1 of the labels that are given or answered."""
    return share_like(_counts(predictions), macro_f1_of_sums)


@label_metric("balanced accuracy")
def balanced_accuracy(predictions: Predictions) -> Statistic:
    """The mean recall of the labels that some row has."""
    return share_like(_counts(predictions), balanced_of_sums)


@label_metric("micro F1", is_in_tables=False)
def micro_f1(predictions: Predictions) -> Statistic:
    """F1 over all labels together; the accuracy where every answer is valid, so tables leave it out."""
    return share_like(_counts(predictions), micro_f1_of_sums)


@label_metric("Matthews' correlation", is_share=False)
def mcc(predictions: Predictions) -> Statistic:
    """Matthews' correlation of many classes (Gorodkin, Computational Biology and Chemistry 28, 2004), from -1 to 1.

    0 where all given or all answered labels are the same. Invalid answers are a class of their own.
    """
    return share_like(_counts(predictions), mcc_of_sums, low=-1.0)


def by_label(predictions: Predictions) -> list[ClassFigures]:
    """Figures of every label of the field, in its order, also of those without rows."""
    counts = zip(*(part.astype(int).tolist() for part in _parts(_counts(predictions).sum(axis=0))), strict=True)
    return [
        ClassFigures(label, have, got, right)
        for label, (right, have, got) in zip(predictions.labels, counts, strict=True)
    ]


def confusion(predictions: Predictions) -> Codes:
    """Counts of given (row) against answered label (column), shape (labels, labels + 1); the last column is invalid."""
    labels = len(predictions.labels)
    answered = np.where(predictions.predicted == INVALID, labels, predictions.predicted)
    cells = np.bincount(predictions.gold * (labels + 1) + answered, minlength=labels * (labels + 1))
    return cells.reshape(labels, labels + 1)


def macro_f1_of_sums(sums: Floats) -> Floats:
    """Mean F1 of the labels that occur, from counts of right, given and answered rows: (..., 3 labels) -> (...)."""
    right, have, got = _parts(sums)
    return safe_divide(safe_divide(2 * right, have + got).sum(-1), (have + got > 0).sum(-1))


def micro_f1_of_sums(sums: Floats) -> Floats:
    """F1 of all labels together, from the same counts."""
    right, have, got = _parts(sums)
    return safe_divide(2 * right.sum(-1), (have + got).sum(-1))


def balanced_of_sums(sums: Floats) -> Floats:
    """Mean recall of the labels that are given, from the same counts."""
    right, have, _ = _parts(sums)
    return safe_divide(safe_divide(right, have).sum(-1), (have > 0).sum(-1))


def mcc_of_sums(sums: Floats) -> Floats:
    """Matthews' correlation, from the same counts."""
    right, have, got = _parts(sums)
    rows, hits = have.sum(-1), right.sum(-1)
    invalid = rows - got.sum(-1)
    together = hits * rows - (have * got).sum(-1)
    given = rows**2 - (have**2).sum(-1)
    answered = rows**2 - (got**2).sum(-1) - invalid**2
    return safe_divide(together, np.sqrt(given * answered))


def _all(predictions: Predictions) -> Flags:
    return np.ones(len(predictions), dtype=bool)


def label_counts(gold: Codes, predicted: Codes, labels: int) -> Floats:
    """For each row and each of so many labels: right, given, answered; from codes (rows,) to (rows, 3 labels)."""
    have = gold[:, None] == np.arange(labels)
    got = predicted[:, None] == np.arange(labels)
    return np.hstack([have & got, have, got]).astype(float)


def _counts(predictions: Predictions) -> Floats:
    return label_counts(predictions.gold, predictions.predicted, len(predictions.labels))


def _parts(sums: Floats) -> tuple[Floats, Floats, Floats]:
    right, have, got = np.split(sums, 3, axis=-1)
    return right, have, got
