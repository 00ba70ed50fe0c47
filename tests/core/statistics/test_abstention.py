"""Thresholds that keep a promise, and curves of risk and coverage."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from fewsight.errors import ConfigError, InputError
from fewsight.statistics.abstention import choose_threshold, feasibility, one_row_each, rows_needed
from fewsight.statistics.arrays import Floats
from fewsight.statistics.risk_coverage import risk_coverage


def test_the_curve_counts_rows_from_the_most_confident_on() -> None:
    curve = risk_coverage(np.array([0.9, 0.5, 0.9, 0.7]), np.array([True, False, True, False]))
    assert curve.threshold.tolist() == [0.9, 0.7, 0.5]
    assert curve.coverage.tolist() == [0.5, 0.75, 1.0]
    assert curve.risk.tolist() == pytest.approx([0, 1 / 3, 0.5])
    assert curve.area == pytest.approx((0 + 0 + 1 / 3 + 1 / 2) / 4)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=30))
def test_the_area_is_the_mean_risk_of_the_first_rows(right: list[bool]) -> None:
    wrong = 1 - np.array(right, dtype=float)
    expected = np.mean(wrong.cumsum() / np.arange(1, len(right) + 1))
    found = risk_coverage(-np.arange(len(right), dtype=float), np.array(right))
    assert found.area == pytest.approx(expected)


def test_no_rows_have_no_curve() -> None:
    with pytest.raises(InputError, match="no rows"):
        risk_coverage(np.zeros(0), np.zeros(0, dtype=bool))


@pytest.mark.parametrize(("risk", "confidence"), [(0.05, 0.95), (0.01, 0.95), (0.1, 0.9), (0.2, 0.99)])
def test_the_rows_that_are_needed_are_the_least_that_clopper_and_pearson_allow(risk: float, confidence: float) -> None:
    needed = rows_needed(risk, confidence)
    upper = [stats.beta.ppf(confidence, 1, rows) for rows in (needed, needed - 1)]
    assert upper[0] <= risk < upper[1]


def test_whether_it_can_be_promised_is_said_beforehand() -> None:
    assert feasibility(68, 0.05).message.startswith("Not possible: the promise needs at least 69 customers")
    assert feasibility(69, 0.05).is_possible
    with pytest.raises(ConfigError, match="risk of a promise must be between 0 and 1"):
        feasibility(100, 0.0)
    with pytest.raises(ConfigError, match="confidence of a promise"):
        rows_needed(0.05, 1.0)


def rows(count: int = 1000, seed: int = 0) -> tuple[Floats, Floats]:
    """Confidence, and how likely each row is right: perfect ones above 0.5, bad ones below."""
    confidence = np.random.default_rng(seed).random(count)
    return confidence, np.where(confidence > 0.5, 1.0, 0.3)


def test_good_rows_are_answered_and_bad_ones_are_not() -> None:
    confidence, chance = rows()
    right = np.random.default_rng(1).random(1000) < chance
    found = choose_threshold(confidence, right, np.arange(1000), risk=0.05)
    assert found.threshold is not None
    assert 0.4 < found.threshold < 0.6
    kept = confidence >= found.threshold
    assert (found.answered, found.wrong) == (kept.sum(), (~right[kept]).sum())
    assert found.coverage == kept.mean()
    assert found.upper <= 0.05
    assert found.upper == pytest.approx(stats.binomtest(found.wrong, found.answered).proportion_ci(0.9, "exact").high)


def test_all_right_answers_all() -> None:
    found = choose_threshold(np.linspace(0, 1, 500), np.ones(500, dtype=bool), np.arange(500), risk=0.05)
    assert (found.threshold, found.coverage, found.wrong) == (0.0, 1.0, 0)


@pytest.mark.parametrize("count", [1, 50, 68])
def test_too_few_rows_promise_nothing(count: int) -> None:
    found = choose_threshold(np.linspace(0, 1, count), np.ones(count, dtype=bool), np.arange(count), risk=0.05)
    assert (found.threshold, found.coverage, found.upper) == (None, 0.0, 1.0)
    assert not found.feasibility.is_possible


def test_bad_or_constant_answers_promise_nothing() -> None:
    constant = choose_threshold(np.full(500, 0.9), np.arange(500) % 5 > 0, np.arange(500), risk=0.05)
    assert constant.threshold is None
    assert constant.feasibility.is_possible


def test_constant_confidence_is_answered_where_the_whole_is_good_enough() -> None:
    found = choose_threshold(np.full(500, 0.9), np.arange(500) > 5, np.arange(500), risk=0.05)
    assert (found.threshold, found.answered, found.wrong) == (0.9, 500, 6)


def test_a_second_start_saves_an_unlucky_first_answer() -> None:
    right = np.arange(2000) != 1999  # the most confident row is wrong
    found = choose_threshold(np.arange(2000) / 2000, right, np.arange(2000), risk=0.05)
    assert found.coverage == 1


def test_customers_count_once() -> None:
    confidence = np.linspace(0, 1, 1000)
    found = choose_threshold(confidence, np.ones(1000, dtype=bool), np.repeat(np.arange(50), 20), risk=0.05)
    assert (found.customers, found.threshold) == (50, None)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=30), st.integers(0, 3))
def test_one_row_of_each_customer_is_drawn(customers: list[int], seed: int) -> None:
    clusters = np.array(customers)
    found = one_row_each(clusters, seed)
    assert sorted(clusters[found].tolist()) == sorted(set(customers))


def test_every_row_of_a_customer_may_be_drawn() -> None:
    drawn = {int(one_row_each(np.zeros(3, dtype=np.int64), seed)[0]) for seed in range(30)}
    assert drawn == {0, 1, 2}
