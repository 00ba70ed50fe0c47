"""Figures of claims: counts, differences and shares with their intervals."""

from dataclasses import dataclass

import numpy as np

from fewsight.agents.reports.model import Figure
from fewsight.statistics.arrays import Codes, Flags, Floats
from fewsight.statistics.intervals import Interval, cluster_interval, standard_error, wilson
from fewsight.statistics.statistic import Statistic as StatisticOfRows
from fewsight.statistics.statistic import difference, mean, share


@dataclass(frozen=True, slots=True)
class Counted:
    """Customers in a scope and outside of it, and of how many of them a statistic tells; `p` is two-sided."""

    inside: int
    hits: int
    outside: int
    other_hits: int
    p: float

    @property
    def gap(self) -> float:
        """The share inside less the share outside."""
        return self.hits / self.inside - self.other_hits / self.outside


def counted(about: Flags, told: Flags, inside: Flags, clusters: Codes | None = None) -> Counted:
    """The four counts of a claim with the p-value of no difference.

    Customers are the unit. Where each has one row, Fisher's exact test (JRSS 85, 1922) holds for few of them too; where
    some have a row on either side, the difference is set against its standard error with customers as clusters.
    """
    n, hits = int((about & inside).sum()), int((told & inside).sum())
    others, other_hits = int((about & ~inside).sum()), int((told & ~inside).sum())
    if clusters is None or not n or not others or _are_different(clusters[about]):
        p = _fisher(hits, n, other_hits, others)
    else:
        p = _clustered(about, told, inside, clusters)
    return Counted(n, hits, others, other_hits, p)


def gap_figure(about: Flags, told: Flags, inside: Flags, confidence: float, clusters: Codes | None = None) -> Figure:
    """The difference of the two shares with its interval, customers as clusters."""
    rows = np.arange(int(about.sum())) if clusters is None else clusters[about]
    return figure(cluster_interval(_gap(about, told, inside), rows, confidence))


def share_figure(hits: int, customers: int, confidence: float = 0.95) -> Figure:
    """A share of customers with Wilson's interval."""
    return figure(wilson(hits, customers, confidence))


def mean_figure(values: Floats) -> Figure:
    """The mean over customers with its interval."""
    return figure(cluster_interval(mean(values), np.arange(len(values))))


def figure(interval: Interval) -> Figure:
    """As data; a limit that is infinite is None."""
    low, high = (end if np.isfinite(end) else None for end in (interval.low, interval.high))
    return Figure(value=interval.value, low=low, high=high, confidence=interval.confidence)


def _gap(about: Flags, told: Flags, inside: Flags) -> StatisticOfRows:
    inner, hits = inside[about], told[about]
    return difference(share(hits, inner), share(hits, ~inner))


def _are_different(clusters: Codes) -> bool:
    return len(np.unique(clusters)) == len(clusters)


def _fisher(hits: int, n: int, other_hits: int, others: int) -> float:
    from scipy.stats import fisher_exact

    return float(fisher_exact(np.array([[hits, n - hits], [other_hits, others - other_hits]])).pvalue)


def _clustered(about: Flags, told: Flags, inside: Flags, clusters: Codes) -> float:
    from scipy.stats import t

    gap = _gap(about, told, inside)
    error, count = standard_error(gap, clusters[about])
    if count < 2 or error == 0:
        return 1.0
    return float(2 * t.sf(abs(gap.value) / error, count - 1))
