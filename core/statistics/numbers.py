"""Numbers against given numbers: mean distance and correlations.

Correlations are 0 where either side is constant, so also for one row.
"""

import numpy as np

from fewsight.statistics.arrays import Codes, Floats
from fewsight.statistics.statistic import Statistic, mean, safe_divide, share_like


def mean_absolute_error(gold: Floats, predicted: Floats) -> Statistic:
    """The mean distance, in the unit of the numbers; both of shape (rows,)."""
    return mean(np.abs(gold - predicted), 0.0)


def root_mean_square_error(gold: Floats, predicted: Floats) -> Statistic:
    """The root of the mean squared distance, in the unit of the numbers; both of shape (rows,)."""
    columns = np.column_stack([(gold - predicted) ** 2, np.ones(len(gold))]).astype(float)
    return Statistic(columns, lambda sums: np.sqrt(safe_divide(sums[..., 0], sums[..., 1])), 0.0)


def total_ratio(gold: Floats, predicted: Floats) -> Statistic:
    """The sum of the answered numbers by the sum of the given ones; 0 where these add up to nothing."""
    return Statistic(
        np.column_stack([predicted, gold]).astype(float), lambda sums: safe_divide(sums[..., 0], sums[..., 1])
    )


def pearson(gold: Floats, predicted: Floats) -> Statistic:
    """Pearson's correlation; both of shape (rows,)."""
    x, y = _standard(gold), _standard(predicted)
    return share_like(np.column_stack([np.ones(len(x)), x, y, x * x, y * y, x * y]), _correlation_of_sums, low=-1.0)


def spearman(gold: Floats, predicted: Floats, rows: Codes | None = None) -> float:
    """Spearman's rank correlation, of the rows with these numbers (all by default, and one may come repeatedly)."""
    from scipy.stats import rankdata

    chosen = slice(None) if rows is None else rows
    return pearson(rankdata(gold[chosen]), rankdata(predicted[chosen])).value


def _standard(values: Floats) -> Floats:
    """Centred and scaled, which changes no correlation and keeps sums of squares exact."""
    centred = np.asarray(values, dtype=float) - np.mean(values)
    return safe_divide(centred, np.abs(centred).max())


def _correlation_of_sums(sums: Floats) -> Floats:
    rows, x, y, xx, yy, xy = np.moveaxis(sums, -1, 0)
    # A resample in which one side is constant has a spread of 0 up to rounding.
    spread_x, spread_y = (np.where(part > 1e-12 * rows**2, part, 0) for part in (rows * xx - x * x, rows * yy - y * y))
    return np.clip(safe_divide(rows * xy - x * y, np.sqrt(spread_x * spread_y)), -1, 1)
