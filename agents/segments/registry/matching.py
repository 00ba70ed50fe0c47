"""Which segment of this run is which of the run before: by members and by centres, one to one."""

from typing import Final

import numpy as np

from fewsight.statistics.arrays import Codes, Floats

LEAST: Final = 0.3
"""Two segments that are less alike than this are different ones."""


def match(shared: Codes, distances: Floats, known: float) -> dict[int, int]:
    """By number of a segment now, its number before; those that are new have none.

    Alike is m J + (1 - m) exp(-2 d^2): J is the Jaccard index of the customers who are in both runs, d the distance of
    the centres in the coordinates of the run before, and m is half of `known`. The sum over pairs is the
    greatest possible (Kuhn 1955).

    Args:
        shared: customers in both runs, of shape (before, now).
        distances: of centres, of the same shape.
        known: the share of the customers who are in both runs.
    """
    from scipy.optimize import linear_sum_assignment

    union = shared.sum(axis=1, keepdims=True) + shared.sum(axis=0, keepdims=True) - shared
    by_members = shared / np.maximum(union, 1)
    likeness = known / 2 * by_members + (1 - known / 2) * np.exp(-2 * distances**2)
    pairs = zip(*linear_sum_assignment(likeness, maximize=True), strict=True)
    return {int(now): int(before) for before, now in pairs if likeness[before, now] >= LEAST}
