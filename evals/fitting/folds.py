"""Rows that are held back in turn, all of a customer together."""

from collections.abc import Iterator

import numpy as np

from fewsight.statistics.arrays import Codes, Flags


def customer_folds(customers: Codes, count: int, seed: int) -> Iterator[Flags]:
    """The rows that are held back, of shape [rows], fold by fold.

    Args:
        customers: whose each row is.
        count: how many folds there are.
        seed: of the draw of customers.
    """
    names, place = np.unique(customers, return_inverse=True)
    fold = np.random.default_rng(seed).permutation(len(names)) % count
    for number in range(count):
        held: Flags = fold[place] == number
        yield held
