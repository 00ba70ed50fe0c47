"""How common each label is, corrected for the classifier's errors by its confusion matrix.

Counting answers is biased: with 1 % of churners and 95 % accuracy most of the counted churners are none. Labelled rows
tell how each label is answered; the shares of labels that explain the answers best are then found (Rogan and Gladen,
American Journal of Epidemiology 107, 1978, for two labels; Forman 2008 and Vaz et al. 2019 for more). It is assumed
that a label is answered alike in labelled and counted rows. The labels' shares may differ: the labelled rows may be a
stratified sample.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from fewsight.statistics.arrays import INVALID, Codes, Flags, Floats
from fewsight.statistics.bootstrap import between, times_drawn
from fewsight.statistics.intervals import ROUNDING, Interval
from fewsight.statistics.shares import wilson_limits
from fewsight.statistics.statistic import cluster_sums, require_same_number

RESAMPLES: Final = 1000
SUM_WEIGHT: Final = 1e6
"""How much heavier a sum other than 1 weighs than a deviation of the answers' shares, squared."""


@dataclass(frozen=True, slots=True)
class Prevalence:
    """A label's share of the counted rows: as counted, and corrected with its interval.

    `is_measured` is False where no labelled row has the label: it is then taken to be always answered right.
    """

    label: str
    counted: float
    corrected: Interval
    is_measured: bool


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """Rows with the labels that were answered and their customers, as codes of shape (rows,); `INVALID` for none."""

    predicted: Codes
    clusters: Codes


def corrected_prevalence(
    gold: Codes,
    labelled: Answered,
    counted: Answered,
    labels: Sequence[str],
    confidence: float = 0.95,
    *,
    among: Collection[str] | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> list[Prevalence]:
    """The prevalence of every label among `counted`, with `gold` the given labels of `labelled`, of shape (rows,).

    With `among`, shares are of the rows that have one of these labels, as reasons are of those who leave; the others
    are 0.

    Intervals are cluster bootstraps that draw the customers of both anew. Where all resamples are equal they are
    Wilson's, with as many rows as the side with fewer customers has customers. Of one customer on either side nothing
    is known: the limits are 0 and 1.

    Raises:
        InputError: there are no rows, or their numbers differ.
    """
    require_same_number(len(gold), len(labelled.predicted), len(labelled.clusters))
    require_same_number(len(counted.predicted), len(counted.clusters))
    size = len(labels)
    cells = cluster_sums(_one_hot(gold * (size + 1) + _column(labelled, size), size * (size + 1)), labelled.clusters)
    answers = cluster_sums(_one_hot(_column(counted, size), size + 1), counted.clusters)
    whole = _matrix(cells.sum(axis=0), size, np.eye(size, size + 1))
    value = solve(whole, answers.sum(axis=0))
    drawn = solve(_matrix(_drawn_sums(cells, resamples, seed), size, whole), _drawn_sums(answers, resamples, seed + 1))
    clusters = min(len(cells), len(answers))
    counted_shares = answers.sum(axis=0)[:size] / len(counted.predicted)
    if among is not None:
        kept = np.array([label in among for label in labels], dtype=float)
        value, drawn, counted_shares = (_of(shares, kept) for shares in (value, drawn, counted_shares))
    intervals = [
        _interval(float(value[k]), drawn[:, k], confidence, len(gold) + len(counted.predicted), clusters)
        for k in range(size)
    ]
    known: Flags = np.bincount(gold, minlength=size) > 0
    return [Prevalence(label, float(counted_shares[k]), intervals[k], bool(known[k])) for k, label in enumerate(labels)]


def solve(matrices: Floats, answers: Floats) -> Floats:
    """The shares q >= 0 with a sum of 1 for which q @ matrix is nearest to the answers' shares, by least squares.

    `matrices` has shape (..., labels, answers), with rows that sum to 1, `answers` are counts of shape (..., answers);
    the shares have shape (..., labels). All are solved at once without q >= 0, then those again that broke it.
    """
    shares = answers / answers.sum(axis=-1, keepdims=True)
    squares = matrices @ np.swapaxes(matrices, -1, -2) + SUM_WEIGHT
    wanted = (matrices @ shares[..., None]) + SUM_WEIGHT
    solution: Floats = (np.linalg.pinv(squares, hermitian=True) @ wanted)[..., 0]
    for at in np.argwhere((solution < 0).any(axis=-1)):
        solution[tuple(at)] = _solve_bounded(matrices[tuple(at)], shares[tuple(at)])
    solution[np.abs(solution) < ROUNDING] = 0.0  # what the solution leaves of nothing
    solution /= solution.sum(axis=-1, keepdims=True)
    return solution


def _of(shares: Floats, kept: Floats) -> Floats:
    """Shares (..., labels) of those kept alone; all 0 where none of them is there."""
    own = shares * kept
    parts: Floats = own / np.maximum(own.sum(axis=-1, keepdims=True), ROUNDING)
    return parts


def _interval(value: float, drawn: Floats, confidence: float, rows: int, clusters: int) -> Interval:
    """The bootstrap's, but never one that takes resamples without spread for certainty."""
    if clusters < 2:
        return Interval(value, 0.0, 1.0, confidence, "one customer", rows, clusters)
    if np.ptp(drawn) > ROUNDING:
        return between(value, drawn, confidence, rows, clusters)
    low, high = wilson_limits(value * clusters, clusters, confidence)
    return Interval(value, low, high, confidence, "Wilson", rows, clusters)


def _solve_bounded(matrix: Floats, shares: Floats) -> Floats:
    from scipy.optimize import nnls

    weight = np.sqrt(SUM_WEIGHT)
    solution: Floats = nnls(np.vstack([matrix.T, np.full(len(matrix), weight)]), np.append(shares, weight))[0]
    return solution


def _matrix(cells: Floats, size: int, otherwise: Floats) -> Floats:
    """Shares of answers for each given label, (..., labels, answers); `otherwise` for a label that has no row here."""
    counts = cells.reshape(*cells.shape[:-1], size, size + 1)
    rows = counts.sum(axis=-1, keepdims=True)
    shares: Floats = np.where(rows > 0, counts / np.maximum(rows, 1), otherwise)
    return shares


def _drawn_sums(sums: Floats, resamples: int, seed: int) -> Floats:
    drawn: Floats = np.concatenate([times @ sums for times in times_drawn(len(sums), resamples, seed)])
    return drawn


def _column(rows: Answered, size: int) -> Codes:
    column: Codes = np.where(rows.predicted == INVALID, size, rows.predicted)
    return column


def _one_hot(codes: Codes, size: int) -> Floats:
    cells: Floats = (codes[:, None] == np.arange(size)).astype(float)
    return cells
