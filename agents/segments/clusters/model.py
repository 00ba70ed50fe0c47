"""Segments as data: a centre and a spread for each, whatever method found them, so that anyone can be placed."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from fewsight.statistics.arrays import Codes, Floats

OUTLIER: Final = -1
FENCE: Final = 3.0
"""Who is farther than the third quartile of a segment's distances and three times their IQR is an outlier (Tukey)."""

_LEAST_SPREAD: Final = 1e-3


@dataclass(frozen=True)
class Placed:
    """Where customers belong: `segments` (OUTLIER, 0, ...), and `memberships` (0 to 1) and `distances` of the nearest.

    All have the shape (rows,).
    """

    segments: Codes
    memberships: Floats
    distances: Floats


@dataclass(frozen=True)
class Model:
    """A mixture of Gaussians: `centres` (k, d), `factors` (k, d, d), `weights` (k,) and `reaches` (k,).

    A factor whitens: the distance of x from a segment is |(x - centre) factor| / sqrt(d). Who is beyond the reach of
    the nearest segment is an outlier.
    """

    centres: Floats
    factors: Floats
    weights: Floats
    reaches: Floats

    def place(self, points: Floats) -> Placed:
        """Place customers by their coordinates, of shape (rows, d)."""
        distances = self.distances(points)
        dimensions = max(points.shape[1], 1)
        volumes = np.log(np.abs(np.linalg.det(self.factors))) if points.shape[1] else np.zeros(len(self.weights))
        scores = np.log(self.weights) + volumes - 0.5 * dimensions * distances**2
        nearest = scores.argmax(axis=1)
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        at = np.arange(len(points)), nearest
        own = distances[at]
        inside = own <= self.reaches[nearest]
        return Placed(np.where(inside, nearest, OUTLIER), chances[at] / chances.sum(axis=1), own)

    def distances(self, points: Floats) -> Floats:
        """From every centre, of shape (rows, k)."""
        scale = np.sqrt(max(points.shape[1], 1))
        return np.column_stack(
            [
                np.linalg.norm((points - centre) @ factor, axis=1) / scale
                for centre, factor in zip(self.centres, self.factors, strict=True)
            ]
        )

    def without(self, gone: Codes) -> "Model":
        """The same without some segments, whose members go to the next ones."""
        keep = np.setdiff1d(np.arange(len(self.weights)), gone)
        return Model(self.centres[keep], self.factors[keep], self.weights[keep], self.reaches[keep])


def model_of(points: Floats, labels: Codes, *, is_round: bool) -> Model:
    """The mixture of groups that a method found; `labels` below 0 belong to none.

    With `is_round` all groups have one spread in all directions and one weight, so that the nearest centre decides, as
    k-means has it.
    """
    groups = [points[labels == label] for label in np.unique(labels[labels >= 0])]
    centres = np.array([group.mean(axis=0) for group in groups])
    weights = np.array([len(group) for group in groups], dtype=float)
    if is_round:
        squares = sum(float(((group - centre) ** 2).sum()) for group, centre in zip(groups, centres, strict=True))
        spread = np.sqrt(squares / max(weights.sum() * points.shape[1], 1))
        factors = np.array([np.eye(points.shape[1]) / max(float(spread), _LEAST_SPREAD)] * len(groups))
        weights = np.ones(len(groups))
    else:
        factors = np.array([_whitening(group) for group in groups])
    model = Model(centres, factors, weights / weights.sum(), np.full(len(groups), np.inf))
    distances = model.distances(points)
    reaches = [
        _fence(distances[labels == label, number]) for number, label in enumerate(np.unique(labels[labels >= 0]))
    ]
    return Model(model.centres, model.factors, model.weights, np.array(reaches))


def _whitening(group: Floats) -> Floats:
    """F with F F' = the inverse of the covariance, which is shrunk a little, so that flat groups have one too."""
    dimensions = group.shape[1]
    covariance = np.atleast_2d(np.cov(group, rowvar=False)) if len(group) > 1 else np.eye(dimensions)
    mean = max(float(np.trace(covariance)) / dimensions, _LEAST_SPREAD)
    shrunk = 0.9 * covariance + 0.1 * mean * np.eye(dimensions)
    return np.linalg.cholesky(np.linalg.inv(shrunk))


def _fence(distances: Floats) -> float:
    low, high = np.quantile(distances, [0.25, 0.75])
    return float(high + FENCE * max(high - low, _LEAST_SPREAD))
