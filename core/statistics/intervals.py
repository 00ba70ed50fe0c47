"""Intervals for figures of rows that come in clusters: rows of one customer are alike, so customers are what counts.

The spread of a figure is that of its values with one customer left out at a time (the delete-one-cluster jackknife:
Efron and Stein, Annals of Statistics 9, 1981), and quantiles are Student's with one degree less than there are
customers. For a mean this is the cluster-robust t interval. It was chosen over bootstraps by measured coverage:
docs/evaluation.md.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from fewsight.statistics.arrays import Codes
from fewsight.statistics.shares import wilson_limits
from fewsight.statistics.statistic import Statistic, cluster_sums, require_same_number

ROUNDING: Final = 1e-9
"""A spread below this part of a figure's range counts as none."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with both limits of its interval, the method, and how many rows and customers it is made from.

    A limit is infinite where nothing is known and the figure has no end to its range.
    """

    value: float
    low: float
    high: float
    confidence: float
    method: str
    rows: int
    clusters: int


def wilson(right: int, rows: int, confidence: float = 0.95) -> Interval:
    """A share of independent rows, one for each customer; 0 with limits of 0 and 1 where there are none."""
    low, high = wilson_limits(right, rows, confidence)
    return Interval(right / rows if rows else 0.0, low, high, confidence, "Wilson", rows, rows)


def cluster_interval(statistic: Statistic, clusters: Codes, confidence: float = 0.95) -> Interval:
    """The interval of any statistic; `clusters` has shape (rows,).

    A share-like one gets Wilson's interval with the number of independent rows that would have the same spread (as Korn
    and Graubard, Survey Methodology 24, 1998, do with Clopper and Pearson's); without any spread, as where all rows are
    right, that is the number of customers. Others get a t interval within their range. Of a single customer nothing is
    known: the limits are the ends of the range.

    Raises:
        InputError: statistic and clusters have different numbers of rows.
    """
    spread, count = standard_error(statistic, clusters)
    value, rows = statistic.value, int(statistic.columns.any(axis=1).sum())
    if count < 2:
        return Interval(value, statistic.low, statistic.high, confidence, "one customer", rows, count)
    quantile = t_quantile((1 + confidence) / 2, count - 1)
    if not statistic.is_share_like:
        low, high = value - quantile * spread, value + quantile * spread
        low, high = max(low, statistic.low), min(high, statistic.high)
        return Interval(value, low, high, confidence, "cluster t", rows, count)
    width = statistic.high - statistic.low
    share = (value - statistic.low) / width
    effective = float(count)
    # Customers that are all alike have a spread of 0 but for rounding.
    if 0 < share < 1 and spread > ROUNDING * width:
        normal = t_quantile((1 + confidence) / 2, math.inf)
        effective = share * (1 - share) * (width * normal / quantile / spread) ** 2
    low, high = (statistic.low + width * limit for limit in wilson_limits(share * effective, effective, confidence))
    return Interval(value, low, high, confidence, "cluster Wilson", rows, count)


def standard_error(statistic: Statistic, clusters: Codes) -> tuple[float, int]:
    """The jackknife standard error over clusters, and their number; 0 for a single cluster.

    Clusters that have no part in the figure, as those without out-of-scope rows in out-of-scope recall, are not
    counted.

    Raises:
        InputError: statistic and clusters have different numbers of rows.
    """
    require_same_number(len(statistic.columns), len(clusters))
    sums = cluster_sums(statistic.columns, clusters)
    sums = sums[sums.any(axis=1)]
    count = len(sums)
    if count < 2:
        return 0.0, count
    total = sums.sum(axis=0)
    without = statistic.of_sums(total - sums) - statistic.of_sums(total)
    return math.sqrt((count - 1) / count * float(np.square(without).sum())), count


def t_quantile(share: float, freedom: float) -> float:
    """Student's quantile, the normal one for infinite degrees of freedom.

    >>> round(t_quantile(0.975, 49), 4), round(t_quantile(0.975, math.inf), 4)
    (2.0096, 1.96)
    """
    from scipy.stats import t

    return float(t.ppf(share, freedom))
