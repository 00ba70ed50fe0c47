"""Intervals against statsmodels and scipy, and at the edges where nothing is known."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from fewsight.errors import InputError
from fewsight.evals.metrics.labels import mcc
from fewsight.evals.predictions import Prediction, Predictions
from fewsight.statistics.arrays import Codes, Floats
from fewsight.statistics.bootstrap import bootstrap_interval, bootstrap_rows
from fewsight.statistics.intervals import cluster_interval, standard_error, wilson
from fewsight.statistics.numbers import pearson
from fewsight.statistics.shares import wilson_limits
from fewsight.statistics.statistic import cluster_sums, difference, mean, share


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 60), st.integers(1, 60), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_wilson_is_that_of_statsmodels(right: int, more: int, confidence: float) -> None:
    expected = proportion_confint(right, right + more, 1 - confidence, method="wilson")
    assert wilson_limits(right, right + more, confidence) == pytest.approx(expected, abs=1e-9)


def test_wilson_of_no_rows_knows_nothing() -> None:
    found = wilson(0, 0)
    assert (found.value, found.low, found.high) == (0.0, 0.0, 1.0)


def rows(customers: int = 40, seed: int = 0) -> tuple[Floats, Codes]:
    """Numbers of customers with one to six rows each."""
    chance = np.random.default_rng(seed)
    clusters = np.repeat(np.arange(customers), chance.integers(1, 7, customers))
    return chance.standard_normal(customers)[clusters] + chance.standard_normal(len(clusters)), clusters


def test_independent_rows_give_students_interval() -> None:
    values = np.random.default_rng(1).standard_normal(30)
    found = cluster_interval(mean(values), np.arange(30))
    expected = stats.ttest_1samp(values, 0).confidence_interval()
    assert (found.low, found.high) == pytest.approx(tuple(expected), rel=1e-9)
    assert found.method == "cluster t"


def test_the_standard_error_of_a_mean_is_the_cluster_robust_one() -> None:
    values, clusters = rows(200)
    robust = sm.OLS(values, np.ones(len(values))).fit(cov_type="cluster", cov_kwds={"groups": clusters})
    error, count = standard_error(mean(values), clusters)
    assert error == pytest.approx(float(robust.bse[0]), rel=0.02)  # jackknife (CR3) against the sandwich (CR1)
    assert count == 200


def test_independent_shares_give_wilsons_interval_with_students_quantile() -> None:
    hits = np.arange(400) < 320
    found = cluster_interval(share(hits, np.ones(400, dtype=bool)), np.arange(400))
    plain = wilson(320, 400)
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high), abs=5e-4)
    assert found.method == "cluster Wilson"


def test_rows_of_one_customer_that_are_alike_count_once() -> None:
    hits = np.arange(100) < 80
    once = cluster_interval(share(hits, hits | True), np.arange(100))
    often = cluster_interval(share(np.repeat(hits, 5), np.ones(500, dtype=bool)), np.repeat(np.arange(100), 5))
    assert (often.low, often.high) == pytest.approx((once.low, once.high))
    assert (often.rows, often.clusters) == (500, 100)


def test_all_right_is_as_uncertain_as_the_number_of_customers() -> None:
    everything = np.ones(300, dtype=bool)
    found = cluster_interval(share(everything, everything), np.repeat(np.arange(60), 5))
    assert (found.value, found.low, found.high) == pytest.approx((1.0, *wilson_limits(60, 60)))


def test_only_customers_with_a_part_in_it_count() -> None:
    among = np.arange(100) < 12
    found = cluster_interval(share(np.arange(100) < 6, among), np.repeat(np.arange(25), 4))
    assert (found.rows, found.clusters) == (12, 3)
    assert found.high - found.low > 0.5


def test_one_customer_says_nothing_of_others() -> None:
    one = np.zeros(5, dtype=np.int64)
    found = cluster_interval(share(np.arange(5) < 4, np.ones(5, dtype=bool)), one)
    assert (found.value, found.low, found.high) == (0.8, 0.0, 1.0)
    assert cluster_interval(mean(np.array([0.0, 1.0, 2.0, 3.0, 4.0])), one).high == np.inf
    assert bootstrap_interval(mean(np.array([0.0, 1.0, 2.0, 3.0, 4.0])), one).low == -np.inf


def test_a_difference_stays_within_its_range() -> None:
    everything = np.ones(3, dtype=bool)
    gap = difference(share(everything, everything), share(np.array([0, 0, 1], dtype=bool), everything))
    found = cluster_interval(gap, np.arange(3))
    assert found.value == pytest.approx(2 / 3)
    assert found.high == 1.0


def test_both_ways_to_bootstrap_agree_and_repeat() -> None:
    values, clusters = rows()
    other = values + rows(seed=5)[0][: len(values)].mean() + np.sin(np.arange(len(values)))
    fast = bootstrap_interval(pearson(values, other), clusters, resamples=4000, seed=1)
    slow = bootstrap_rows(lambda at: stats.pearsonr(values[at], other[at])[0], clusters, resamples=1500, seed=2)
    assert (fast.low, fast.high) == pytest.approx((slow.low, slow.high), abs=0.02)
    assert fast == bootstrap_interval(pearson(values, other), clusters, resamples=4000, seed=1)


def test_the_bootstrap_and_the_robust_interval_agree_for_many_customers() -> None:
    values, clusters = rows(800)
    robust, drawn = cluster_interval(mean(values), clusters), bootstrap_interval(mean(values), clusters)
    assert (drawn.low, drawn.high) == pytest.approx((robust.low, robust.high), abs=0.01)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-5, 5)), min_size=1, max_size=20))
def test_sums_by_cluster(pairs: list[tuple[int, int]]) -> None:
    clusters, values = (np.array(part) for part in zip(*pairs, strict=True))
    found = cluster_sums(values[:, None].astype(float), clusters)[:, 0]
    assert found.tolist() == [values[clusters == name].sum() for name in np.unique(clusters)]


def test_arrays_of_other_rows_are_refused() -> None:
    with pytest.raises(InputError, match="3 and 2 rows"):
        cluster_interval(mean(np.zeros(3)), np.zeros(2, dtype=np.int64))
    with pytest.raises(InputError, match="2 and 3 rows"):
        difference(mean(np.zeros(2)), mean(np.zeros(3)))
    with pytest.raises(InputError, match="There are no rows"):
        mean(np.zeros(0))


def test_sums_of_no_rows_are_refused() -> None:
    with pytest.raises(InputError, match="no rows"):
        cluster_sums(np.zeros((0, 2)), np.zeros(0, dtype=np.int64))


@pytest.mark.parametrize("customers", [20, 21, 30])
def test_customers_that_are_all_alike_are_no_certainty(customers: int) -> None:
    pairs = (("a", "a"), ("a", "a"), ("a", "b"), ("b", "b"), ("b", "a"), ("c", "c"), ("c", "b"))
    rows = tuple(
        Prediction(f"{customer}-{place}", str(customer), *pair)
        for customer in range(customers)
        for place, pair in enumerate(pairs)
    )
    arm = Predictions(("a", "b", "c"), rows)
    found = cluster_interval(mcc(arm), arm.clusters)
    assert found.high - found.low > 0.2


def test_wilson_limits_hold_the_share_itself() -> None:
    for number in range(1, 200):
        assert wilson_limits(0, number)[0] == 0
        assert wilson_limits(number, number)[1] == 1
