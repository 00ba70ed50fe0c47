"""Answering only where a promise can be kept: 'at most `risk` wrong among the answered rows, with this confidence'.

Rows are tried from the most confident on, each threshold with an exact binomial test of 'more than `risk` are wrong'
(Clopper and Pearson, Biometrika 26, 1934). All thresholds are tested in that order by the fallback procedure (Wiens,
Pharmaceutical Statistics 2, 2003), a fixed-sequence test with several starts whose error over all of them is 1 -
confidence; Learn then Test (Angelopoulos et al., Annals of Applied Statistics 19, 2025) is the frame.

What is assumed: customers are drawn alike now and when the threshold is used, and a lower confidence does not mean
fewer errors. Rows of one customer are not independent, so one row of each is drawn and the others are left out. The
promise is about a random row of a random customer.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from fewsight.errors import ConfigError
from fewsight.statistics.arrays import Codes, Flags, Floats
from fewsight.statistics.risk_coverage import RiskCoverage, risk_coverage
from fewsight.statistics.statistic import require_same_number

STEPS: Final = 50
STARTS: Final = ((0.0, 0.6), (1 / 3, 0.2), (2 / 3, 0.2))
"""Where on the way from few rows to all a sequence starts, and its part of the error. With a single start an unlucky
wrong answer at the very top would end it. Parts and steps were chosen by the share answered, on simulated rows."""


@dataclass(frozen=True, slots=True)
class Feasibility:
    """Whether a promise can be made at all. `needed` answered customers without any error are the least."""

    customers: int
    needed: int

    @property
    def is_possible(self) -> bool:
        """Whether there are enough customers, if none of them is answered wrongly."""
        return self.customers >= self.needed

    @property
    def message(self) -> str:
        """A sentence for the user."""
        if self.is_possible:
            return f"Possible: {self.customers:,} customers with labels, and at least {self.needed:,} are needed."
        return (
            f"Not possible: the promise needs at least {self.needed:,} customers that are all answered right, and "
            f"there are {self.customers:,} with labels. Label more, or promise less."
        )


@dataclass(frozen=True, slots=True)
class Abstention:
    """Rows with at least `threshold` are answered; None where nothing can be promised, so that no row is.

    `customers` rows were tested, one for each; `answered` and `wrong` count them at the threshold; `upper` is the exact
    upper bound of their risk taken alone, at `confidence`.
    """

    threshold: float | None
    risk: float
    confidence: float
    customers: int
    answered: int
    wrong: int
    upper: float
    feasibility: Feasibility

    @property
    def coverage(self) -> float:
        """The share of the tested rows that are answered."""
        return self.answered / self.customers


def rows_needed(risk: float, confidence: float = 0.95) -> int:
    """The least number of independent rows, all right, that make a promise.

    >>> rows_needed(0.05), rows_needed(0.01)
    (59, 299)

    Raises:
        ConfigError: risk or confidence are not between 0 and 1.
    """
    for name, value in (("risk", risk), ("confidence", confidence)):
        if not 0 < value < 1:
            raise ConfigError(f"The {name} of a promise must be between 0 and 1, and is {value!r}.")
    return math.ceil(math.log(1 - confidence) / math.log(1 - risk))


def feasibility(customers: int, risk: float, confidence: float = 0.95) -> Feasibility:
    """Whether so many labelled customers could support a promise, before anything is answered.

    Raises:
        ConfigError: risk or confidence are not between 0 and 1.
    """
    return Feasibility(customers, rows_needed(risk, 1 - (1 - confidence) * STARTS[0][1]))


def choose_threshold(
    confidences: Floats, right: Flags, clusters: Codes, risk: float, confidence: float = 0.95, *, seed: int = 0
) -> Abstention:
    """The lowest threshold at which the promise holds; arrays have shape (rows,), `seed` draws one row of each
    customer.

    Raises:
        ConfigError: risk or confidence are not between 0 and 1.
        InputError: there are no rows, or their numbers differ.
    """
    from scipy.stats import beta

    require_same_number(len(confidences), len(right), len(clusters))
    rows = one_row_each(clusters, seed)
    curve = risk_coverage(confidences[rows], right[rows])
    possible = feasibility(len(rows), risk, confidence)
    last = _last_rejected(curve, risk, 1 - confidence, possible.needed)
    if last is None:
        return Abstention(None, risk, confidence, len(rows), 0, 0, 1.0, possible)
    answered, wrong = int(curve.answered[last]), int(curve.wrong[last])
    upper = float(beta.ppf(confidence, wrong + 1, answered - wrong)) if wrong < answered else 1.0
    return Abstention(float(curve.threshold[last]), risk, confidence, len(rows), answered, wrong, upper, possible)


def one_row_each(clusters: Codes, seed: int) -> Codes:
    """The numbers of rows, one drawn from each cluster."""
    mixed = np.random.default_rng(seed).permutation(len(clusters))
    _, first = np.unique(clusters[mixed], return_index=True)
    return np.sort(mixed[first])


def _last_rejected(curve: RiskCoverage, risk: float, delta: float, first: int) -> int | None:
    """The last threshold of the sequence at which 'more than `risk` are wrong' is rejected; None where nowhere.

    A threshold that is rejected hands its level on to the next one.
    """
    from scipy.stats import binom

    steps, parts = _sequence(int(curve.answered[-1]), first)
    numbers = np.searchsorted(curve.answered, steps)
    p_values = np.asarray(binom.cdf(curve.wrong[numbers], curve.answered[numbers], risk))
    last, level = None, 0.0
    for number, p, part in zip(numbers.tolist(), p_values.tolist(), parts.tolist(), strict=True):
        level += part * delta
        if level and p <= level:
            last = int(number)
        else:
            level = 0.0
    return last


def _sequence(rows: int, first: int) -> tuple[Codes, Floats]:
    """Numbers of answered rows to try, evenly spaced in logarithm from `first` to all, with their part of the error."""
    if rows < first:
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    steps = np.unique(np.floor(np.geomspace(first, rows, STEPS)).astype(np.int64))
    parts = np.zeros(len(steps))
    for place, part in STARTS:
        parts[round(place * (len(steps) - 1))] += part
    return steps, parts
