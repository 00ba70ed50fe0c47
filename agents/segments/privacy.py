"""No small group is shown, and none can be worked out from what is shown (complementary suppression).

Who reads a page is taken to know how many customers there are. Willenborg and de Waal, Elements of Statistical
Disclosure Control, 2001, chapter 6; bounds of what a reader can work out are exact, by linear programming.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from pydantic import BaseModel

from fewsight.statistics.arrays import Codes, Flags, Floats

MIN_SIZE: Final = 20


class Share(BaseModel):
    """A share of a group. A `bound` ('at least', 'at most') stands where the value would tell of a small group."""

    value: float
    bound: str = ""


def guarded_share(part: int, whole: int, min_size: int) -> Share | None:
    """A share whose part and rest are no small groups; None where nothing can be said.

    >>> guarded_share(80, 100, 20), guarded_share(97, 100, 20), guarded_share(3, 25, 20)
    (Share(value=0.8, bound=''), Share(value=0.81, bound='at least'), None)
    """
    if whole < 2 * min_size:
        return None
    if part < min_size:
        return Share(value=(min_size - 1) / whole, bound="at most")
    if whole - part < min_size:
        return Share(value=1 - (min_size - 1) / whole, bound="at least")
    return Share(value=part / whole)


def is_small(count: int, min_size: int) -> bool:
    """Whether so many customers are a group that must not be shown; nobody is no group."""
    return 0 < count < min_size


def hidden_sizes(sizes: Sequence[int], min_size: int) -> list[bool]:
    """Which sizes must not be shown where their sum is known: the small ones, and the smallest others as cover.

    >>> hidden_sizes([300, 61, 7], 20), hidden_sizes([300, 61, 0], 20)
    ([False, True, True], [False, False, False])
    """
    hidden = [is_small(size, min_size) for size in sizes]
    covers = sorted((size, number) for number, size in enumerate(sizes) if size >= min_size)
    small = sum(size for size, is_hidden in zip(sizes, hidden, strict=True) if is_hidden)
    # together so many that any of them might be a group of the least size, or two
    while small and covers and sum(size for size, shut in zip(sizes, hidden, strict=True) if shut) < small + min_size:
        hidden[covers.pop(0)[1]] = True
    return hidden


def hidden_cells(counts: Codes, known: Sequence[Flags], min_size: int) -> Flags | None:
    """Which cells of a table of counts must not be shown, of the table's shape; None where the table can't be shown.

    A small cell is protected where all that is known allows values for it that lie at least `min_size` apart. What is
    known are the cells that are shown, and the sum of the cells in each mask of `known`.
    """
    hidden: Flags = (counts > 0) & (counts < min_size)
    small = np.argwhere(hidden)
    while True:
        open_cell = _unprotected(counts, hidden, small, known, min_size)
        if open_cell is None:
            return hidden
        cover = _cover(counts, hidden, open_cell)
        if cover is None:
            return None
        hidden[cover] = True


def _unprotected(
    counts: Codes, hidden: Flags, small: Codes, known: Sequence[Flags], min_size: int
) -> tuple[int, int] | None:
    places = np.argwhere(hidden)
    members = np.array([mask[hidden] for mask in known], dtype=float)
    sums = members @ counts[hidden].astype(float)
    for row, column in small:
        number = int(np.flatnonzero((places == (row, column)).all(axis=1))[0])
        if _reach(members, sums, number) < min_size:
            return int(row), int(column)
    return None


def _reach(members: Floats, sums: Floats, number: int) -> float:
    """How far apart the least and the greatest value lie that a cell may have."""
    from scipy.optimize import linprog

    costs = np.zeros(members.shape[1])
    ends = []
    for sign in (1.0, -1.0):
        costs[number] = sign
        solved = linprog(costs, A_eq=members, b_eq=sums, bounds=(0, None), method="highs")
        ends.append(float("inf") if solved.status == 3 or solved.fun is None else abs(float(solved.fun)))
    return ends[1] - ends[0]


def _cover(counts: Codes, hidden: Flags, cell: tuple[int, int]) -> tuple[int, int] | None:
    """The smallest shown count in the row or column of a cell, else in the table."""
    free = np.argwhere(~hidden & (counts > 0))
    if not len(free):
        return None
    near = (free[:, 0] != cell[0]) & (free[:, 1] != cell[1])
    row, column = free[np.lexsort((counts[free[:, 0], free[:, 1]], near))[0]]
    return int(row), int(column)
