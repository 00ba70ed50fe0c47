"""How often answers are wrong as more of them are given, the most confident first."""

from dataclasses import dataclass

import numpy as np

from fewsight.errors import InputError
from fewsight.statistics.arrays import Flags, Floats
from fewsight.statistics.statistic import require_same_number


@dataclass(frozen=True, slots=True, eq=False)
class RiskCoverage:
    """For each threshold, from the highest: rows at or above it are answered. All arrays have shape (thresholds,).

    `answered` and `wrong` count rows; rows of equal confidence are answered together.
    """

    threshold: Floats
    answered: Floats
    wrong: Floats

    @property
    def coverage(self) -> Floats:
        """The share of rows that are answered."""
        return np.asarray(self.answered / self.answered[-1])

    @property
    def risk(self) -> Floats:
        """The share of answered rows that are wrong."""
        return np.asarray(self.wrong / self.answered)

    @property
    def area(self) -> float:
        """The area under the curve: the mean risk over all rows, each at its own threshold (Geifman and El-Yaniv,
        2019).

        Lower is better. It holds the errors of the model as well as the order of its confidence.
        """
        own = np.diff(self.answered, prepend=0)
        return float((own * self.risk).sum() / own.sum())


def risk_coverage(confidence: Floats, right: Flags) -> RiskCoverage:
    """The curve of rows with these confidences, both of shape (rows,).

    Raises:
        InputError: there are no rows, or their numbers differ.
    """
    require_same_number(len(confidence), len(right))
    if not len(confidence):
        raise InputError("There are no rows, so there is no risk-coverage curve.")
    values, place = np.unique(-confidence, return_inverse=True)
    answered = np.bincount(place).cumsum().astype(float)
    wrong = np.bincount(place, weights=~right).cumsum()
    return RiskCoverage(-values, answered, wrong)
