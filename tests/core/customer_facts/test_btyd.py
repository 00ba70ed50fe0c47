"""Models of buying recover the parameters of simulated customers, and agree with what can be computed otherwise."""

import json

import numpy as np
import pytest

from fewsight.customer_facts import Fitted
from fewsight.customer_facts.btyd import Buying, Purchases, fit_buying
from fewsight.customer_facts.btyd.bgnbd import BgNbd, _Likelihood, fit_bgnbd
from fewsight.customer_facts.btyd.gamma_gamma import GammaGamma
from fewsight.customer_facts.btyd.gamma_gamma import _Likelihood as ValueLikelihood
from fewsight.customer_facts.btyd.maximum import LogLikelihood
from fewsight.customer_facts.vocabulary import Vocabulary
from fewsight.statistics.arrays import Floats

TRUE = BgNbd(r=0.5, alpha=5.0, a=0.8, b=2.4, log_likelihood=0.0)
VALUES = GammaGamma(p=6.0, q=4.0, gamma=1500.0, log_likelihood=0.0)


def simulated(count: int, seed: int = 0) -> tuple[Floats, Floats, Floats, Floats]:
    """Repeat orders, weeks to the last one, weeks observed, and orders in the 20 weeks after that."""
    chance = np.random.default_rng(seed)
    rate, stop = chance.gamma(TRUE.r, 1 / TRUE.alpha, count), chance.beta(TRUE.a, TRUE.b, count)
    age = chance.uniform(20, 60, count)
    x, t_x, after, now = np.zeros(count), np.zeros(count), np.zeros(count), np.zeros(count)
    alive = np.ones(count, bool)
    while alive.any():
        now = now + chance.exponential(1 / np.maximum(rate, 1e-12))
        inside = alive & (now <= age)
        x, t_x = x + inside, np.where(inside, now, t_x)
        ahead = alive & (now > age) & (now <= age + 20)
        after += ahead
        alive = (inside | ahead) & (chance.random(count) > stop)
    return x, t_x, age, after


def purchases(x: Floats, t_x: Floats, age: Floats, seed: int = 1) -> Purchases:
    chance = np.random.default_rng(seed)
    nu = chance.gamma(VALUES.q, 1 / VALUES.gamma, len(x))
    mean = np.where(x > 0, chance.gamma(VALUES.p * np.maximum(x, 1)) / (np.maximum(x, 1) * nu), np.nan)
    return Purchases(x, 7 * t_x, 7 * age, x, mean)


def test_parameters_of_simulated_customers_are_recovered() -> None:
    x, t_x, age, after = simulated(30_000)
    fitted = fit_buying(purchases(x, t_x, age), "EUR")
    assert fitted.counts is not None
    assert fitted.values is not None
    told = [fitted.counts.r, fitted.counts.alpha, fitted.counts.a, fitted.counts.b]
    assert told == pytest.approx([TRUE.r, TRUE.alpha, TRUE.a, TRUE.b], rel=0.12)
    assert [fitted.values.p, fitted.values.q] == pytest.approx([VALUES.p, VALUES.q], rel=0.12)
    expected = fitted.counts.expected_orders(20, x, t_x, age)
    assert expected.sum() == pytest.approx(after.sum(), rel=0.05)
    assert np.corrcoef(expected, after)[0, 1] > 0.5


def test_equal_customers_count_as_often_as_there_are() -> None:
    x, t_x, age, _ = simulated(2_000)
    t_x, age = np.round(t_x), np.round(age)
    one_by_one = fit_bgnbd(x, t_x, age, np.ones(len(x)))
    grouped, count = np.unique(np.column_stack([x, t_x, age]), axis=0, return_counts=True)
    together = fit_bgnbd(grouped[:, 0], grouped[:, 1], grouped[:, 2], count.astype(float))
    assert one_by_one is not None
    assert together is not None
    assert together.r == pytest.approx(one_by_one.r, rel=1e-4)
    assert together.log_likelihood == pytest.approx(one_by_one.log_likelihood)


