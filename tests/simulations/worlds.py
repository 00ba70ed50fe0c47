"""Made-up customers whose true figures are known exactly: what simulations draw from."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np

from fewsight.evals.metrics.labels import label_counts
from fewsight.evals.predictions import Prediction, Predictions
from fewsight.statistics.arrays import Codes, Floats
from fewsight.statistics.statistic import Statistic, share, share_like

SHARES: Final = (0.4, 0.25, 0.2, 0.1, 0.05)
"""How often each of five labels is given."""

MOST_ROWS: Final = 7
"""A customer has one to so many rows, each number as likely."""


@lru_cache
def centre(mean: float, spread: float) -> float:
    """The c for which the mean of 1 / (1 + exp(-(c + spread * z))) over standard normal z is `mean`."""
    from scipy.optimize import brentq

    points, weights = np.polynomial.hermite_e.hermegauss(60)

    def off(c: float) -> float:
        return float(weights @ (1 / (1 + np.exp(-c - spread * points))) / weights.sum()) - mean

    return float(brentq(off, -40, 40))


@dataclass(frozen=True)
class World:
    """Rows of customers: the chance to be right differs between customers, and rows of one customer share their label.

    `accuracy` is that of each arm; `spread` the standard deviation of a customer's log odds, half of it (in variance)
    common to all arms; `sticky` the chance that a row has its customer's own label instead of a fresh one.
    """

    customers: int = 60
    accuracy: tuple[float, ...] = (0.8,)
    spread: float = 1.0
    sticky: float = 0.5
    shares: tuple[float, ...] = SHARES
    most_rows: int = MOST_ROWS

    def draw(self, chance: np.random.Generator) -> "Sample":
        """One sample."""
        sizes = chance.integers(1, self.most_rows + 1, self.customers)
        clusters = np.repeat(np.arange(self.customers), sizes)
        own = chance.choice(len(self.shares), self.customers, p=self.shares)[clusters]
        fresh = chance.choice(len(self.shares), len(clusters), p=self.shares)
        gold = np.where(chance.random(len(clusters)) < self.sticky, own, fresh)
        common = chance.standard_normal(self.customers)
        answered = []
        for accuracy in self.accuracy:
            effect = (common + chance.standard_normal(self.customers)) * self.spread / np.sqrt(2)
            odds = centre(accuracy, self.spread) + effect[clusters]
            right = chance.random(len(clusters)) < 1 / (1 + np.exp(-odds))
            answered.append(np.where(right, gold, self._another(gold, chance)))
        return Sample(len(self.shares), clusters, gold, tuple(answered))

    def joint(self, arm: int = 0) -> Floats:
        """The true share of each given (row) and answered (column) label."""
        shares = np.array(self.shares)
        wrong = np.tile(shares, (len(shares), 1))
        np.fill_diagonal(wrong, 0)
        wrong /= wrong.sum(axis=1, keepdims=True)
        right = np.eye(len(shares)) * self.accuracy[arm]
        joint: Floats = shares[:, None] * (right + (1 - self.accuracy[arm]) * wrong)
        return joint

    def counts(self, arm: int = 0) -> Floats:
        """The true shares of right, given and answered, label by label: what a statistic of labels is a function of."""
        joint = self.joint(arm)
        return np.concatenate([np.diag(joint), joint.sum(axis=1), joint.sum(axis=0)])

    def _another(self, gold: Codes, chance: np.random.Generator) -> Codes:
        joint = self.joint()
        np.fill_diagonal(joint, 0)
        edges = (joint / joint.sum(axis=1, keepdims=True)).cumsum(axis=1)
        place = (chance.random(len(gold))[:, None] > edges[gold]).sum(axis=1)
        most: Codes = np.minimum(place, len(self.shares) - 1)
        return most


@dataclass(frozen=True)
class Sample:
    """Rows of one draw; `answered` has the labels of each arm."""

    labels: int
    clusters: Codes
    gold: Codes
    answered: tuple[Codes, ...]

    def accuracy(self, arm: int = 0) -> Statistic:
        """One arm's accuracy, without the detour over rows of words."""
        return share(self.answered[arm] == self.gold, np.ones(len(self.gold), dtype=bool))

    def figure(self, of_sums: Callable[[Floats], Floats], low: float = 0.0, arm: int = 0) -> Statistic:
        """One arm's figure of label counts, without that detour too."""
        return share_like(label_counts(self.gold, self.answered[arm], self.labels), of_sums, low)

    def predictions(self, arm: int = 0) -> Predictions:
        """One arm's answers as the package takes them."""
        names = tuple(f"label{number}" for number in range(self.labels))
        rows = zip(self.clusters, self.gold, self.answered[arm], strict=True)
        return Predictions(
            names, tuple(Prediction(f"r{i}", f"c{c}", names[g], names[a]) for i, (c, g, a) in enumerate(rows))
        )


@dataclass(frozen=True)
class ScoreWorld:
    """Numbers and probabilities of customers. A third of a number's variance is its customer's; so is its error's."""

    customers: int = 60

    def draw(self, chance: np.random.Generator) -> tuple[Codes, Floats, Floats]:
        """Customers, given numbers, answered numbers; their variances are 1 and 2.25, and the correlation 2/3."""
        clusters = self._clusters(chance)
        gold = self._shared(clusters, chance)
        return clusters, gold, gold + np.sqrt(1.25) * self._shared(clusters, chance)

    def draw_probabilities(self, chance: np.random.Generator) -> tuple[Codes, Floats, Codes]:
        """Customers, probabilities of three labels, given labels; the probabilities are too bold, as models' are."""
        clusters = self._clusters(chance)
        logits = 1.5 * np.column_stack([self._shared(clusters, chance) for _ in range(3)])
        true = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        gold = (chance.random(len(clusters))[:, None] > true.cumsum(axis=1)).sum(axis=1).clip(max=2)
        bold = true**1.5
        return clusters, bold / bold.sum(axis=1, keepdims=True), gold

    @property
    def pearson(self) -> float:
        """The true correlation."""
        return float(1 / np.sqrt(2.25))

    @property
    def spearman(self) -> float:
        """The true rank correlation of normal numbers (Pearson 1907)."""
        return float(6 / np.pi * np.arcsin(self.pearson / 2))

    @property
    def distance(self) -> float:
        """The true mean absolute error, of normal errors."""
        return float(np.sqrt(1.25 * 2 / np.pi))

    def expected(self, figure: Callable[[Floats, Codes], Statistic]) -> float:
        """The mean of a figure of probabilities, by brute force: 800,000 rows."""
        _, shares, gold = replace(self, customers=200_000).draw_probabilities(np.random.default_rng(0))
        return figure(shares, gold).value

    def _clusters(self, chance: np.random.Generator) -> Codes:
        return np.repeat(np.arange(self.customers), chance.integers(1, MOST_ROWS + 1, self.customers))

    def _shared(self, clusters: Codes, chance: np.random.Generator) -> Floats:
        own, rest = chance.standard_normal(self.customers)[clusters], chance.standard_normal(len(clusters))
        return own / math.sqrt(3) + rest * math.sqrt(2 / 3)
