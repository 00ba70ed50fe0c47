"""Figures that depend on the rows only through sums over them.

Accuracy, F1, MCC, correlations and log loss are all such. So a resample of customers needs no rows again: its sums are
those of its customers, and all resamples are one matrix product.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fewsight.errors import InputError
from fewsight.statistics.arrays import Codes, Flags, Floats


@dataclass(frozen=True, slots=True, eq=False)
class Statistic:
    """`columns` of shape (rows, d), and the figure as a function of their sums: (..., d) -> (...), never NaN.

    `low` and `high` are the ends of its range. `is_share_like` says that its spread goes to 0 at both of them, as that
    of a share does, so that a symmetric interval would be wrong near them.
    """

    columns: Floats
    of_sums: Callable[[Floats], Floats]
    low: float = -math.inf
    high: float = math.inf
    is_share_like: bool = False

    def __post_init__(self) -> None:
        if not len(self.columns):
            raise InputError("There are no rows, so there is no figure; look at what the slice or the split left over.")

    @property
    def value(self) -> float:
        """The figure on all rows."""
        return float(self.of_sums(self.columns.sum(axis=0)))


def share(hits: Flags, among: Flags) -> Statistic:
    """The share of the rows `among` that are hits, both of shape (rows,); 0 where `among` has none."""
    return share_like(np.column_stack([hits & among, among]).astype(float), _ratio_of_sums)


def share_like(columns: Floats, of_sums: Callable[[Floats], Floats], low: float = 0.0, high: float = 1.0) -> Statistic:
    """A statistic between `low` and `high` with less spread near its ends."""
    return Statistic(columns, of_sums, low, high, is_share_like=True)


def mean(values: Floats, low: float = -math.inf, high: float = math.inf) -> Statistic:
    """The mean of values of shape (rows,), which lie between `low` and `high`."""
    return Statistic(np.column_stack([values, np.ones(len(values))]).astype(float), _ratio_of_sums, low, high)


def difference(first: Statistic, second: Statistic) -> Statistic:
    """The first less the second, of the same rows in the same order.

    Raises:
        InputError: the numbers of rows differ.
    """
    require_same_number(len(first.columns), len(second.columns))
    width = first.columns.shape[1]
    return Statistic(
        np.hstack([first.columns, second.columns]),
        lambda sums: first.of_sums(sums[..., :width]) - second.of_sums(sums[..., width:]),
        first.low - second.high,
        first.high - second.low,
    )


def require_same_number(*rows: int) -> None:
    """Refuse arrays that belong to different numbers of rows.

    Raises:
        InputError: the numbers differ.
    """
    if len(set(rows)) > 1:
        counts = " and ".join(f"{count:,}" for count in rows)
        raise InputError(
            f"Arrays with {counts} rows do not belong together; give each the same rows in the same order."
        )


def cluster_sums(columns: Floats, clusters: Codes) -> Floats:
    """Sums of columns (rows, d) over the rows of each cluster: (clusters, d), by ascending code.

    >>> cluster_sums(np.array([[1.0], [2.0], [4.0]]), np.array([7, 3, 7])).tolist()
    [[2.0], [5.0]]

    Raises:
        InputError: there are no rows.
    """
    if not len(clusters):
        raise InputError("There are no rows, so there are no sums; look at what the slice or the split left over.")
    order = np.argsort(clusters, kind="stable")
    starts = np.flatnonzero(np.diff(clusters[order], prepend=clusters[order[0]] - 1))
    sums: Floats = np.add.reduceat(columns[order], starts, axis=0)
    return sums


def safe_divide(above: Floats, below: Floats) -> Floats:
    """Element by element; 0 where `below` is 0: the convention for what is not defined."""
    shape = np.broadcast_shapes(np.shape(above), np.shape(below))
    return np.divide(above, below, out=np.zeros(shape), where=np.asarray(below) != 0)


def _ratio_of_sums(sums: Floats) -> Floats:
    return safe_divide(sums[..., 0], sums[..., 1])
