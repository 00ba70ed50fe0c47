"""Topics as directions: sentences that are near to one centre speak of it.

Clusters are those of average linkage over cosine distances (Murtagh and Contreras, Algorithms for hierarchical
clustering, 2012), on at most FOUNDING sentences. A centre with its least likeness is then a criterion that holds for
any sentence, also of a later run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from fewsight.statistics.arrays import Codes, Floats

FOUNDING: Final = 2000
"""Sentences that clusters are found on; others are placed."""

FAR: Final = 0.6
"""Mean cosine distance from which on two groups of sentences are two topics."""

_TAIL: Final = 0.1
_LEAST: Final = 0.35
NONE: Final = -1


@dataclass(frozen=True, slots=True, eq=False)
class Topic:
    """A unit vector, of shape (dimensions,), and how near a sentence must be (cosine)."""

    centre: Floats
    least: float


def place(vectors: Floats, topics: Sequence[Topic]) -> Codes:
    """The nearest topic of each sentence, NONE where it is near to none; of shape (sentences,)."""
    if not topics or not len(vectors):
        return np.full(len(vectors), NONE, dtype=np.int64)
    likeness = vectors @ np.stack([topic.centre for topic in topics]).T
    likeness[likeness < np.array([topic.least for topic in topics])] = -np.inf
    nearest: Codes = np.where(np.isfinite(likeness.max(axis=1)), likeness.argmax(axis=1), NONE)
    return nearest


def find_topics(vectors: Floats, customers: Codes, fewest: int) -> list[Topic]:
    """Topics of unit vectors (sentences, dimensions) that at least `fewest` customers speak of, the largest first."""
    if len(set(customers.tolist())) < fewest:
        return []
    founding = np.arange(len(vectors))
    if len(vectors) > FOUNDING:
        founding = np.sort(np.random.default_rng(0).choice(len(vectors), FOUNDING, replace=False))
    labels = _clusters(vectors[founding])
    share = len(founding) / len(vectors)
    topics = []
    for label in np.unique(labels):
        members = founding[labels == label]
        if len(members) >= max(3, fewest * share / 2):
            topics.append(_topic(vectors[members]))
    placed = place(vectors, topics)
    sizes = [len(set(customers[placed == number].tolist())) for number in range(len(topics))]
    order = sorted(range(len(topics)), key=lambda number: -sizes[number])
    return [topics[number] for number in order if sizes[number] >= fewest]


def _clusters(vectors: Floats) -> Codes:
    from sklearn.cluster import AgglomerativeClustering

    method = AgglomerativeClustering(n_clusters=None, metric="cosine", linkage="average", distance_threshold=FAR)
    labels: Codes = method.fit_predict(vectors).astype(np.int64)
    return labels


def _topic(members: Floats) -> Topic:
    centre = members.mean(axis=0)
    centre = centre / np.linalg.norm(centre)
    return Topic(centre, max(float(np.quantile(members @ centre, _TAIL)), _LEAST))
