"""Comparing two arms, or all pairs of several, on the same rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

import numpy as np

from fewsight.errors import InputError
from fewsight.statistics.arrays import Codes, Flags, Floats
from fewsight.statistics.intervals import Interval, cluster_interval
from fewsight.statistics.statistic import Statistic, cluster_sums, difference, require_same_number

DRAWS: Final = 9999
AT_ONCE: Final = 2_000_000
"""Numbers of one block of draws, which bounds memory."""

CLOSE: Final = 1e-9
"""Differences that are this near, relative to the figures, count as equal."""


@dataclass(frozen=True, slots=True)
class McNemar:
    """Rows that only one arm got right, and the two-sided exact p-value of no difference."""

    only_first: int
    only_second: int
    p: float


def mcnemar(first_right: Flags, second_right: Flags) -> McNemar:
    """McNemar's exact test (Psychometrika 12, 1947); p is 1 where the arms are right on the same rows.

    It takes rows to be independent: with several rows of a customer use `permutation_test`.

    Raises:
        InputError: the numbers of rows differ.
    """
    from scipy.stats import binomtest

    require_same_number(len(first_right), len(second_right))
    one, other = int((first_right & ~second_right).sum()), int((second_right & ~first_right).sum())
    p = float(binomtest(one, one + other).pvalue) if one + other else 1.0
    return McNemar(one, other, p)


def permutation_test(
    first: Statistic, second: Statistic, clusters: Codes, *, draws: int = DRAWS, seed: int = 0
) -> float:
    """The two-sided p-value that the arms are the same: their answers to a customer's rows could as well be swapped.

    Every customer's answers are swapped or not, at random; where there are no more than `draws` ways to do so, each is
    taken once and p is exact. Else the data count as one draw (Phipson and Smyth, Statistical Applications in Genetics
    9, 2010), so p is never below 1 / (draws + 1). Both statistics must be the same function of their rows' columns.

    Raises:
        InputError: the numbers of rows differ.
    """
    require_same_number(len(first.columns), len(second.columns), len(clusters))
    one, other = cluster_sums(first.columns, clusters), cluster_sums(second.columns, clusters)
    swapped, total = other - one, one.sum(axis=0) + other.sum(axis=0)
    observed = abs(first.value - second.value)
    # Sums in another order differ by rounding, which grows with the figures.
    least = observed - CLOSE * max(1.0, abs(first.value) + abs(second.value))
    count, is_exact = len(one), 2 ** min(len(one), 60) <= draws
    as_far = 0
    for swaps in _all_swaps(count) if is_exact else _drawn_swaps(count, draws, seed):
        swapped_sums = one.sum(axis=0) + swaps @ swapped
        gap = np.abs(first.of_sums(swapped_sums) - first.of_sums(total - swapped_sums))
        as_far += int((gap >= least).sum())
    # The data themselves are one of the ways, also where rounding hides it.
    return max(as_far, 1) / 2**count if is_exact else (as_far + 1) / (draws + 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values that hold together (Holm, Scandinavian Journal of Statistics 6, 1979), in the order given.

    >>> [round(p, 3) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    steps = np.array(p_values, dtype=float)[order] * np.arange(len(order), 0, -1)
    adjusted = np.empty(len(order))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return [float(p) for p in adjusted]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two arms: the first's figure less the second's, the p-value of no difference, and Holm's over all pairs."""

    first: str
    second: str
    difference: Interval
    p: float
    p_holm: float


def compare_all(
    arms: Mapping[str, Statistic], clusters: Codes, confidence: float = 0.95, *, draws: int = DRAWS, seed: int = 0
) -> list[Comparison]:
    """Every pair of arms, by one statistic of the same rows. Intervals hold one by one, `p_holm` for all together.

    Raises:
        InputError: there are fewer than two arms, or they have different numbers of rows.
    """
    if len(arms) < 2:
        raise InputError(f"Comparing takes two arms, and there is {', '.join(arms) or 'none'}.")
    pairs = [
        Comparison(
            one,
            other,
            cluster_interval(difference(arms[one], arms[other]), clusters, confidence),
            permutation_test(arms[one], arms[other], clusters, draws=draws, seed=seed),
            1.0,
        )
        for one, other in combinations(arms, 2)
    ]
    adjusted = holm([pair.p for pair in pairs])
    return [replace(pair, p_holm=p) for pair, p in zip(pairs, adjusted, strict=True)]


def _all_swaps(count: int) -> Iterator[Floats]:
    yield ((np.arange(2**count)[:, None] >> np.arange(count)) & 1).astype(float)


def _drawn_swaps(count: int, draws: int, seed: int) -> Iterator[Floats]:
    """Blocks of shape (draws of the block, clusters), 1 where a cluster's answers are swapped."""
    chance = np.random.default_rng(seed)
    at_once = max(AT_ONCE // count, 1)
    for start in range(0, draws, at_once):
        yield chance.integers(0, 2, (min(at_once, draws - start), count)).astype(float)
