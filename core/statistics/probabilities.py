"""Metrics of probabilities of shape (rows, labels), each row with a sum of 1, and of given labels' codes (rows,)."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from fewsight.errors import InputError
from fewsight.statistics.arrays import Codes, Floats
from fewsight.statistics.statistic import Statistic, mean

LEAST: Final = 1e-12
"""A probability below this counts as this in a log loss: scoring may leave labels without any."""

BINS: Final = 15
Binning = Literal["equal-mass", "equal-width"]


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows of similar confidence: their number, the mean confidence and the share that is right."""

    rows: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """A reliability diagram of the top label with its expected calibration error.

    `asked` is the number of bins that was asked for; equal-mass bins with the same edge are one, and empty bins
    are left out.
    """

    binning: Binning
    asked: int
    bins: tuple[Bin, ...]

    @property
    def ece(self) -> float:
        """The mean distance of confidence and share right over the bins, weighted by rows (Guo et al., ICML 2017).

        It is above 0 by chance even for perfect probabilities, the more so with few rows.
        """
        return sum(b.rows * abs(b.confidence - b.right) for b in self.bins) / sum(b.rows for b in self.bins)


def log_loss(probabilities: Floats, gold: Codes) -> Statistic:
    """The mean negative natural logarithm of the given label's probability."""
    return mean(-np.log(np.maximum(probabilities[np.arange(len(gold)), gold], LEAST)), 0.0)


def brier(probabilities: Floats, gold: Codes) -> Statistic:
    """Brier's score (Monthly Weather Review 78, 1950), summed over all labels: from 0 to 2."""
    wanted = np.eye(probabilities.shape[1])[gold]
    return mean(((probabilities - wanted) ** 2).sum(axis=1), 0.0, 2.0)


def reliability(confidence: Floats, right: Floats, binning: Binning = "equal-mass", bins: int = BINS) -> Reliability:
    """The top label's confidence against how often it is right (0 or 1), both of shape (rows,).

    Equal-mass bins end at quantiles of the confidence; rows of equal confidence share a bin. Equal-width bins cut
    the way from 0 to 1.

    Raises:
        InputError: there are no rows.
    """
    if not len(confidence):
        raise InputError("There are no rows with probabilities, so there is no calibration error.")
    steps = np.linspace(0, 1, bins + 1)[1:-1]
    edges = np.unique(np.quantile(confidence, steps)) if binning == "equal-mass" else steps
    place = np.searchsorted(edges, confidence, side="left")
    filled = []
    for number in range(len(edges) + 1):
        inside = place == number
        if inside.any():
            filled.append(Bin(int(inside.sum()), float(confidence[inside].mean()), float(right[inside].mean())))
    return Reliability(binning, bins, tuple(filled))
