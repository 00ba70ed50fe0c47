"""Scores against yes or no: how well they rank rows, and whether their logits have the right spread.

None of these figures is a sum over rows. Each is given as the mean of what a row adds to first order (its influence),
so that intervals and paired tests of clustered rows are those of means: DeLong, DeLong and Clarke-Pearson, Biometrics
44, 1988, for the area, and Obuchowski, Biometrics 53, 1997, for rows in clusters.
"""

from typing import Final

import numpy as np

from fewsight.statistics.arrays import Flags, Floats
from fewsight.statistics.statistic import Statistic, safe_divide

_EDGE: Final = 1e-6
_STEPS: Final = 50
_STEEPEST: Final = 100.0


def area(scores: Floats, positive: Flags) -> Statistic:
    """The area under the ROC curve: how often a positive row has a higher score than another; ties count half.

    Both of shape (rows,). 0.5 where all rows are of one kind.
    """
    from scipy.stats import rankdata

    ups, downs = int(positive.sum()), int((~positive).sum())
    if not ups or not downs:
        return _of_rows(0.5, np.zeros(len(scores)))
    ranks, placed = rankdata(scores), np.zeros(len(scores))
    placed[positive] = (ranks[positive] - rankdata(scores[positive])) / downs
    placed[~positive] = 1 - (ranks[~positive] - rankdata(scores[~positive])) / ups
    value = float(placed[positive].mean())
    return _of_rows(value, (placed - value) * np.where(positive, len(scores) / ups, len(scores) / downs))


def average_precision(scores: Floats, positive: Flags) -> Statistic:
    """The mean, over positive rows, of the share of positives among rows with at least their score.

    Both of shape (rows,). 0 where no row is positive.
    """
    ups = int(positive.sum())
    if not ups:
        return _of_rows(0.0, np.zeros(len(scores)))
    _, place = np.unique(-scores, return_inverse=True)
    hits = np.bincount(place, weights=positive)
    above = np.bincount(place).cumsum()
    precision = hits.cumsum() / above
    value = float((hits * precision).sum() / ups)
    # a row changes the precision at its own score and at all lower ones
    gain, loss = (np.cumsum((part / above)[::-1])[::-1] for part in (hits, hits * precision))
    adds = positive * (precision[place] - value) + positive * gain[place] - loss[place]
    return _of_rows(value, adds * len(scores) / ups)


def calibration_slope(probabilities: Floats, positive: Flags) -> Statistic | None:
    """The slope of a logistic regression of the rows on the logits of their probabilities.

    1 is right, below it they are too sure (Cox, Biometrika 45, 1958). Both of shape (rows,); None where there is none.
    """
    kept = np.clip(probabilities, _EDGE, 1 - _EDGE)
    logits = np.log(kept / (1 - kept))
    if positive.all() or not positive.any() or np.ptp(logits) < _EDGE:
        return None
    design, weights = np.column_stack([np.ones(len(logits)), logits]), np.array([0.0, 1.0])
    for _ in range(_STEPS):
        shares = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        curvature = design.T @ (design * (shares * (1 - shares))[:, None])
        if np.linalg.cond(curvature) > 1 / _EDGE**2:
            return None
        adds = (design * (positive - shares)[:, None]) @ np.linalg.inv(curvature).T
        weights = weights + adds.sum(axis=0)
        if abs(weights[1]) > _STEEPEST:
            return None
        if np.abs(adds.sum(axis=0)).max() < _EDGE:
            slope = float(weights[1])
            values = slope + adds[:, 1] * len(logits)
            return Statistic(np.column_stack([values, np.ones(len(values))]), _mean_of_sums)
    return None


def _of_rows(value: float, adds: Floats) -> Statistic:
    """A figure between 0 and 1 as a mean; what the rows add has a mean of 0."""
    columns = np.column_stack([value + adds, np.ones(len(adds))])
    return Statistic(columns, lambda sums: np.clip(_mean_of_sums(sums), 0, 1), 0.0, 1.0, is_share_like=True)


def _mean_of_sums(sums: Floats) -> Floats:
    return safe_divide(sums[..., 0], sums[..., 1])
