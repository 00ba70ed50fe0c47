"""The statistics of claims, each computed anew from a frame and a scope."""

from dataclasses import dataclass

import numpy as np

from fewsight.agents.reports.frame import Frame
from fewsight.agents.reports.model import Figure, Statistic
from fewsight.statistics.arrays import Flags, Floats
from fewsight.statistics.intervals import Interval, cluster_interval, wilson
from fewsight.statistics.statistic import difference, mean, share


@dataclass(frozen=True, slots=True)
class Counted:
    """Customers in a scope and outside of it, and of how many of them a statistic tells; `p` is Fisher's, two-sided."""

    inside: int
    hits: int
    outside: int
    other_hits: int
    p: float

    @property
    def gap(self) -> float:
        """The share inside less the share outside."""
        return self.hits / self.inside - self.other_hits / self.outside


def population(frame: Frame, statistic: Statistic) -> tuple[Flags, Flags]:
    """Whom a statistic is about, and of whom of them it tells: both of shape (customers,)."""
    if statistic.reason is None:
        return np.ones(len(frame.leaving), dtype=bool), frame.leaving
    return frame.leaving, frame.of_reason(statistic.reason)


def counted(about: Flags, told: Flags, inside: Flags) -> Counted:
    """The four counts of a claim with the p-value of no difference.

    Customers are the unit, and each has one answer, so Fisher's exact test (JRSS 85, 1922) holds for few of them too.
    """
    from scipy.stats import fisher_exact

    n, hits = int((about & inside).sum()), int((told & inside).sum())
    others, other_hits = int((about & ~inside).sum()), int((told & ~inside).sum())
    p = float(fisher_exact(np.array([[hits, n - hits], [other_hits, others - other_hits]])).pvalue)
    return Counted(n, hits, others, other_hits, p)


def gap_figure(about: Flags, told: Flags, inside: Flags, confidence: float) -> Figure:
    """The difference of the two shares with its interval, customers as clusters."""
    inner, hits = inside[about], told[about]
    statistic = difference(share(hits, inner), share(hits, ~inner))
    return figure(cluster_interval(statistic, np.arange(len(inner)), confidence))


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
