"""F1 of rows that may have several labels, or none."""

from collections.abc import Collection, Sequence

import numpy as np

from fewsight.evals.metrics.labels import macro_f1_of_sums, micro_f1_of_sums
from fewsight.statistics.arrays import Floats
from fewsight.statistics.statistic import Statistic, mean, require_same_number, safe_divide, share_like

Sets = Sequence[Collection[str]]


def multilabel_micro_f1(gold: Sets, predicted: Sets) -> Statistic:
    """F1 of all (row, label) pairs together; 1 where nothing is given and nothing answered, in any row."""
    return share_like(_counts(gold, predicted), lambda sums: _or_one(micro_f1_of_sums(sums), sums))


def multilabel_macro_f1(gold: Sets, predicted: Sets) -> Statistic:
    """The mean F1 of the labels that are given or answered; 1 where none is."""
    return share_like(_counts(gold, predicted), lambda sums: _or_one(macro_f1_of_sums(sums), sums))


def multilabel_row_f1(gold: Sets, predicted: Sets) -> Statistic:
    """The mean over rows of the F1 of a row's labels; 1 for a row where none is given and none answered."""
    counts = _counts(gold, predicted)
    right, have, got = (part.sum(axis=1) for part in np.split(counts, 3, axis=1))
    return mean(np.where(have + got == 0, 1.0, safe_divide(2 * right, have + got)), 0.0, 1.0)


def _or_one(figure: Floats, sums: Floats) -> Floats:
    return np.where(sums.sum(-1) == 0, 1.0, figure)


def _counts(gold: Sets, predicted: Sets) -> Floats:
    """For each row and label: right, given, answered; shape (rows, 3 labels), at least one label."""
    require_same_number(len(gold), len(predicted))
    labels = sorted({label for row in (*gold, *predicted) for label in row}) or [""]
    have, got = (
        np.array([[label in row for label in labels] for row in rows], dtype=bool) for rows in (gold, predicted)
    )
    return np.hstack([have & got, have, got]).astype(float).reshape(len(gold), 3 * len(labels))
