"""Promises about answered rows and sets of labels: how often they are broken, and what they cost."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fewsight.statistics.abstention import choose_threshold
from fewsight.statistics.arrays import Floats
from fewsight.statistics.conformal import fit_conformal
from tests.bench.common import Figure

RISK = 0.05
GRID = (np.arange(200_000) + 0.5) / 200_000

Chance = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Answers:
    """Rows whose confidence is that of a uniform number u, and which are right with a chance that depends on u.

    `sizes` is the most rows of a customer; rows of one customer have like u and like luck.
    """

    name: str
    customers: int
    confidence: Chance
    right: Chance
    sizes: int = 1
    aim: str = "<= 0.06"

    def draw(self, chance: np.random.Generator) -> tuple[Floats, np.ndarray, np.ndarray]:
        """Confidence, whether right, and customer of each row."""
        from scipy.stats import norm

        clusters = np.repeat(np.arange(self.customers), chance.integers(1, self.sizes + 1, self.customers))
        place, luck = (
            norm.cdf(
                np.sqrt(0.5) * chance.standard_normal(self.customers)[clusters]
                + np.sqrt(0.5) * chance.standard_normal(len(clusters))
            )
            for _ in range(2)
        )
        return self.confidence(place), luck < self.right(place), clusters

    def at(self, threshold: float | None) -> tuple[float, float]:
        """The true risk and the true share of rows answered."""
        if threshold is None:
            return 0.0, 0.0
        confidence, risk = self._curve
        rows = int(np.searchsorted(-confidence, -threshold, side="right"))
        return (float(risk[rows - 1]) if rows else 0.0), rows / len(GRID)

    def oracle(self) -> float:
        """The largest share of rows that can be answered with a true risk of no more than the promised one."""
        confidence, risk = self._curve
        ends = np.append(np.diff(confidence) != 0, True)  # rows of equal confidence go together
        kept = np.flatnonzero((risk <= RISK) & ends)
        return float(kept[-1] + 1) / len(GRID) if len(kept) else 0.0

    @cached_property
    def _curve(self) -> tuple[Floats, Floats]:
        """Confidences from the highest on, and the true risk of the rows that have at least as much."""
        confidence = self.confidence(GRID)
        order = np.argsort(-confidence, kind="stable")
        return confidence[order], (1 - self.right(GRID))[order].cumsum() / np.arange(1, len(GRID) + 1)


def worlds() -> list[Answers]:
    """Models that know what they know, that do not, that give few different values, and that break the assumption."""
    good: Chance = lambda u: 1 - 0.45 * (1 - u) ** 1.5  # noqa: E731 - accuracy 0.82
    adapter: Chance = lambda u: 1 - 0.36 * (1 - u) ** 3.5  # noqa: E731 - accuracy 0.92
    worse: Chance = lambda u: 0.98 - 0.5 * (1 - u) ** 3  # noqa: E731 - 2 % wrong even at the top
    bumpy: Chance = lambda u: np.where(u > 0.9, 0.9, np.where(u > 0.5, 0.985, 0.7))  # noqa: E731
    sure: Chance = lambda u: 1 - (1 - u) ** 3  # noqa: E731
    steps: Chance = lambda u: np.round(u, 1)  # noqa: E731
    return [
        Answers("1,000 rows, accuracy 0.92", 1000, adapter, adapter),
        Answers("1,000 rows, accuracy 0.82, calibrated", 1000, good, good),
        Answers("3,000 rows, accuracy 0.82", 3000, good, good),
        Answers("300 rows, overconfident", 300, sure, good),
        Answers("1,000 rows, eleven values of confidence", 1000, steps, good),
        Answers("3,000 rows, at best 2 % wrong", 3000, sure, worse),
        Answers("400 customers with one to seven rows", 400, sure, good, sizes=7),
        Answers("60 customers with one to seven rows", 60, sure, good, sizes=7),
        Answers("1,000 rows, most confident tenth 10 % wrong (against the assumption)", 1000, sure, bumpy, aim=""),
    ]


def measure(runs: int = 2000) -> Iterator[Figure]:
    """'At most 5 % wrong among the answered, with 95 % confidence', then sets of labels that hold the right one."""
    for world in worlds():
        yield from _promise(world, runs)
    yield from _conformal(runs)


def _promise(world: Answers, runs: int) -> list[Figure]:
    chance, broken, answered = np.random.default_rng(1), 0, 0.0
    for run in range(runs):
        found = choose_threshold(*world.draw(chance), RISK, seed=run)
        risk, share = world.at(found.threshold)
        broken += risk > RISK
        answered += share
    return [
        Figure(f"{world.name}: broken", broken / runs, world.aim),
        Figure("  share answered; by an oracle", f"{answered / runs:.3f}; {world.oracle():.3f}"),
    ]


def _conformal(runs: int) -> list[Figure]:
    chance = np.random.default_rng(2)
    held, size, rare = [], [], []
    for run in range(runs):
        shares, gold, clusters = _labelled(200, chance)
        new, right, _ = _labelled(200, chance)
        names = ("a", "b", "c")
        sets = fit_conformal(shares, gold, clusters, names, seed=run).sets(new)
        held.append(sets[np.arange(len(right)), right].mean())
        size.append(sets.sum(axis=1).mean())
        sets = fit_conformal(shares, gold, clusters, names, by_label=True, seed=run).sets(new)
        rare.append(sets[right == 2, 2].mean() if (right == 2).any() else np.nan)
    return [
        Figure("conformal sets of 90 %, 200 customers: hold the right label", float(np.mean(held)), "0.89 to 0.92"),
        Figure("  labels in a set, of three", float(np.mean(size))),
        Figure("  by label: hold the rarest", float(np.nanmean(rare)), "0.89 to 0.94"),
    ]


def _labelled(customers: int, chance: np.random.Generator) -> tuple[Floats, np.ndarray, np.ndarray]:
    clusters = np.repeat(np.arange(customers), chance.integers(1, 8, customers))
    gold = chance.choice(3, len(clusters), p=(0.6, 0.3, 0.1))
    logits = np.eye(3)[gold] + chance.standard_normal((len(gold), 3)) + chance.standard_normal((customers, 3))[clusters]
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return shares, gold, clusters
