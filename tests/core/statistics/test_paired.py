"""Paired tests against statsmodels and scipy, and what a margin and a sample size allow to say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar as reference
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower

from fewsight.errors import ConfigError, InputError
from fewsight.statistics.arrays import Flags
from fewsight.statistics.intervals import Interval, standard_error
from fewsight.statistics.margins import detectable_effect, non_inferiority
from fewsight.statistics.paired import compare_all, holm, mcnemar, permutation_test
from fewsight.statistics.statistic import Statistic, difference, mean, share


def right(hits: Flags) -> Statistic:
    return share(hits, np.ones(len(hits), dtype=bool))


def arms(rows: int = 200, seed: int = 0, gain: float = 0.0) -> tuple[Flags, Flags]:
    """Two arms that are right on 70 % of the rows, mostly on the same."""
    chance = np.random.default_rng(seed)
    hard = chance.random(rows)
    return hard + 0.1 * chance.standard_normal(rows) < 0.7 + gain, hard + 0.1 * chance.standard_normal(rows) < 0.7


@pytest.mark.parametrize("seed", range(5))
def test_mcnemar_is_that_of_statsmodels(seed: int) -> None:
    one, other = arms(seed=seed, gain=0.03)
    table = [[(one & other).sum(), (one & ~other).sum()], [(~one & other).sum(), (~one & ~other).sum()]]
    found = mcnemar(one, other)
    assert found.p == pytest.approx(reference(table, exact=True).pvalue)
    assert (found.only_first, found.only_second) == (table[0][1], table[1][0])


def test_arms_that_are_equal_have_no_difference() -> None:
    one, _ = arms()
    assert mcnemar(one, one).p == 1
    assert permutation_test(right(one), right(one), np.arange(200), draws=99) == 1


def test_few_customers_are_permuted_in_every_way() -> None:
    chance = np.random.default_rng(3)
    x, y = chance.standard_normal(10) + 0.6, chance.standard_normal(10)
    expected = stats.permutation_test((x, y), lambda a, b, axis: (a - b).mean(axis=axis), permutation_type="samples")
    assert permutation_test(mean(x), mean(y), np.arange(10)) == pytest.approx(expected.pvalue)


def test_many_customers_are_permuted_at_random_and_repeatably() -> None:
    one, other = arms(400, gain=0.02)
    clusters = np.arange(400)
    p = permutation_test(right(one), right(other), clusters, seed=1)
    assert p == pytest.approx(mcnemar(one, other).p, abs=0.02)
    assert p == permutation_test(right(one), right(other), clusters, seed=1)
    assert permutation_test(right(one | True), right(one & False), clusters, draws=199) == 1 / 200


def test_a_customers_rows_are_swapped_together() -> None:
    """With all differences in one customer of many rows, nothing can be said; taking rows as independent it could."""
    one, other = np.zeros(60, dtype=bool), np.zeros(60, dtype=bool)
    one[:20] = True
    clusters = np.concatenate([np.zeros(20, dtype=np.int64), np.arange(1, 41)])
    assert mcnemar(one, other).p < 1e-4
    assert permutation_test(right(one), right(other), clusters, draws=999) == 1


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_is_that_of_statsmodels(p_values: list[float]) -> None:
    assert holm(p_values) == pytest.approx(list(multipletests(p_values, method="holm")[1]))


def test_all_pairs_are_compared_once() -> None:
    one, other = arms(300, gain=0.2)
    found = compare_all({"a": right(one), "b": right(other), "c": right(other)}, np.arange(300), draws=999)
    assert [(pair.first, pair.second) for pair in found] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert found[0].difference.value == pytest.approx(one.mean() - other.mean())
    assert [pair.p_holm for pair in found] == pytest.approx([0.003, 0.003, 1.0])
    assert found[2].difference.low == found[2].difference.high == 0
    with pytest.raises(InputError, match="two arms"):
        compare_all({"a": right(one)}, np.arange(300))


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(-0.004, 0.01, "not worse"), (-0.01, 0.02, "undecided"), (-0.02, -0.006, "worse"), (-0.005, 0.1, "undecided")],
)
def test_a_margin_is_judged_by_the_interval(low: float, high: float, verdict: str) -> None:
    found = non_inferiority(Interval((low + high) / 2, low, high, 0.95, "cluster t", 500, 100), 0.005)
    assert found.verdict == verdict
    assert found.alpha == pytest.approx(0.025)


def test_a_margin_of_nothing_is_refused() -> None:
    with pytest.raises(ConfigError, match="above 0"):
        non_inferiority(Interval(0, -0.1, 0.1, 0.95, "cluster t", 500, 100), 0.0)


def test_the_detectable_effect_has_the_power_that_statsmodels_gives_it() -> None:
    one, other = arms(150, gain=0.05)
    gap = difference(right(one), right(other))
    found = detectable_effect(gap, np.arange(150), power=0.8)
    error, _ = standard_error(gap, np.arange(150))
    power = TTestPower().power(found.effect / (error * np.sqrt(150)), 150, 0.05)
    assert power == pytest.approx(0.8, abs=0.005)
    assert found.warnings == ()


def test_too_small_data_say_so() -> None:
    one, other = arms(25, gain=0.05)
    found = detectable_effect(difference(right(one), right(other)), np.arange(25), wanted=0.01)
    assert "25 customers, fewer than 30" in found.warnings[0]
    assert "About" in found.warnings[1]
    assert "customers are needed" in found.warnings[1]
    same = detectable_effect(difference(right(one), right(one)), np.arange(25))
    assert same.effect > 0.1
    assert "do not differ" in same.warnings[0]
    single = detectable_effect(difference(right(one), right(other)), np.zeros(25, dtype=np.int64))
    assert single.effect == np.inf
    assert "one customer" in single.warnings[0]


def test_large_figures_never_give_a_p_of_zero() -> None:
    chance = np.random.default_rng(0)
    for scale in (1.0, 1e6, 1e12):
        for _ in range(20):
            x = scale * (chance.random(8) + 1)
            assert permutation_test(mean(x), mean(x * chance.random(8)), np.arange(8)) >= 2 / 2**8
