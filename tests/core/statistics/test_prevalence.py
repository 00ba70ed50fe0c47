"""Shares of labels, corrected for the classifier's errors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fewsight.errors import InputError
from fewsight.statistics.arrays import INVALID
from fewsight.statistics.intervals import cluster_interval
from fewsight.statistics.ppi import prediction_powered_mean
from fewsight.statistics.prevalence import Answered, corrected_prevalence, solve
from fewsight.statistics.shares import wilson_limits
from fewsight.statistics.statistic import mean


def test_two_labels_are_corrected_as_rogan_and_gladen_do() -> None:
    """Sensitivity 0.8, specificity 0.9, 27.5 % answered positive: (0.275 + 0.9 - 1) / (0.8 + 0.9 - 1) = 0.25."""
    gold = np.repeat([1, 0], [50, 50])
    predicted = np.concatenate([np.repeat([1, 0], [40, 10]), np.repeat([1, 0], [5, 45])])
    counted = np.repeat([1, 0], [275, 725])
    no, yes = corrected_prevalence(
        gold, Answered(predicted, np.arange(100)), Answered(counted, np.arange(1000)), ("no", "yes"), resamples=300
    )
    assert yes.counted == 0.275
    assert yes.corrected.value == pytest.approx(0.25, abs=1e-6)
    assert no.corrected.value == pytest.approx(0.75, abs=1e-6)
    assert yes.corrected.low < 0.25 < yes.corrected.high
    assert yes.corrected.high - yes.corrected.low < 0.3


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0.05, 1), min_size=4, max_size=4))
def test_many_labels_are_found_where_the_matrix_is_known(weights: list[float]) -> None:
    true = np.array(weights) / sum(weights)
    matrix = np.column_stack([0.7 * np.eye(4) + 0.05, np.full(4, 0.1)])  # a tenth of the answers is invalid
    assert solve(matrix, true @ matrix * 1000) == pytest.approx(true, abs=1e-6)


def test_shares_stay_shares_where_the_inverse_would_leave_them() -> None:
    found = solve(np.array([[0.9, 0.1], [0.3, 0.7]]), np.array([5.0, 95.0]))
    assert found == pytest.approx([0, 1], abs=1e-6)


def test_a_label_without_labelled_rows_is_named_and_taken_as_answered_right() -> None:
    found = corrected_prevalence(
        np.zeros(30, dtype=np.int64),
        Answered(np.zeros(30, dtype=np.int64), np.arange(30)),
        Answered(np.repeat([0, 1], [70, 30]), np.arange(100)),
        ("a", "b"),
        resamples=50,
    )
    assert [one.is_measured for one in found] == [True, False]
    assert found[1].corrected.value == pytest.approx(0.3, abs=1e-6)


def test_invalid_answers_say_something_too() -> None:
    gold = np.repeat([0, 1], [50, 50])
    predicted = np.concatenate([np.repeat([0, INVALID], [45, 5]), np.repeat([1, INVALID], [25, 25])])
    counted = np.repeat([0, 1, INVALID], [90, 0, 10])
    found = corrected_prevalence(
        gold, Answered(predicted, np.arange(100)), Answered(counted, np.arange(100)), ("a", "b"), resamples=50
    )
    assert found[0].counted == 0.9
    assert found[0].corrected.value == pytest.approx(1, abs=1e-6)


def test_prediction_powered_means_without_use_are_those_of_the_labels() -> None:
    chance = np.random.default_rng(0)
    gold = (chance.random(200) < 0.3).astype(float)
    noise, more = (chance.random(200) < 0.5).astype(float), (chance.random(5000) < 0.5).astype(float)
    found = prediction_powered_mean(gold, noise, np.arange(200), more, np.arange(5000))
    plain = cluster_interval(mean(gold), np.arange(200))
    assert found.trust < 0.2
    assert (found.mean.low, found.mean.high) == pytest.approx((plain.low, plain.high), abs=0.02)


def test_perfect_answers_are_nearly_as_good_as_labels_of_all_rows() -> None:
    chance = np.random.default_rng(0)
    all_rows = (chance.random(5200) < 0.3).astype(float)
    found = prediction_powered_mean(all_rows[:200], all_rows[:200], np.arange(200), all_rows[200:], np.arange(5000))
    whole = cluster_interval(mean(all_rows), np.arange(5200))
    assert found.trust == pytest.approx(
        200 / 5200 * 25, abs=0.02
    )  # n / (n + N) of the labelled, N / (n + N) of the rest
    assert found.mean.value == pytest.approx(whole.value, abs=1e-3)
    # A little wider: 200 rows do not show that the answers are perfect.
    assert 1 < (found.mean.high - found.mean.low) / (whole.high - whole.low) < 1.25


def test_biased_answers_are_corrected() -> None:
    chance = np.random.default_rng(1)
    gold = (chance.random(10_000) < 0.1).astype(float)
    answered = np.maximum(gold, chance.random(10_000) < 0.2)
    found = prediction_powered_mean(gold[:500], answered[:500], np.arange(500), answered[500:], np.arange(9500))
    assert answered.mean() > 0.25
    assert found.mean.low < gold.mean() < found.mean.high


def test_one_labelled_customer_says_nothing() -> None:
    found = prediction_powered_mean(
        np.ones(3), np.ones(3), np.zeros(3, dtype=np.int64), np.array([1.0, 0.0]), np.arange(2)
    )
    assert (found.mean.low, found.mean.high) == (0.0, 1.0)


def test_constant_answers_carry_no_weight() -> None:
    gold = np.array([0.0, 1.0, 1.0, 0.0])
    assert prediction_powered_mean(gold, np.ones(4), np.arange(4), np.ones(9), np.arange(9)).trust == 0


def test_arrays_of_other_rows_are_refused() -> None:
    with pytest.raises(InputError, match="3 and 2"):
        prediction_powered_mean(np.ones(3), np.ones(2), np.arange(3), np.ones(2), np.arange(2))


def test_resamples_without_spread_are_no_certainty() -> None:
    gold = np.repeat([0, 1], [30, 30])
    found = corrected_prevalence(
        gold, Answered(gold, np.arange(60)), Answered(np.zeros(100, dtype=np.int64), np.arange(100)), ("a", "b")
    )
    assert (found[0].corrected.value, found[1].corrected.value) == (1.0, 0.0)
    assert (found[1].corrected.low, found[1].corrected.high) == pytest.approx(wilson_limits(0, 60))
    assert (found[0].corrected.low, found[0].corrected.high) == pytest.approx(wilson_limits(60, 60))


def test_one_counted_customer_says_nothing() -> None:
    gold = np.repeat([0, 1], [30, 30])
    counted = Answered(np.zeros(9, dtype=np.int64), np.zeros(9, dtype=np.int64))
    found = corrected_prevalence(gold, Answered(gold, np.arange(60)), counted, ("a", "b"), resamples=50)
    assert (found[0].corrected.low, found[0].corrected.high) == (0.0, 1.0)


def test_one_other_customer_says_nothing() -> None:
    gold, one = np.repeat([0.0, 1.0], 10), np.zeros(5, dtype=np.int64)
    found = prediction_powered_mean(gold, gold, np.arange(20), np.array([0.0, 1.0, 1.0, 0.0, 0.0]), one)
    assert (found.mean.low, found.mean.high) == (0.0, 1.0)


@pytest.mark.parametrize("share", [0.02, 0.05, 0.2])
def test_prediction_powered_intervals_of_rare_labels_hold(share: float) -> None:
    chance, held, runs = np.random.default_rng(1), 0, 100
    for _ in range(runs):
        gold = (chance.random(1060) < share).astype(float)
        answered = np.where(chance.random(1060) < 0.03, 1 - gold, gold)
        found = prediction_powered_mean(gold[:60], answered[:60], np.arange(60), answered[60:], np.arange(1000)).mean
        assert found.high - found.low > 0.03
        held += found.low <= share <= found.high
    assert held / runs >= 0.9
