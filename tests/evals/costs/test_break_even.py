"""From how many customers on an arm is cheaper."""

import numpy as np
import pytest

from fewsight.errors import ConfigError
from fewsight.evals.costs.break_even import Amount, ArmCost, break_even

NOTHING = Amount.exact(0.0)


def arm(once: float, each: float, low: float | None = None, high: float | None = None) -> ArmCost:
    amount = Amount(each, each if low is None else low, each if high is None else high)
    return ArmCost(0, NOTHING, Amount.exact(once), amount)


def test_labels_and_training_are_earned_back() -> None:
    adapter = ArmCost(500, Amount.exact(0.1), Amount.exact(10.0), Amount.exact(0.001))
    found = break_even(adapter, arm(0, 0.004))
    assert found.customers == pytest.approx(60 / 0.003)
    assert (found.low, found.high) == pytest.approx((found.customers, found.customers))
    assert found.ever == 1


@pytest.mark.parametrize(
    ("candidate", "baseline", "customers", "ever"),
    [
        (arm(10, 0.02), arm(0, 0.01), np.inf, 0.0),  # dearer in both
        (arm(10, 0.01), arm(0, 0.01), np.inf, 0.0),
        (arm(0, 0.02), arm(10, 0.01), np.inf, 0.0),  # cheaper at first only
        (arm(0, 0.01), arm(10, 0.02), 0.0, 1.0),  # cheaper in both
        (arm(0, 0.01), arm(10, 0.01), 0.0, 1.0),
        (arm(0, 0.01), arm(0, 0.01), np.inf, 0.0),  # the same
    ],
)
def test_always_and_never_are_numbers_too(candidate: ArmCost, baseline: ArmCost, customers: float, ever: float) -> None:
    found = break_even(candidate, baseline)
    assert (found.customers, found.low, found.high, found.ever) == (customers, customers, customers, ever)


def test_the_interval_is_that_of_the_uncertain_amount() -> None:
    """One amount is uncertain, and the crossing falls as it grows: the limits are those of the amount."""
    found = break_even(arm(60, 0.001), arm(0, 0.004, 0.003, 0.006), draws=100_000)
    assert found.customers == pytest.approx(20_000)
    assert (found.low, found.high) == pytest.approx((60 / 0.005, 60 / 0.002), rel=0.02)


def test_an_uncertain_gain_may_never_come() -> None:
    found = break_even(arm(60, 0.003, 0.001, 0.005), arm(0, 0.004, 0.003, 0.005))
    assert found.high == np.inf
    assert 0.5 < found.ever < 0.95
    assert found == break_even(arm(60, 0.003, 0.001, 0.005), arm(0, 0.004, 0.003, 0.005))


@pytest.mark.parametrize("amount", [(-1, -1, -1), (1, 2, 3), (1, 0, 0.5), (float("nan"), 0, 1), (1, 0, float("inf"))])
def test_amounts_that_make_no_sense_are_refused(amount: tuple[float, float, float]) -> None:
    with pytest.raises(ConfigError, match="An amount needs"):
        Amount(*amount)
