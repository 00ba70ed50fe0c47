"""The cluster bootstrap: customers are drawn with replacement, each with all its rows (Davison and Hinkley 1997, ch.
3.8).

For figures that are no function of sums over rows (a rank correlation, a calibration error), and to check those that
are. The percentiles are widened for the number of customers, after Hesterberg, American Statistician 69, 2015: plain
ones are too narrow for few of them.
"""

import math
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from fewsight.statistics.arrays import Codes, Floats
from fewsight.statistics.intervals import Interval, t_quantile
from fewsight.statistics.statistic import Statistic, cluster_sums, require_same_number

RESAMPLES: Final = 2000
AT_ONCE: Final = 2_000_000
"""Numbers of one block of resamples, which bounds memory."""


def bootstrap_interval(
    statistic: Statistic, clusters: Codes, confidence: float = 0.95, *, resamples: int = RESAMPLES, seed: int = 0
) -> Interval:
    """The interval of a statistic; `clusters` has shape (rows,). All resamples of a block are one matrix product.

    Raises:
        InputError: statistic and clusters have different numbers of rows.
    """
    require_same_number(len(statistic.columns), len(clusters))
    sums = cluster_sums(statistic.columns, clusters)
    blocks = [statistic.of_sums(times @ sums) for times in times_drawn(len(sums), resamples, seed)]
    return between(statistic.value, np.concatenate(blocks), confidence, len(clusters), len(sums))


def bootstrap_rows(
    figure: Callable[[Codes], float],
    clusters: Codes,
    confidence: float = 0.95,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval:
    """The interval of any figure of rows; `figure` gets the numbers of the rows, some of them repeatedly."""
    names, place = np.unique(clusters, return_inverse=True)
    rows_of = np.split(np.argsort(place, kind="stable"), np.cumsum(np.bincount(place))[:-1])
    chance = np.random.default_rng(seed)
    drawn = [
        figure(np.concatenate([rows_of[number] for number in chance.integers(0, len(names), len(names))]))
        for _ in range(resamples)
    ]
    return between(figure(np.arange(len(clusters))), np.array(drawn), confidence, len(clusters), len(names))


def times_drawn(clusters: int, resamples: int, seed: int) -> Iterator[Floats]:
    """How often each cluster is drawn: blocks of shape (resamples of the block, clusters)."""
    chance = np.random.default_rng(seed)
    at_once = max(AT_ONCE // clusters, 1)
    for start in range(0, resamples, at_once):
        size = min(at_once, resamples - start)
        yield chance.multinomial(clusters, np.full(clusters, 1 / clusters), size=size).astype(float)


def between(value: float, drawn: Floats, confidence: float, rows: int, clusters: int) -> Interval:
    """The interval between widened percentiles of a figure's resamples, of shape (resamples,)."""
    from scipy.stats import norm

    if clusters < 2:
        return Interval(value, -math.inf, math.inf, confidence, "one customer", rows, clusters)
    wider = math.sqrt(clusters / (clusters - 1)) * t_quantile((1 + confidence) / 2, clusters - 1)
    tail = float(norm.cdf(-wider))
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return Interval(value, float(low), float(high), confidence, "cluster bootstrap", rows, clusters)
