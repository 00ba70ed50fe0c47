"""How often 95 % intervals hold the truth."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from fewsight.evals.arrays import Codes
from fewsight.evals.bootstrap import bootstrap_interval, bootstrap_rows
from fewsight.evals.intervals import Interval, cluster_interval, wilson
from fewsight.evals.metrics.labels import (
    accuracy,
    balanced_accuracy,
    balanced_of_sums,
    macro_f1,
    macro_f1_of_sums,
    mcc,
    mcc_of_sums,
)
from fewsight.evals.metrics.probabilities import brier, log_loss
from fewsight.evals.metrics.scores import mean_absolute_error, pearson, spearman
from fewsight.evals.statistic import Statistic, difference
from tests.bench.common import Figure
from tests.simulations.worlds import ScoreWorld, World

AIM = "0.93 to 0.97"
RESAMPLES = 1000
FEW_RESAMPLES = 400  # where each one goes through the rows

Draw = Callable[[np.random.Generator], tuple[Statistic, Codes]]


@dataclass(frozen=True)
class Case:
    """A figure of a world, and its true value."""

    name: str
    draw: Draw
    truth: float
    aim: str = AIM


def measure(runs: int = 2000) -> Iterator[Figure]:
    """Each case with the interval that is used, and with the bootstrap beside it."""
    yield _wilson(runs)
    for case in cases():
        robust, drawn = _covered(case, runs)
        yield Figure(case.name, robust, case.aim)
        yield Figure(f"  the same by bootstrap, {RESAMPLES} resamples", drawn)
    yield _spearman(runs)


def cases() -> list[Case]:
    """About four rows for each customer; the aim is for 50 customers or more."""
    few = Case("accuracy 0.8, 15 customers (fewer than the aim is for)", _of_labels(World(15), accuracy), 0.8, "")
    return [*_shares(), few, *_label_figures(), *_differences(), *_of_numbers()]


def _shares() -> list[Case]:
    sizes = ((50, 0.8), (50, 0.95), (50, 0.99), (200, 0.95))
    return [
        Case(f"accuracy {share}, {count} customers", _of_labels(World(count, (share,)), accuracy), share)
        for count, share in sizes
    ]


def _label_figures() -> list[Case]:
    figures = (
        ("macro F1", macro_f1, macro_f1_of_sums),
        ("MCC", mcc, mcc_of_sums),
        ("balanced accuracy", balanced_accuracy, balanced_of_sums),
    )
    worlds = (World(60, (0.8,)), World(200, (0.9,)))
    return [
        Case(
            f"{name}, {world.customers} customers, accuracy {world.accuracy[0]}",
            _of_labels(world, figure),
            float(of_sums(world.counts())),
        )
        for name, figure, of_sums in figures
        for world in worlds
    ]


def _differences() -> list[Case]:
    wide, narrow = World(60, (0.85, 0.8)), World(60, (0.97, 0.96))
    f1 = float(macro_f1_of_sums(wide.counts(0)) - macro_f1_of_sums(wide.counts(1)))
    return [
        Case("difference of accuracies 0.85, 0.80, 60 customers", _of_pair(wide, accuracy), 0.05),
        Case("difference of accuracies 0.97, 0.96, 60 customers", _of_pair(narrow, accuracy), 0.01),
        Case("difference of macro F1, 60 customers", _of_pair(wide, macro_f1), f1),
    ]


def _of_numbers() -> list[Case]:
    world = ScoreWorld(60)
    return [
        Case("Pearson 0.67, 60 customers", partial(_numbers, world, pearson), world.pearson),
        Case("mean absolute error, 60 customers", partial(_numbers, world, mean_absolute_error), world.distance),
        Case("log loss, 60 customers", partial(_probabilities, world, log_loss), world.expected(log_loss)),
        Case("Brier score, 60 customers", partial(_probabilities, world, brier), world.expected(brier)),
    ]


def _of_labels(world: World, figure: Callable[..., Statistic]) -> Draw:
    def draw(chance: np.random.Generator) -> tuple[Statistic, Codes]:
        sample = world.draw(chance)
        return figure(sample.predictions()), sample.clusters

    return draw


def _of_pair(world: World, figure: Callable[..., Statistic]) -> Draw:
    def draw(chance: np.random.Generator) -> tuple[Statistic, Codes]:
        sample = world.draw(chance)
        return difference(figure(sample.predictions(0)), figure(sample.predictions(1))), sample.clusters

    return draw


def _numbers(
    world: ScoreWorld, figure: Callable[..., Statistic], chance: np.random.Generator
) -> tuple[Statistic, Codes]:
    clusters, gold, predicted = world.draw(chance)
    return figure(gold, predicted), clusters


def _probabilities(
    world: ScoreWorld, figure: Callable[..., Statistic], chance: np.random.Generator
) -> tuple[Statistic, Codes]:
    clusters, shares, gold = world.draw_probabilities(chance)
    return figure(shares, gold), clusters


def _covered(case: Case, runs: int) -> tuple[float, float]:
    chance = np.random.default_rng(1)
    hits = np.zeros(2)
    for run in range(runs):
        statistic, clusters = case.draw(chance)
        hits += [
            _holds(cluster_interval(statistic, clusters), case.truth),
            _holds(bootstrap_interval(statistic, clusters, resamples=RESAMPLES, seed=run), case.truth),
        ]
    robust, drawn = hits / runs
    return float(robust), float(drawn)


def _wilson(runs: int) -> Figure:
    right = np.random.default_rng(2).binomial(250, 0.9, runs)
    held = [_holds(wilson(int(count), 250), 0.9) for count in right]
    return Figure("Wilson, share 0.9 of 250 independent rows", float(np.mean(held)), AIM)


def _spearman(runs: int) -> Figure:
    world, chance, hits = ScoreWorld(60), np.random.default_rng(3), 0
    for run in range(runs):
        clusters, gold, predicted = world.draw(chance)
        figure = partial(spearman, gold, predicted)
        found = bootstrap_rows(figure, clusters, resamples=FEW_RESAMPLES, seed=run)
        hits += _holds(found, world.spearman)
    return Figure(f"Spearman, 60 customers, bootstrap of {FEW_RESAMPLES}", hits / runs, AIM)


def _holds(interval: Interval, truth: float) -> bool:
    return interval.low <= truth <= interval.high
