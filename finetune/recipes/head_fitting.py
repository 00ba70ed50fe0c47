"""Fit the head of one closed field, and choose what it reads and how it counts beside an adapter."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from fewsight.calibration.fitting import fit_temperature
from fewsight.serving.answerers.features import FACTS
from fewsight.serving.answerers.fusion import LEAST
from fewsight.serving.answerers.heads import columns, probabilities
from fewsight.statistics.arrays import Codes, Floats
from fewsight.statistics.probabilities import log_loss

VIEW_SETS: Final = (("newest",), ("whole",), ("newest", "whole"), ("newest", "texts", "whole"))
REGULARISATIONS: Final = (2.0, 20.0)
"""C of the logistic regression."""

WEIGHTS: Final = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0)
"""How much a head may count beside the adapter, which counts 1."""

FACT_SCALE: Final = 0.2
"""Standard deviation of facts: a number of an embedding has about a quarter of it."""

LEAST_DEVIATION: Final = 0.05
ITERATIONS: Final = 150


@dataclass(frozen=True)
class Rows:
    """Rows of a field: features of all views [rows, numbers], codes of labels, and how much each row counts."""

    features: Floats
    gold: Codes
    weights: Floats


@dataclass(frozen=True)
class Measured:
    """The share of rows that are right, and the mean log loss."""

    right: float
    log_loss: float


@dataclass(frozen=True)
class Choice:
    """What was chosen for a field, with what it does on the rows of the choice, after a temperature each."""

    views: tuple[str, ...]
    regularisation: float
    weight: float
    temperature: float
    adapter: Measured
    head: Measured
    both: Measured


def fit_head(rows: Rows, labels: int, regularisation: float) -> Floats:
    """Multinomial logistic regression, float32 of shape [labels, features + 1], the standardisation of facts inside.

    A label without rows is as improbable as the smoothing of heads leaves it.
    """
    from sklearn.linear_model import LogisticRegression

    shift, scale = _standardisation(rows.features)
    model = LogisticRegression(C=regularisation, max_iter=ITERATIONS)
    standard = ((rows.features - shift) * scale).astype(np.float32)  # twice as fast, and exact enough
    model.fit(standard, rows.gold, sample_weight=rows.weights.astype(np.float32))
    coefficients, intercepts = model.coef_, model.intercept_
    if len(model.classes_) == 2:  # scikit-learn gives one row for two
        coefficients, intercepts = (
            np.vstack([-coefficients, coefficients]) / 2,
            np.hstack([-intercepts, intercepts]) / 2,
        )
    head = np.zeros((labels, rows.features.shape[1] + 1))
    head[:, -1] = intercepts.min() - 30.0
    head[model.classes_, :-1] = coefficients * scale
    head[model.classes_, -1] = intercepts - (coefficients * scale) @ shift
    return np.asarray(head, dtype=np.float32)


def choose(fit: Rows, rows: Rows, adapter: Floats, views: Sequence[str]) -> Choice:
    """The views, C, weight and temperature with the least log loss of both on `rows`, where as many are right as the
    adapter has right alone. The weight is 0 where no other makes the adapter better.

    Args:
        fit: what heads are fitted on.
        rows: what is chosen on.
        adapter: its probabilities of `rows`, shape [rows, labels].
        views: those of the features, in their order.
    """
    alone = _at_best(adapter, rows.gold)[0]
    best: Choice | None = None
    for wanted in VIEW_SETS:
        seen, told = _only(fit, views, wanted), _only(rows, views, wanted)
        for regularisation in REGULARISATIONS:
            shares = probabilities(fit_head(seen, adapter.shape[1], regularisation), told.features)
            head = _at_best(shares, rows.gold)[0]
            for weight in WEIGHTS:
                # At temperature 1 a large weight leaves shares that are too small to be told from 0.
                both, temperature = _at_best(pooled(adapter, shares, weight, 1 + weight), rows.gold)
                if both.right >= alone.right and (best is None or both.log_loss < best.both.log_loss):
                    best = Choice(wanted, regularisation, weight, temperature * (1 + weight), alone, head, both)
    assert best is not None  # a weight of 0 has the same rows right
    return best if best.weight else replace(best, temperature=1.0)


def pooled(adapter: Floats, head: Floats, weight: float, temperature: float = 1.0) -> Floats:
    """The pool of `fewsight.serving.answerers.fusion`, for many rows."""
    logs = np.log(np.maximum(adapter, LEAST)) + weight * np.log(np.maximum(head, LEAST))
    return _softmax(logs / temperature)


def refitted(fit: Rows, choice: Choice, views: Sequence[str], labels: int) -> Floats:
    """The head of a choice."""
    return fit_head(_only(fit, views, choice.views), labels, choice.regularisation)


def _only(rows: Rows, views: Sequence[str], wanted: Sequence[str]) -> Rows:
    return Rows(columns(rows.features, views, wanted), rows.gold, rows.weights)


def _standardisation(features: Floats) -> tuple[Floats, Floats]:
    """What is taken off and what is multiplied; embeddings stay as they are."""
    shift, scale = np.zeros(features.shape[1]), np.ones(features.shape[1])
    told = features[:, features.shape[1] - FACTS :]
    shift[-FACTS:] = told.mean(axis=0)
    scale[-FACTS:] = FACT_SCALE / np.maximum(told.std(axis=0), LEAST_DEVIATION)
    return shift, scale


def _at_best(shares: Floats, gold: Codes) -> tuple[Measured, float]:
    """At the temperature with the least log loss, and which that is."""
    temperature = fit_temperature(shares, gold).temperature
    after = _softmax(np.log(np.maximum(shares, LEAST)) / temperature)
    right = float((shares.argmax(axis=1) == gold).mean())
    return Measured(right, log_loss(after, gold).value), temperature


def _softmax(logs: Floats) -> Floats:
    from scipy.special import softmax

    return np.asarray(softmax(logs, axis=1))
