"""From how many customers on one arm is cheaper than another."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from fewsight.errors import ConfigError
from fewsight.statistics.arrays import Floats

DRAWS: Final = 20_000
NORMAL: Final = 1.959963984540054
"""A 95 % range reaches so many standard deviations to either side."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its 95 % range, which is the number itself where it is exact.

    Raises:
        ConfigError: it is negative or no number, or does not lie within its range.
    """

    value: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if not (0 <= self.low <= self.value <= self.high < math.inf):
            raise ConfigError(
                f"An amount needs 0 <= low <= value <= high, and has {self.low}, {self.value}, {self.high}."
            )

    @classmethod
    def exact(cls, value: float) -> "Amount":
        """A number without uncertainty."""
        return cls(value, value, value)


@dataclass(frozen=True, slots=True)
class ArmCost:
    """What an arm costs, in one currency: once (labels, each at a price, and training), and for each customer."""

    labels: int
    per_label: Amount
    training: Amount
    per_customer: Amount


@dataclass(frozen=True, slots=True)
class BreakEven:
    """The number of customers from which the candidate is cheaper; infinite where it never is, 0 where it always is.

    The limits hold 95 % of what the amounts may be; `ever` is the share of it in which the candidate ever becomes
    cheaper.
    """

    customers: float
    low: float
    high: float
    ever: float


def break_even(candidate: ArmCost, baseline: ArmCost, *, draws: int = DRAWS, seed: int = 0) -> BreakEven:
    """Where the candidate's higher cost at the start is earned back by cheaper customers.

    Amounts are drawn independently, each from two halves of a normal distribution that meet at its value and reach its
    range; none is negative. A candidate that is cheaper at first and dearer for each customer 'never' wins in the long
    run.
    """
    value = _crossing(_fixed_value(candidate) - _fixed_value(baseline), _saved_value(candidate, baseline))
    chance = np.random.default_rng(seed)
    fixed = _fixed(candidate, chance, draws) - _fixed(baseline, chance, draws)
    saved = _drawn(baseline.per_customer, chance, draws) - _drawn(candidate.per_customer, chance, draws)
    drawn = np.sort(_crossing(fixed, saved))
    low, high = (float(drawn[min(int(share * draws), draws - 1)]) for share in (0.025, 0.975))
    return BreakEven(float(value), low, high, float(np.isfinite(drawn).mean()))


def _crossing(fixed: Floats, saved: Floats) -> Floats:
    """`fixed` is dearer at first, `saved` cheaper for each customer."""
    with np.errstate(divide="ignore", invalid="ignore"):
        customers: Floats = np.where(
            saved > 0, np.maximum(fixed / saved, 0.0), np.where((saved == 0) & (fixed < 0), 0.0, np.inf)
        )
    return customers


def _fixed_value(arm: ArmCost) -> Floats:
    return np.array(arm.labels * arm.per_label.value + arm.training.value)


def _saved_value(candidate: ArmCost, baseline: ArmCost) -> Floats:
    return np.array(baseline.per_customer.value - candidate.per_customer.value)


def _fixed(arm: ArmCost, chance: np.random.Generator, draws: int) -> Floats:
    return arm.labels * _drawn(arm.per_label, chance, draws) + _drawn(arm.training, chance, draws)


def _drawn(amount: Amount, chance: np.random.Generator, draws: int) -> Floats:
    z = chance.standard_normal(draws) / NORMAL
    reach = np.where(z < 0, amount.value - amount.low, amount.high - amount.value)
    drawn: Floats = np.maximum(amount.value + z * reach, 0.0)
    return drawn
