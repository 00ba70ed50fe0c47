"""Which rows to label next: the most typical ones of large groups that no labelled row stands for."""

from typing import Final

import numpy as np

from fewsight.statistics.arrays import Codes, Floats

MOST_GROUPS: Final = 500
"""Groups that are told apart; beyond it, several labelled rows share one."""

NEIGHBOURS: Final = 20
"""A row is typical where it is near so many others of its group."""

DOUBLE: Final = 0.98
"""Cosine from which on two rows are near doubles, of which one is asked."""


def next_rows(vectors: Floats, weights: Floats, known: Floats, count: int, seed: int) -> list[int]:
    """Places of the rows to label, the most telling first; at most `count`.

    TypiClust (Hacohen, Dekel and Weinshall, Active Learning on a Budget: Opposite Strategies Suit High and Low Budgets,
    ICML 2022): all rows, labelled ones too, fall into as many groups (k-means) as there will be labelled rows. Groups
    with the fewest labelled rows come first, and of these the heaviest; of each, the row with the least mean distance
    to its nearest neighbours is taken. There a group weighs as much as it has rows; here each row counts by `weights`.

    Args:
        vectors: unit vectors of the rows to choose from, [rows, dimensions].
        weights: how much labelling a row is worth, at least 0; [rows].
        known: unit vectors of labelled rows, [labelled, dimensions].
        count: how many to choose.
        seed: of the groups.
    """
    count = min(count, len(vectors))
    if count < 1:
        return []
    groups = _groups(np.concatenate([vectors, known]), max(count, min(count + len(known), MOST_GROUPS)), seed)
    own, labelled = groups[: len(vectors)], np.bincount(groups[len(vectors) :], minlength=groups.max() + 1)
    heavy = np.bincount(own, weights=weights + 1e-9, minlength=len(labelled))
    order = sorted(np.unique(own).tolist(), key=lambda group: (labelled[group], -heavy[group], group))
    ranked = [_by_typicality(vectors, np.flatnonzero(own == group)) for group in order]
    chosen: list[int] = []
    taken = [*known]
    for wants_new in (True, False):  # near doubles only where nothing else is left
        for depth in range(max(map(len, ranked))):
            for places in ranked:
                if len(chosen) == count:
                    return chosen
                if depth < len(places) and places[depth] not in chosen:
                    place = places[depth]
                    if wants_new and taken and float(np.max(np.stack(taken) @ vectors[place])) >= DOUBLE:
                        continue
                    chosen.append(place)
                    taken.append(vectors[place])
    return chosen


def _groups(vectors: Floats, count: int, seed: int) -> Codes:
    """The group of each vector, by k-means++ and Lloyd's iterations; fewer groups where vectors are equal."""
    from sklearn.cluster import KMeans

    different = len(np.unique(vectors.round(5), axis=0))
    model = KMeans(min(count, different), n_init=1, random_state=seed)
    return np.asarray(model.fit_predict(vectors.astype(np.float64)), dtype=np.int64)


def _by_typicality(vectors: Floats, places: Codes) -> list[int]:
    """The rows of a group, those first whose nearest others are nearest."""
    near = vectors[places] @ vectors[places].T
    most = min(NEIGHBOURS, len(places))
    typical = np.sort(near, axis=1)[:, -most:].mean(axis=1)
    return [int(place) for place in places[np.argsort(-typical, kind="stable")]]
