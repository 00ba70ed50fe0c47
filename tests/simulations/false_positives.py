"""How often a test finds a difference that is not there, and how often it finds one that is."""

from collections.abc import Iterator

import numpy as np

from fewsight.evals.metrics.labels import macro_f1_of_sums
from fewsight.statistics.intervals import cluster_interval
from fewsight.statistics.margins import detectable_effect, non_inferiority
from fewsight.statistics.paired import compare_all, mcnemar, permutation_test
from fewsight.statistics.statistic import difference
from tests.bench.common import Figure
from tests.simulations.worlds import Sample, World

AIM = "<= 0.06"
DRAWS = 999
EQUAL = World(60, (0.8, 0.8))


def measure(runs: int = 2000) -> Iterator[Figure]:
    """Everything at an alpha of 5 %, non-inferiority at 2.5 %."""
    yield _independent(runs)
    yield _non_inferiority(runs)
    yield _power(runs)
    yield from _clustered(runs)
    yield _interval(6 * runs)
    yield _holm(runs)


def _independent(runs: int) -> Figure:
    chance, found = np.random.default_rng(1), 0
    for _ in range(runs):
        one, other = _right(World(300, (0.8, 0.8), most_rows=1).draw(chance))
        found += mcnemar(one, other).p <= 0.05
    return Figure("McNemar, 300 independent rows", found / runs, AIM)


def _clustered(runs: int) -> list[Figure]:
    chance, found = np.random.default_rng(2), np.zeros(3)
    for run in range(runs):
        sample = EQUAL.draw(chance)
        one, other = (sample.figure(macro_f1_of_sums, arm=arm) for arm in (0, 1))
        found += [
            permutation_test(sample.accuracy(0), sample.accuracy(1), sample.clusters, draws=DRAWS, seed=run) <= 0.05,
            permutation_test(one, other, sample.clusters, draws=DRAWS, seed=run) <= 0.05,
            mcnemar(*_right(sample)).p <= 0.05,
        ]
    names = ("permutation, accuracy", "permutation, macro F1")
    return [
        *(Figure(f"{name}, 60 customers", share / runs, AIM) for name, share in zip(names, found[:2], strict=True)),
        Figure("McNemar on the same rows, which are not independent", found[2] / runs),
    ]


def _interval(runs: int) -> Figure:
    """It takes no permutations, so more runs."""
    chance, found = np.random.default_rng(4), 0
    for _ in range(runs):
        sample = EQUAL.draw(chance)
        interval = cluster_interval(difference(sample.accuracy(0), sample.accuracy(1)), sample.clusters)
        found += not interval.low <= 0 <= interval.high
    return Figure(f"interval of the difference without 0, 60 customers, {runs:,} runs", found / runs, AIM)


def _holm(runs: int) -> Figure:
    world, chance, found = World(60, (0.8,) * 4), np.random.default_rng(3), 0
    for run in range(runs):
        sample = world.draw(chance)
        arms = {str(arm): sample.accuracy(arm) for arm in range(4)}
        found += any(pair.p_holm <= 0.05 for pair in compare_all(arms, sample.clusters, draws=DRAWS, seed=run))
    return Figure("any of six pairs of four equal arms, Holm", found / runs, AIM)


def _non_inferiority(runs: int) -> Figure:
    world, chance, found = World(60, (0.8, 0.85)), np.random.default_rng(4), 0
    for _ in range(runs):
        sample = world.draw(chance)
        gap = difference(sample.accuracy(0), sample.accuracy(1))
        found += non_inferiority(cluster_interval(gap, sample.clusters), 0.05).verdict == "not worse"
    return Figure("'not worse' at a true loss of exactly the margin (alpha 0.025)", found / runs, "<= 0.03")


def _power(runs: int) -> Figure:
    chance, effects, found = np.random.default_rng(5), [], 0
    for _ in range(200):
        sample = World(60, (0.85, 0.75)).draw(chance)
        gap = difference(sample.accuracy(0), sample.accuracy(1))
        effects.append(detectable_effect(gap, sample.clusters).effect)
    effect = float(np.mean(effects))
    world = World(60, (0.8 + effect / 2, 0.8 - effect / 2))
    for _ in range(runs):
        sample = world.draw(chance)
        gap = difference(sample.accuracy(0), sample.accuracy(1))
        found += cluster_interval(gap, sample.clusters).low > 0
    return Figure(f"a true difference of the detectable effect, {effect:.3f}, is found", found / runs, "0.75 to 0.85")


def _right(sample: Sample) -> tuple[np.ndarray, np.ndarray]:
    return sample.answered[0] == sample.gold, sample.answered[1] == sample.gold
