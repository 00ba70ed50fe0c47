"""How often the intervals of corrected prevalences hold the truth."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np

from fewsight.statistics.arrays import Codes, Floats
from fewsight.statistics.intervals import cluster_interval
from fewsight.statistics.ppi import prediction_powered_mean
from fewsight.statistics.prevalence import Answered, corrected_prevalence
from fewsight.statistics.statistic import mean, share_like
from tests.bench.common import Figure
from tests.simulations.worlds import World

AIM = "0.93 to 0.97"
RESAMPLES = 400
Draw: TypeAlias = Callable[[float, int, np.random.Generator], tuple[Floats, Floats, Codes]]
NAMES = tuple(f"label{number}" for number in range(5))


def measure(runs: int = 2000) -> Iterator[Figure]:
    """By the confusion matrix with other shares than the labelled rows have, and prediction-powered with the same."""
    yield from _powered(runs)
    yield from _confusion(runs)


def _confusion(runs: int) -> list[Figure]:
    balanced = World(100, (0.85,), shares=(0.2,) * 5)
    skewed = World(500, (0.85,), shares=(0.5, 0.3, 0.12, 0.06, 0.02))
    chance, held, off = np.random.default_rng(1), np.zeros(5), np.zeros(5)
    for run in range(runs):
        labelled, counted = balanced.draw(chance), skewed.draw(chance)
        found = corrected_prevalence(
            labelled.gold,
            Answered(labelled.answered[0], labelled.clusters),
            Answered(_as_if_balanced(counted.gold, counted.answered[0], chance), counted.clusters),
            NAMES,
            resamples=RESAMPLES,
            seed=run,
        )
        held += [
            one.corrected.low <= true <= one.corrected.high for one, true in zip(found, skewed.shares, strict=True)
        ]
        off += [one.counted - true for one, true in zip(found, skewed.shares, strict=True)]
    lines = [
        Figure(f"confusion matrix, a label of {true:.0%}", share / runs, AIM)
        for share, true in zip(held, skewed.shares, strict=True)
    ]
    bias = ", ".join(f"{one / runs:+.3f}" for one in off)
    return [*lines, Figure("  mean error of plain counts, by label", bias)]


def _as_if_balanced(gold: np.ndarray, answered: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """Wrong answers spread evenly, as in the balanced world: the method takes errors to be alike in both."""
    return np.where(answered == gold, gold, (gold + chance.integers(1, 5, len(gold))) % 5)


def _powered(runs: int) -> Iterator[Figure]:
    for share in (0.02, 0.05, 0.2):
        yield from _powered_at(share, runs, f"a label of {share:.0%}, 60 customers, 10% wrong", _of_customers)
        yield from _powered_at(share, runs, f"a label of {share:.0%}, 60 rows, 3% wrong", _of_rows)


def _powered_at(share: float, runs: int, name: str, draw: Draw) -> list[Figure]:
    chance, held, alone, width, width_alone = np.random.default_rng(2), 0, 0, 0.0, 0.0
    for _ in range(runs):
        (gold, answered, clusters), (_, rest, others) = draw(share, 60, chance), draw(share, 1000, chance)
        found = prediction_powered_mean(gold, answered, clusters, rest, others).mean
        labels = mean(gold)
        plain = cluster_interval(share_like(labels.columns, labels.of_sums), clusters)
        held += found.low <= share <= found.high
        alone += plain.low <= share <= plain.high
        width += found.high - found.low
        width_alone += plain.high - plain.low
    return [
        Figure(f"prediction-powered, {name}", held / runs, AIM),
        Figure("  labels alone, Wilson's form", alone / runs),
        Figure("  its width by that of labels alone", width / width_alone),
    ]


def _of_customers(share: float, customers: int, chance: np.random.Generator) -> tuple[Floats, Floats, Codes]:
    drawn = World(customers, (0.9,), shares=(0.5, 0.5 - share, share)).draw(chance)
    return (drawn.gold == 2).astype(float), (drawn.answered[0] == 2).astype(float), drawn.clusters


def _of_rows(share: float, rows: int, chance: np.random.Generator) -> tuple[Floats, Floats, Codes]:
    """Independent rows, as often wrong with the label as without."""
    gold = (chance.random(rows) < share).astype(float)
    return gold, np.where(chance.random(rows) < 0.03, 1 - gold, gold), np.arange(rows)
