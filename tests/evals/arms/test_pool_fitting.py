"""Pools with a known optimum, and what holds for all of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fewsight.evals.arms.pool_fitting import LEAST_CUSTOMERS, Pool, PoolRows, fit_pool, pooled
from fewsight.serving.answerers.fusion import Blend, Opinion, fuse
from fewsight.statistics.arrays import Floats
from fewsight.statistics.probabilities import log_loss

LABELS = 4


def planted(weights: list[float], rows: int, seed: int = 0) -> PoolRows:
    """Rows whose labels are drawn from the pool of their parts with these weights over temperature."""
    chance = np.random.default_rng(seed)
    logits = 2 * chance.standard_normal((len(weights), rows, LABELS))
    logs = logits - np.log(np.exp(logits).sum(axis=2, keepdims=True))
    shares = pooled(logs, np.array(weights), 1.0)
    gold = (chance.random((rows, 1)) > shares.cumsum(axis=1)).sum(axis=1).clip(max=LABELS - 1)
    return PoolRows(logs, gold, np.arange(rows))


def loss(rows: PoolRows, weights: Floats, temperature: float) -> float:
    return log_loss(pooled(rows.logs, weights, temperature), rows.gold).value


def exponents(pool: Pool) -> Floats:
    return pool.weights / pool.temperature


def test_the_weights_that_made_the_labels_are_found() -> None:
    pool = fit_pool(planted([1.2, 0.3, 0.0], 8000))
    np.testing.assert_allclose(exponents(pool), [1.2, 0.3, 0.0], atol=0.06)
    assert pool.weights.sum() == pytest.approx(1)
    assert pool.temperature == pytest.approx(1 / 1.5, rel=0.05)


def test_an_answerer_that_says_nothing_useful_gets_no_weight() -> None:
    rows = planted([1.0, 0.0], 4000, seed=3)
    pool = fit_pool(rows)
    assert pool.weights[1] < 0.03
    assert loss(rows, pool.weights, pool.temperature) <= loss(rows, np.array([1.0, 0.0]), 1.0) + 1e-9


def test_equal_answerers_count_equally() -> None:
    one = planted([1.0], 400)
    pool = fit_pool(PoolRows(np.repeat(one.logs, 3, axis=0), one.gold, one.clusters))
    np.testing.assert_allclose(pool.weights, 1 / 3, atol=1e-3)


def test_two_answerers_are_pooled_as_a_run_pools_them() -> None:
    rows = planted([1.0, 1.0], 5)
    many = pooled(rows.logs, np.array([1.0, 0.7]), 1.3)
    labels = [str(label) for label in range(LABELS)]
    for number, shares in enumerate(many):
        own, other = np.exp(rows.logs[:, number])
        one = fuse(labels, own.tolist(), Opinion.of(dict(zip(labels, other.tolist(), strict=True)), Blend(0.7, 1.3)))
        np.testing.assert_allclose(shares, one, rtol=1e-9)


def test_few_customers_leave_the_weights_equal() -> None:
    rows = planted([2.0, 0.0], 200)
    few = PoolRows(rows.logs, rows.gold, rows.clusters % (LEAST_CUSTOMERS - 1))
    pool = fit_pool(few)
    assert pool.strength is None
    assert pool.weights.tolist() == [0.5, 0.5]
    assert pool.temperature == 1
    assert fit_pool(PoolRows(rows.logs, rows.gold, rows.clusters % LEAST_CUSTOMERS)).strength is not None
    none = fit_pool(rows.only(np.zeros(200, dtype=bool)))
    assert none.strength is None
    assert none.crossed.shape == (0, LABELS)


def test_rows_are_answered_by_weights_that_they_had_no_part_in() -> None:
    """With labels of no relation to the answers, what a row's own weights say looks better than it is."""
    losses = []
    for seed in range(30):
        rows = planted([0.0, 0.0, 0.0, 0.0], 40, seed)
        pool = fit_pool(rows)
        inside = loss(rows, pool.weights, pool.temperature)
        losses.append(log_loss(pool.crossed, rows.gold).value - inside)
    assert np.mean(losses) > 0.005


def test_a_customers_rows_share_a_fold() -> None:
    """Each customer has two equal rows: were one fitted on while the other is answered, its label would be known."""
    rows = planted([1.0, 1.0], 30)
    twice = PoolRows(np.repeat(rows.logs, 2, axis=1), np.repeat(rows.gold, 2), np.repeat(rows.clusters, 2))
    shares = fit_pool(twice).crossed
    np.testing.assert_array_equal(shares[::2], shares[1::2])
    apart = fit_pool(PoolRows(twice.logs, twice.gold, np.arange(60))).crossed
    assert (apart[::2] != apart[1::2]).any()


def test_answerers_that_say_nothing_at_all() -> None:
    rows = planted([0.0, 0.0], 60)
    pool = fit_pool(PoolRows(np.full_like(rows.logs, -np.log(LABELS)), rows.gold, rows.clusters))
    np.testing.assert_allclose(pooled(rows.logs[:, :1] * 0, pool.weights, pool.temperature), 1 / LABELS)


@settings(max_examples=25)
@given(
    weights=st.lists(st.floats(0, 2), min_size=2, max_size=4),
    rows=st.integers(LEAST_CUSTOMERS, 60),
    seed=st.integers(0, 999),
    order=st.randoms(use_true_random=False),
)
def test_the_order_of_parts_changes_nothing_and_no_part_alone_is_better(
    weights: list[float], rows: int, seed: int, order: "np.random.Generator"
) -> None:
    given_rows = planted(weights, rows, seed)
    places = list(range(len(weights)))
    order.shuffle(places)
    first = fit_pool(given_rows)
    second = fit_pool(PoolRows(given_rows.logs[places], given_rows.gold, given_rows.clusters))
    own = pooled(given_rows.logs, first.weights, first.temperature)
    np.testing.assert_allclose(own, pooled(given_rows.logs[places], second.weights, second.temperature), atol=2e-3)
    assert first.strength == second.strength
    for part in range(len(weights)):
        alone = np.eye(len(weights))[part]
        for temperature in (0.3, 1.0, 3.0):
            assert log_loss(own, given_rows.gold).value <= loss(given_rows, alone, temperature) + 1e-6
