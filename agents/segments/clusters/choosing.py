"""How many segments, by which method: the finest division that other samples of the same customers repeat."""

import warnings
from collections.abc import Iterator
from typing import Final

import numpy as np
from pydantic import BaseModel

from fewsight.agents.segments.clusters.methods import DENSITY, K_MEANS, METHODS, MIXTURE
from fewsight.agents.segments.clusters.model import Model, model_of
from fewsight.statistics.arrays import Floats

STABLE: Final = 0.8
RESAMPLES: Final = 10
STABILITY_ROWS: Final = 4_000
"""Customers of whom stability is measured."""

FIT_ROWS: Final = 50_000
_SLOW_ROWS: Final = 10_000
"""Customers that the chosen division is fitted on: k-means, and the other methods."""

_HOPELESS: Final = 0.5
_FIRST: Final = 3
"""A candidate that is below this after so many resamples gets no more of them."""


class Candidate(BaseModel):
    """A division that was tried.

    `stability` is the mean adjusted Rand index over resamples, `spread` its standard deviation; both are None where the
    division is not admissible, for `reason`. `setting` is the number of segments, or for HDBSCAN of members. `is_kept`
    says that it is the division of the run before, and others were not tried.
    """

    method: str
    setting: int
    segments: int
    stability: float | None = None
    spread: float | None = None
    reason: str = ""
    is_kept: bool = False

    @property
    def is_stable(self) -> bool:
        """Whether even a resample that is one standard deviation below the mean repeats the division."""
        return self.stability is not None and self.stability - (self.spread or 0.0) >= STABLE


def candidates(rows: int, min_size: int, most: int) -> Iterator[tuple[str, int]]:
    """Methods with their settings: 2 to `most` segments, and three sizes of dense groups."""
    for segments in range(2, min(most, rows // min_size) + 1):
        yield K_MEANS, segments
        yield MIXTURE, segments
    for share in (0.02, 0.05, 0.1):
        if 2 * max(min_size, int(share * rows)) <= rows:
            yield DENSITY, max(min_size, int(share * rows))


def choose(points: Floats, min_size: int, most: int, seed: int) -> tuple[Model, Candidate, list[Candidate]]:
    """The model of all points, the candidate that was chosen, and all that were tried.

    Chosen is the one of most segments whose stability less its spread is 0.8 or more, and of these the most stable;
    where there is none, the most stable one. Where no candidate is admissible there is one segment of everybody.

    Args:
        points: coordinates of shape (rows, d).
        min_size: the least number of customers of a segment.
        most: the largest number of segments that is tried.
        seed: of all draws.
    """
    from threadpoolctl import threadpool_limits

    tried = []
    if len(points) and points.shape[1] and len(np.unique(points[:10_000], axis=0)) > 1:
        part = drawn(points, STABILITY_ROWS, seed)
        least = max(2, min_size * len(part) // len(points))
        with threadpool_limits(1):  # many small sums
            tried = [measure(part, *candidate, least, seed) for candidate in candidates(len(part), least, most)]
        tried = [_refused(one) if one.segments > most else one for one in tried]
    for candidate in sorted(tried, key=_rank, reverse=True):
        if candidate.stability is not None and (model := _final(points, candidate, min_size, seed)) is not None:
            return model, candidate, tried
    everybody = model_of(points, np.zeros(len(points), dtype=np.int64), is_round=True)
    return everybody, Candidate(method="everybody", setting=1, segments=1, reason="nothing else is admissible"), tried


def measure(
    points: Floats, method: str, setting: int, least: int, seed: int, reference: Model | None = None
) -> Candidate:
    """How well a candidate's division of all points is repeated by fits, with other seeds, of bootstrap resamples.

    The division is that of `reference`, or of a fit of all points where there is none.

    The adjusted Rand index (Hubert and Arabie 1985) is 1 for the same division and 0 by chance (Hennig 2007 compares
    resamples so too); outliers are a group of their own.
    """
    from sklearn.metrics import adjusted_rand_score

    reference = reference or fit(points, method, setting, seed)
    if reference is None:
        return Candidate(
            method=method, setting=setting, segments=0, reason="no two groups of three quarters of the customers"
        )
    labels = reference.place(points).segments
    sizes = np.bincount(labels[labels >= 0], minlength=len(reference.weights))
    shape = {"method": method, "setting": setting, "segments": len(sizes)}
    if sizes.min() < least:
        return Candidate(**shape, reason="a group is below the least size")
    chance = np.random.default_rng([seed, setting])
    scores: list[float] = []
    for number in range(RESAMPLES):
        drawn = points[chance.integers(0, len(points), len(points))]
        other = fit(drawn, method, setting, seed + 1 + number)
        scores.append(0.0 if other is None else adjusted_rand_score(labels, other.place(points).segments))
        if number + 1 == _FIRST and np.mean(scores) < _HOPELESS:
            break
    return Candidate(**shape, stability=float(np.mean(scores)), spread=float(np.std(scores)))


def fit(points: Floats, method: str, setting: int, seed: int) -> Model | None:
    """A method's model of points; None where it has none of that many segments."""
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():  # what has not converged is not stable either, and that is measured
        warnings.simplefilter("ignore", ConvergenceWarning)
        return METHODS[method](points, setting, seed)


def _refused(candidate: Candidate) -> Candidate:
    """HDBSCAN finds as many as there are."""
    return candidate.model_copy(update={"stability": None, "spread": None, "reason": "more segments than asked for"})


def _rank(candidate: Candidate) -> tuple[bool, int, float]:
    stable, stability = candidate.is_stable, candidate.stability if candidate.stability is not None else -1.0
    return stable, candidate.segments if stable else 0, stability


def _final(points: Floats, candidate: Candidate, min_size: int, seed: int) -> Model | None:
    part = drawn(points, FIT_ROWS if candidate.method == K_MEANS else _SLOW_ROWS, seed)
    setting = candidate.setting
    if candidate.method == DENSITY:  # a number of members, of a smaller sample
        setting = max(min_size, setting * len(part) // min(len(points), STABILITY_ROWS))
    model = fit(part, candidate.method, setting, seed)
    return model if model is not None and len(model.weights) == candidate.segments else None


def drawn(points: Floats, most: int, seed: int) -> Floats:
    """At most so many points, without replacement."""
    if len(points) <= most:
        return points
    return points[np.random.default_rng(seed).choice(len(points), most, replace=False)]