def test_gradients_are_those_of_the_likelihoods() -> None:
    x, t_x, age, _ = simulated(200)
    repeated = x > 0
    of_values = purchases(x, t_x, age).mean_value[repeated]
    cases: list[tuple[LogLikelihood, Floats]] = [
        (_Likelihood(x, t_x, age, np.ones(200)), np.array([0.6, 3.0, 1.2, 2.0])),
        (ValueLikelihood(x[repeated], of_values), np.array([3.0, 2.5, 900.0])),
    ]
    for likelihood, place in cases:
        steps = np.eye(len(place)) * 1e-6 * place
        numeric = [(likelihood(place + s)[0] - likelihood(place - s)[0]) / (2 * s.sum()) for s in steps]
        assert likelihood(place)[1] == pytest.approx(numeric, rel=1e-4)


def test_expected_orders_are_the_formula_of_the_paper() -> None:
    from scipy.special import hyp2f1

    x, t_x, age, t = 2.0, 30.43, 38.86, 39.0
    m = BgNbd(0.243, 4.414, 0.793, 2.426, 0.0)
    z = t / (m.alpha + age + t)
    share = ((m.alpha + age) / (m.alpha + age + t)) ** (m.r + x)
    top = (m.a + m.b + x - 1) / (m.a - 1) * (1 - share * hyp2f1(m.r + x, m.b + x, m.a + m.b + x - 1, z))
    below = 1 + m.a / (m.b + x - 1) * ((m.alpha + age) / (m.alpha + t_x)) ** (m.r + x)
    told = m.expected_orders(t, np.array([x]), np.array([t_x]), np.array([age]))
    assert told == pytest.approx([top / below])
    assert told == pytest.approx([1.226], abs=1e-3), "the example of Fader, Hardie and Lee (2005)"


@pytest.mark.parametrize("a", [0.5, 1.0, 1.5, 999.0])
def test_expectations_stay_finite(a: float) -> None:
    model = BgNbd(0.3, 1.4, a, 800.0, 0.0)
    x = np.array([0.0, 1.0, 40.0, 3000.0])
    orders = model.expected_orders(13, x, x / 2, x / 2 + 1)
    assert np.all(np.isfinite(orders))
    assert np.all(orders >= 0)


def test_the_interval_of_a_value_holds_what_is_simulated() -> None:
    chance = np.random.default_rng(3)
    x = np.full(20_000, 3.0)
    nu = chance.gamma(VALUES.q, 1 / VALUES.gamma, len(x))
    mean = chance.gamma(VALUES.p * x) / (x * nu)
    low, high = VALUES.value_at(0.05, x, mean), VALUES.value_at(0.95, x, mean)
    inside = (low <= VALUES.p / nu) & (VALUES.p / nu <= high)
    assert inside.mean() == pytest.approx(0.9, abs=0.01)
    assert (VALUES.expected_value(x, mean) - VALUES.p / nu).mean() == pytest.approx(0, abs=15)


def test_what_the_data_do_not_tell_is_unknown() -> None:
    few = Purchases(*(np.array([0.0, 1.0, np.nan]) for _ in range(5)))
    fitted = fit_buying(few)
    assert (fitted.counts, fitted.values) == (None, None)
    assert all(np.isnan(column).all() for column in fitted.expected(few, 90).values())


def test_values_outside_of_the_model_are_unknown() -> None:
    nan = np.nan
    of = Purchases(
        np.array([2.0, 2, 0, 2]),
        np.full(4, 7.0),
        np.full(4, 70.0),
        np.array([2.0, nan, 0, 2]),
        np.array([500.0, nan, nan, -3]),
    )
    told = Buying(TRUE, VALUES, "EUR").expected(of, 90)["order_value"]
    assert np.isnan(told).tolist() == [False, True, False, True]


def test_what_was_fitted_goes_through_json() -> None:
    vocabulary = Vocabulary(("EUR", None), ("web",), labels={"intent.intent": ("refund",)}, discounts=True)
    fitted = Fitted(vocabulary, Buying(TRUE, VALUES, "EUR"), 30, "Asia/Tokyo")
    assert Fitted.from_dict(json.loads(json.dumps(fitted.as_dict()))) == fitted
