"""The methods of scikit-learn by which segments are looked for; each gives a `Model`."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from fewsight.agents.segments.clusters.model import Model, model_of
from fewsight.statistics.arrays import Codes, Floats

K_MEANS, MIXTURE, DENSITY = "k-means", "gaussian mixture", "hdbscan"

Fit = Callable[[Floats, int, int], Model | None]
"""Points of shape (rows, d), the number of segments (k-means, mixture) or members (HDBSCAN), and a seed."""

MOST_OUTSIDE: Final = 0.25
_STARTS: Final = 10
"""Of which the best is taken; with three, other seeds gave other divisions."""


def k_means(points: Floats, segments: int, seed: int) -> Model | None:
    """Segments of one round spread; None where there are fewer different points."""
    from sklearn.cluster import KMeans

    found = KMeans(segments, n_init=_STARTS, random_state=seed).fit(points)
    return _checked(points, found.labels_, segments, is_round=True)


def mixture(points: Floats, segments: int, seed: int) -> Model | None:
    """Segments with a spread of their own each."""
    from sklearn.mixture import GaussianMixture

    found = GaussianMixture(segments, covariance_type="diag", reg_covar=1e-3, max_iter=100, random_state=seed)
    return _checked(points, found.fit_predict(points), segments, is_round=False)


def density(points: Floats, members: int, seed: int) -> Model | None:  # noqa: ARG001 - it draws nothing
    """Dense groups of at least so many members; None where there are not two, or a quarter lies outside."""
    from sklearn.cluster import HDBSCAN

    labels = HDBSCAN(min_cluster_size=members, copy=True).fit_predict(points)
    if (labels < 0).mean() > MOST_OUTSIDE:
        return None
    return _checked(points, labels, 2, is_round=False)


METHODS: Final[Mapping[str, Fit]] = {K_MEANS: k_means, MIXTURE: mixture, DENSITY: density}


def k_means_from(points: Floats, centres: Floats) -> Model | None:
    """k-means that begins at centres of shape (segments, d)."""
    from sklearn.cluster import KMeans

    found = KMeans(len(centres), init=centres, n_init=1).fit(points)
    return _checked(points, found.labels_, len(centres), is_round=True)


def mixture_from(points: Floats, centres: Floats) -> Model | None:
    """A mixture that begins at means of shape (segments, d)."""
    from sklearn.mixture import GaussianMixture

    found = GaussianMixture(
        len(centres), covariance_type="diag", reg_covar=1e-3, max_iter=100, means_init=centres, random_state=0
    )
    return _checked(points, found.fit_predict(points), len(centres), is_round=False)


STARTED: Final[Mapping[str, Callable[[Floats, Floats], Model | None]]] = {K_MEANS: k_means_from, MIXTURE: mixture_from}
"""Those that can begin at given centres."""


def _checked(points: Floats, labels: Codes, least: int, *, is_round: bool) -> Model | None:
    if len(np.unique(labels[labels >= 0])) < least:
        return None
    return model_of(points, labels, is_round=is_round)
