"""What a list of the rows with the highest scores holds, when there is time or money for a share of them."""

import numpy as np

from fewsight.statistics.arrays import Codes, Flags, Floats
from fewsight.statistics.bootstrap import RESAMPLES, between, times_drawn
from fewsight.statistics.intervals import Interval
from fewsight.statistics.statistic import safe_divide


def precision_at(scores: Floats, positive: Flags, clusters: Codes, budget: float) -> Interval:
    """The share of positives among the `budget` share of rows with the highest scores, all of shape (rows,).

    Of rows with one score at the edge of the list, each is in it with the same probability.
    """
    return _interval(scores, positive, clusters, budget, is_lift=False)


def lift_at(scores: Floats, positive: Flags, clusters: Codes, budget: float) -> Interval:
    """The same share, divided by that of all rows: how many times what a list by chance holds; 0 without positives."""
    return _interval(scores, positive, clusters, budget, is_lift=True)


def _interval(scores: Floats, positive: Flags, clusters: Codes, budget: float, is_lift: bool) -> Interval:
    """Customers are drawn with replacement; the list is made anew of each draw."""
    _, place = np.unique(-scores, return_inverse=True)
    _, customer = np.unique(clusters, return_inverse=True)
    order = np.argsort(place, kind="stable")
    starts = np.flatnonzero(np.diff(place[order], prepend=-1))
    count = int(customer.max()) + 1

    def figures(times: Floats) -> Floats:
        """Of resamples (draws, customers); the weights of rows are summed by score."""
        weights = times[:, customer[order]]
        rows = np.add.reduceat(weights, starts, axis=1)
        hits = np.add.reduceat(weights * positive[order], starts, axis=1)
        most = budget * rows.sum(axis=1, keepdims=True)
        taken = np.clip(most - (rows.cumsum(axis=1) - rows), 0, rows)
        share = (taken * safe_divide(hits, rows)).sum(axis=1) / most[:, 0]
        return safe_divide(share, hits.sum(axis=1) / rows.sum(axis=1)) if is_lift else share

    value = float(figures(np.ones((1, count)))[0])
    size = max(len(scores), count)
    drawn = [figures(some) for times in times_drawn(count, RESAMPLES, 0) for some in _pieces(times, size)]
    return between(value, np.concatenate(drawn), 0.95, len(scores), count)


def _pieces(times: Floats, size: int) -> list[Floats]:
    """Resamples in blocks whose weights of rows fit into memory."""
    return np.array_split(times, max(len(times) * size // 4_000_000, 1))
