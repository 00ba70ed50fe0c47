"""How often 95 % intervals hold the truth."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from fewsight.evals.metrics.labels import balanced_of_sums, macro_f1_of_sums, mcc_of_sums
from fewsight.statistics.arrays import Codes
from fewsight.statistics.bootstrap import bootstrap_interval, bootstrap_rows
from fewsight.statistics.intervals import Interval, cluster_interval, wilson
from fewsight.statistics.numbers import mean_absolute_error, pearson, spearman
from fewsight.statistics.probabilities import brier, log_loss
from fewsight.statistics.statistic import Statistic, difference
from tests.bench.common import Figure
from tests.simulations.worlds import Sample, ScoreWorld, World

AIM = "0.93 to 0.97"
RESAMPLES = 1000
FEW_RESAMPLES = 300  # where each one goes through the rows

Draw = Callable[[np.random.Generator], tuple[Statistic, Codes]]


@dataclass(frozen=True)
class Case:
    """A figure of a world, and its true value."""

    name: str
    draw: Draw
    truth: float
    aim: str = AIM


def measure(runs: int = 2000) -> Iterator[Figure]:
    """Each case with the interval that is made for it, then the bootstrap."""
    yield _wilson(runs)
    for case in cases():
        yield Figure(case.name, _covered(case, runs, lambda *drawn, run: cluster_interval(*drawn)), case.aim)
    for case in (*_differences()[:1], _label_figures()[1]):
        held = _covered(case, runs, lambda *drawn, run: bootstrap_interval(*drawn, resamples=RESAMPLES, seed=run))
        yield Figure(f"bootstrap of {RESAMPLES}: {case.name}", held, case.aim)
    yield _spearman(runs)


def cases() -> list[Case]:
    """About four rows for each customer; the aim is for 50 customers or more."""
    few = Case("accuracy 0.8, 15 customers (fewer than the aim is for)", _of(World(15), Sample.accuracy), 0.8, "")
    return [*_shares(), few, *_label_figures(), *_differences(), *_of_numbers()]


def _shares() -> list[Case]:
    sizes = ((50, 0.8), (50, 0.95), (50, 0.99), (200, 0.95))
    return [
        Case(f"accuracy {share}, {count} customers", _of(World(count, (share,)), Sample.accuracy), share)
        for count, share in sizes
    ]


def _label_figures() -> list[Case]:
    figures = (
        ("macro F1", macro_f1_of_sums, 0.0),
        ("MCC", mcc_of_sums, -1.0),
        ("balanced accuracy", balanced_of_sums, 0.0),
    )
    worlds = (World(60, (0.8,)), World(200, (0.9,)))
    return [
        Case(
            f"{name}, {world.customers} customers, accuracy {world.accuracy[0]}",
            _of(world, partial(Sample.figure, of_sums=of_sums, low=low)),
            float(of_sums(world.counts())),
        )
        for name, of_sums, low in figures
        for world in worlds
    ]


def _differences() -> list[Case]:
    wide, narrow = World(60, (0.85, 0.8)), World(60, (0.97, 0.96))
    f1 = float(macro_f1_of_sums(wide.counts(0)) - macro_f1_of_sums(wide.counts(1)))
    return [
        Case("difference of accuracies 0.85, 0.80, 60 customers", _of(wide, _accuracies), 0.05),
        Case("difference of accuracies 0.97, 0.96, 60 customers", _of(narrow, _accuracies), 0.01),
        Case("difference of macro F1, 60 customers", _of(wide, _f1s), f1),
    ]


def _accuracies(sample: Sample) -> Statistic:
    return difference(sample.accuracy(0), sample.accuracy(1))


def _f1s(sample: Sample) -> Statistic:
    return difference(sample.figure(macro_f1_of_sums), sample.figure(macro_f1_of_sums, arm=1))


def _of_numbers() -> list[Case]:
    world = ScoreWorld(60)
    return [
        Case("Pearson 0.67, 60 customers", partial(_numbers, world, pearson), world.pearson),
        Case("mean absolute error, 60 customers", partial(_numbers, world, mean_absolute_error), world.distance),
        Case("log loss, 60 customers", partial(_probabilities, world, log_loss), world.expected(log_loss)),
        Case("Brier score, 60 customers", partial(_probabilities, world, brier), world.expected(brier)),
    ]


def _of(world: World, figure: Callable[[Sample], Statistic]) -> Draw:
    def draw(chance: np.random.Generator) -> tuple[Statistic, Codes]:
        sample = world.draw(chance)
        return figure(sample), sample.clusters

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


def _covered(case: Case, runs: int, make: Callable[..., Interval]) -> float:
    chance, held = np.random.default_rng(1), 0
    for run in range(runs):
        held += _holds(make(*case.draw(chance), run=run), case.truth)
    return held / runs


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
