"""The division of the run before, fitted anew from where its members are now, as long as other samples repeat it."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from fewsight.agents.segments.clusters.choosing import FIT_ROWS, STABILITY_ROWS, Candidate, choose, drawn, measure
from fewsight.agents.segments.clusters.methods import STARTED
from fewsight.agents.segments.clusters.model import Model
from fewsight.statistics.arrays import Codes, Floats

KEPT: Final = 0.8
"""A division is chosen where its stability less one standard deviation is this; it is kept where its mean is."""


@dataclass(frozen=True)
class Standing:
    """What was chosen in the run before, and where each customer was then: numbers of segments, below 0 for outliers.

    Who was not there is where the model of the run before places them now.
    """

    candidate: Candidate
    labels: Codes


def divide(
    points: Floats, min_size: int, most: int, seed: int, standing: Standing | None = None
) -> tuple[Model, Candidate, list[Candidate]]:
    """The model of all points, the candidate that stands or was chosen, and all that were tried.

    The division of the run before is fitted from the centres of its members, so that each segment is found where it has
    gone. Fits of resamples, which begin anywhere, must agree with that on average: what only stands because it stood
    is given up, and the number is chosen anew, as it is where there were more than `most`. A segment with fewer than
    `min_size` members left is not fitted.

    Args:
        points: coordinates of shape (rows, d), in the order of the standing labels.
        min_size: the least number of customers of a segment.
        most: the largest number of segments that is tried.
        seed: of all draws.
        standing: the run before; None to choose in any case.
    """
    if standing is not None and (kept := _kept(points, standing, min_size, most, seed)) is not None:
        model, candidate = kept
        return model, candidate, [candidate]
    return choose(points, min_size, most, seed)


def _kept(points: Floats, standing: Standing, min_size: int, most: int, seed: int) -> tuple[Model, Candidate] | None:
    from threadpoolctl import threadpool_limits

    method, counts = standing.candidate.method, np.bincount(standing.labels[standing.labels >= 0], minlength=1)
    living = np.flatnonzero(counts >= min_size)
    if method not in STARTED or not 2 <= len(living) <= most:
        return None
    centres = np.array([points[standing.labels == label].mean(axis=0) for label in living])
    part = drawn(points, STABILITY_ROWS, seed)
    least = max(2, min_size * len(part) // len(points))
    with threadpool_limits(1):  # many small sums
        candidate = measure(part, method, len(centres), least, seed, STARTED[method](part, centres))
    model = STARTED[method](drawn(points, FIT_ROWS, seed), centres)
    if model is None or candidate.stability is None or candidate.stability < KEPT:
        return None
    return model, candidate.model_copy(update={"is_kept": True})
