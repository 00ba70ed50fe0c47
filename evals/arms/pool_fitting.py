"""How much each of several answerers counts in a log-linear pool, and how sure the pool is.

A logarithmic opinion pool (Genest and Zidek, Combining Probability Distributions, Statistical Science 1986) with a
temperature: p is proportional to the product of p_i ** (w_i / T). With v_i = w_i / T >= 0 its log loss is convex in v,
so every fit below has one optimum. Weights are drawn towards each other by a penalty whose strength is chosen by
cross-fitting.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from fewsight.evals.fitting.folds import customer_folds
from fewsight.statistics.arrays import Codes, Flags, Floats
from fewsight.statistics.probabilities import log_loss

LEAST_CUSTOMERS: Final = 20
"""With fewer, weights are equal and the temperature is 1."""

FOLDS: Final = 5
STRENGTHS: Final = (np.inf, 100.0, 10.0, 1.0, 0.0)
"""Of the penalty, in rows: 10 counts a squared distance of 1 between weights as much as the log loss of ten rows does.
Infinite: equal weights, and only the temperature is fitted."""

CLOSE: Final = 1e-7
"""Log losses that are this near count as equal."""

COLDEST: Final = 0.05
HOTTEST: Final = 20.0


@dataclass(frozen=True, eq=False)
class PoolRows:
    """Rows of one field: log probabilities of each part, shape (parts, rows, labels); codes of given labels and
    customers, shape (rows,)."""

    logs: Floats
    gold: Codes
    clusters: Codes

    def only(self, chosen: Flags) -> "PoolRows":
        """The chosen rows."""
        return PoolRows(self.logs[:, chosen], self.gold[chosen], self.clusters[chosen])


@dataclass(frozen=True, eq=False)
class Pool:
    """A fitted pool. `weights` sum to 1, in the order of the parts. `strength` is that of the penalty that was chosen;
    None where there were too few customers, so that nothing was fitted.

    `crossed` are its probabilities of the rows that it was fitted on, (rows, labels): those of each fold by weights of
    the other folds, so that what is fitted on them next is not flattered.
    """

    weights: Floats
    temperature: float
    strength: float | None
    crossed: Floats


def pooled(logs: Floats, weights: Floats, temperature: float) -> Floats:
    """Probabilities of the pool, (rows, labels), from log probabilities of its parts, (parts, rows, labels).

    >>> pooled(np.log([[[0.5, 0.5]], [[0.8, 0.2]]]), np.array([0.5, 0.5]), 0.5).round(6).tolist()
    [[0.8, 0.2]]
    """
    return _shares(logs, weights / temperature)


def fit_pool(rows: PoolRows) -> Pool:
    """The weights and the temperature with the least log loss, at the strength that cross-fitting chooses.

    No part alone, at its own best temperature, has less log loss on these rows: each is a candidate too.
    """
    parts = len(rows.logs)
    if len(np.unique(rows.clusters)) < LEAST_CUSTOMERS:
        weights = np.full(parts, 1 / parts)
        return Pool(weights, 1.0, None, pooled(rows.logs, weights, 1.0))
    crossed = _crossed(rows)
    best = _first_least([log_loss(shares, rows.gold).value for shares in crossed])
    weights, temperature = _parted(_fits(rows)[best])
    return Pool(weights, temperature, float(STRENGTHS[best]), crossed[best])


def _crossed(rows: PoolRows) -> Floats:
    """Probabilities of each row by weights that it had no part in, for all strengths: (strengths, rows, labels)."""
    shares = np.empty((len(STRENGTHS), *rows.logs.shape[1:]))
    for held in customer_folds(rows.clusters, FOLDS, seed=0):
        shares[:, held] = [_shares(rows.logs[:, held], exponents) for exponents in _fits(rows.only(~held))]
    return shares


def _fits(rows: PoolRows) -> list[Floats]:
    """For each strength, weights over temperature, (parts,): with its penalty, or one part alone where that has less
    log loss."""
    count = len(rows.logs)
    alone = [_minimum(rows.logs[part : part + 1], rows.gold, 0.0)[0] * np.eye(count)[part] for part in range(count)]
    equal = _minimum(rows.logs.mean(axis=0)[None], rows.gold, 0.0)[0] * np.full(count, 1 / count)
    fits = []
    for strength in STRENGTHS:
        candidates = [equal if np.isinf(strength) else _minimum(rows.logs, rows.gold, strength), *alone]
        losses = [log_loss(_shares(rows.logs, one), rows.gold).value for one in candidates]
        fits.append(candidates[_first_least(losses)])
    return fits


def _first_least(losses: Sequence[float]) -> int:
    """The place of the first of those that are the least but for rounding: what comes first is the simpler choice."""
    return next(place for place, loss in enumerate(losses) if loss <= min(losses) + CLOSE)


def _minimum(logs: Floats, gold: Codes, strength: float) -> Floats:
    """Weights over temperature with the least log loss and penalty."""
    from scipy.optimize import minimize

    count, flat = len(gold), logs.reshape(len(logs), -1)
    given = logs[:, np.arange(count), gold].mean(axis=1)

    def loss(exponents: Floats) -> tuple[float, Floats]:
        mixed = (exponents @ flat).reshape(logs.shape[1:])
        top = mixed.max(axis=1, keepdims=True)
        odds = np.exp(mixed - top)
        total = odds.sum(axis=1, keepdims=True)
        apart = exponents - exponents.mean()
        value = (np.log(total) + top).mean() - exponents @ given + strength / count * apart @ apart
        slope = flat @ (odds / total).ravel() / count - given + 2 * strength / count * apart
        return float(value), slope

    bounds = [(0.0, 1 / COLDEST)] * len(logs)
    start = np.full(len(logs), 1 / len(logs))
    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-11, "gtol": 1e-7})
    return np.asarray(best.x)


def _parted(exponents: Floats) -> tuple[Floats, float]:
    """Weights with a sum of 1, and the temperature; equal weights at the hottest where no part says anything."""
    total = float(exponents.sum())
    if total <= 0:
        return np.full(len(exponents), 1 / len(exponents)), HOTTEST
    return exponents / total, float(np.clip(1 / total, COLDEST, HOTTEST))


def _shares(logs: Floats, exponents: Floats) -> Floats:
    from scipy.special import softmax

    return np.asarray(softmax(np.tensordot(exponents, logs, axes=1), axis=1))
