"""Sets of labels that hold the right one with a chosen chance (split conformal prediction: Vovk, Gammerman and Shafer,
2005).

A label is in a row's set where its probability is high enough (Sadinle, Lei and Wasserman, JASA 114, 2019). A set may
be empty: then no label is as probable as the right one usually is. One row of each customer is used, so that rows are
exchangeable; the chance is over a random row of a random customer, and over the fit.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fewsight.errors import ConfigError, InputError
from fewsight.statistics.abstention import one_row_each
from fewsight.statistics.arrays import Codes, Flags, Floats
from fewsight.statistics.statistic import require_same_number


@dataclass(frozen=True, slots=True)
class ConformalSets:
    """The least probability at which each label is in a set; 0 where too few rows are there to leave it out."""

    labels: tuple[str, ...]
    least: tuple[float, ...]
    coverage: float
    rows: tuple[int, ...]

    def sets(self, probabilities: Floats) -> Flags:
        """Which labels are in the set of each row; both of shape (rows, labels)."""
        return probabilities >= np.array(self.least)


def fit_conformal(
    probabilities: Floats,
    gold: Codes,
    clusters: Codes,
    labels: Sequence[str],
    coverage: float = 0.9,
    *,
    by_label: bool = False,
    seed: int = 0,
) -> ConformalSets:
    """Fit on rows of shape (rows, labels), (rows,), (rows,). The right label is in the set with a chance of `coverage`.

    `by_label`: for the rows of each label separately, which takes more rows; a label needs at least
    coverage / (1 - coverage) of them, and is in every set otherwise.

    Raises:
        ConfigError: the coverage is not between 0 and 1.
        InputError: there are no rows, or arrays do not belong together.
    """
    if not 0 < coverage < 1:
        raise ConfigError(f"A coverage must be between 0 and 1, and is {coverage!r}.")
    require_same_number(len(probabilities), len(gold), len(clusters))
    if not len(gold):
        raise InputError("There are no rows to fit conformal sets on.")
    rows = one_row_each(clusters, seed)
    given = gold[rows]
    shares = probabilities[rows, given]
    parts = [shares[given == code] if by_label else shares for code in range(len(labels))]
    least = tuple(_least(part, coverage) for part in parts)
    return ConformalSets(tuple(labels), least, coverage, tuple(map(len, parts)))


def _least(shares: Floats, coverage: float) -> float:
    """The k-th highest of the right labels' probabilities, k = ceil((rows + 1) * coverage)."""
    place = math.ceil((len(shares) + 1) * coverage - 1e-9)
    return float(np.sort(shares)[len(shares) - place]) if place <= len(shares) else 0.0
