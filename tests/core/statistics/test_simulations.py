"""The simulations run, and a small one keeps its promises: enough to see a formula that is wrong by a lot."""

import numpy as np
import pytest

from fewsight.evals.metrics.labels import accuracy, macro_f1, macro_f1_of_sums
from fewsight.statistics.intervals import cluster_interval
from tests.simulations.__main__ import NAMES, main
from tests.simulations.promises import RISK, Answers, worlds
from tests.simulations.worlds import ScoreWorld, World, centre


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    world, chance, held = World(60, (0.85,)), np.random.default_rng(0), 0
    for _ in range(200):
        sample = world.draw(chance)
        found = cluster_interval(macro_f1(sample.predictions()), sample.clusters)
        held += found.low <= float(macro_f1_of_sums(world.counts())) <= found.high
    assert 180 <= held <= 199


def test_a_world_is_as_it_says() -> None:
    world = World(20_000, (0.85,), spread=1.5)
    sample = world.draw(np.random.default_rng(1))
    right, rows = sample.answered[0] == sample.gold, len(sample.gold)
    assert right.mean() == pytest.approx(0.85, abs=0.01)
    assert np.bincount(sample.gold) / rows == pytest.approx(np.array(world.shares), abs=0.01)
    assert np.bincount(sample.answered[0]) / rows == pytest.approx(world.joint().sum(axis=0), abs=0.01)
    by_customer = np.bincount(sample.clusters, right) / np.bincount(sample.clusters)
    assert by_customer.std() > 1.3 * np.sqrt(0.85 * 0.15 / 7)  # customers differ
    assert sample.accuracy().value == accuracy(sample.predictions()).value
    assert centre(0.5, 2.0) == pytest.approx(0)


def test_numbers_have_the_correlations_that_are_taken_for_true() -> None:
    world = ScoreWorld(20_000)
    clusters, gold, predicted = world.draw(np.random.default_rng(1))
    assert np.corrcoef(gold, predicted)[0, 1] == pytest.approx(world.pearson, abs=0.01)
    assert np.abs(gold - predicted).mean() == pytest.approx(world.distance, abs=0.01)
    assert np.corrcoef(gold[1:], gold[:-1])[0, 1] > 0.2 * (clusters[1:] == clusters[:-1]).mean()


def test_the_oracle_answers_all_that_it_may() -> None:
    step = Answers("half good", 100, lambda u: u, lambda u: np.where(u > 0.5, 1.0, 0.8))
    assert step.oracle() == pytest.approx(0.5 / (1 - RISK / 0.2), abs=1e-4)
    assert step.at(0.5) == pytest.approx((0.0, 0.5), abs=1e-4)
    assert step.at(None) == (0.0, 0.0)
    assert all(world.at(None)[0] <= RISK for world in worlds())


def test_unknown_names_and_sizes_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coverige"]) == 2
    assert "Did you mean 'coverage'?" in capsys.readouterr().err
    assert main(["coverage", "rums=3"]) == 2
    assert len(NAMES) == 7
