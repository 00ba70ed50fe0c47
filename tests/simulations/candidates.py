"""Ways to make an interval, side by side: why `cluster_interval` is as it is."""

import math
from collections.abc import Callable, Iterator

import numpy as np
from scipy.stats import norm, t

from fewsight.evals.metrics.labels import balanced_of_sums, macro_f1_of_sums, mcc_of_sums
from fewsight.statistics.arrays import Codes, Floats
from fewsight.statistics.shares import wilson_limits
from fewsight.statistics.statistic import Statistic, cluster_sums, difference
from tests.bench.common import Figure
from tests.simulations.worlds import Sample, World

RESAMPLES = 1000
Limits = dict[str, tuple[float, float]]
Case = tuple[str, World, Callable[[Sample], Statistic], float]


def measure(runs: int = 1000) -> Iterator[Figure]:
    """The share of 95 % intervals that hold the truth, by each way."""
    for name, world, figure, truth in cases():
        chance = np.random.default_rng(1)
        held: dict[str, int] = {}
        for _ in range(runs):
            sample = world.draw(chance)
            for way, (low, high) in limits(figure(sample), sample.clusters, chance).items():
                held[way] = held.get(way, 0) + (low <= truth <= high)
        yield Figure(name, ", ".join(f"{way} {count / runs:.3f}" for way, count in held.items()))


def cases() -> list[Case]:
    """The rows of the table in docs/evaluation.md."""
    two, close, fifty, many = World(50, (0.85, 0.8)), World(50, (0.97, 0.96)), World(50), World(150, (0.9,))
    f1 = macro_f1_of_sums
    return [
        *(
            (f"accuracy {share}, 50 customers", World(50, (share,)), Sample.accuracy, share)
            for share in (0.8, 0.95, 0.98)
        ),
        ("accuracy 0.8, 15 customers", World(15), Sample.accuracy, 0.8),
        ("macro F1, 50 customers", fifty, lambda s: s.figure(f1), float(f1(fifty.counts()))),
        ("macro F1, 150 customers", many, lambda s: s.figure(f1), float(f1(many.counts()))),
        ("MCC, 50 customers", fifty, lambda s: s.figure(mcc_of_sums, -1.0), float(mcc_of_sums(fifty.counts()))),
        ("balanced accuracy, 50", fifty, lambda s: s.figure(balanced_of_sums), float(balanced_of_sums(fifty.counts()))),
        ("difference 0.85, 0.80", two, lambda s: difference(s.accuracy(0), s.accuracy(1)), 0.05),
        ("difference 0.97, 0.96", close, lambda s: difference(s.accuracy(0), s.accuracy(1)), 0.01),
        (
            "difference of macro F1",
            two,
            lambda s: difference(s.figure(f1), s.figure(f1, arm=1)),
            float(f1(two.counts(0)) - f1(two.counts(1))),
        ),
    ]


def limits(statistic: Statistic, clusters: Codes, chance: np.random.Generator) -> Limits:
    """Both limits by each way."""
    sums = cluster_sums(statistic.columns, clusters)
    count, total, value = len(sums), sums.sum(axis=0), statistic.value
    without = statistic.of_sums(total - sums)
    drawn = statistic.of_sums(chance.multinomial(count, np.full(count, 1 / count), size=RESAMPLES).astype(float) @ sums)
    error = math.sqrt((count - 1) / count * ((without - value) ** 2).sum())
    quantile = float(t.ppf(0.975, count - 1))
    tail = float(norm.cdf(-math.sqrt(count / (count - 1)) * quantile))
    return {
        "percentile": _between(drawn, 0.025, 0.975),
        "BCa": _bca(value, drawn, without),
        "widened": _between(drawn, tail, 1 - tail),
        "jackknife t": (value - quantile * error, value + quantile * error),
        "Wilson's form": _wilson(value, error, count, quantile),
    }


def _between(drawn: Floats, low: float, high: float) -> tuple[float, float]:
    return float(np.quantile(drawn, low)), float(np.quantile(drawn, high))


def _bca(value: float, drawn: Floats, without: Floats) -> tuple[float, float]:
    """Efron, JASA 82, 1987, with clusters left out one by one for the acceleration."""
    below = ((drawn < value).mean() + (drawn <= value).mean()) / 2
    bias = norm.ppf(np.clip(below, 1 / len(drawn), 1 - 1 / len(drawn)))
    off = without.mean() - without
    scale = 6 * (off**2).sum() ** 1.5
    speed = (off**3).sum() / scale if scale > 0 else 0.0
    ends = bias + norm.ppf([0.025, 0.975])
    low, high = norm.cdf(bias + ends / (1 - speed * ends))
    return _between(drawn, float(low), float(high))


def _wilson(value: float, error: float, count: int, quantile: float) -> tuple[float, float]:
    effective = value * (1 - value) * (1.96 / quantile / error) ** 2 if 0 < value < 1 and error > 0 else float(count)
    return wilson_limits(value * effective, effective)
