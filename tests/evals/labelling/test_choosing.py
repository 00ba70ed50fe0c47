"""Which rows are proposed: spread, typical, no doubles, and the same by the same seed."""

import numpy as np
import pytest

from fewsight.evals.labelling.choosing import next_rows
from fewsight.evals.labelling.committee import disagreement
from fewsight.statistics.arrays import Floats


def blobs(sizes: list[int], spread: float = 0.05) -> Floats:
    """Rows around corners, each a group of its own; the first row of a group is its centre."""
    random = np.random.default_rng(3)
    rows = []
    for corner, size in enumerate(sizes):
        centre = np.zeros(8)
        centre[corner] = 1.0
        rows += [centre, *(centre + spread * random.normal(size=8) for _ in range(size - 1))]
    vectors = np.array(rows)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


NOTHING: Floats = np.zeros((0, 8))


def test_large_groups_come_first_and_their_middle_is_taken() -> None:
    vectors = blobs([30, 10, 20])
    chosen = next_rows(vectors, np.ones(60), NOTHING, 3, seed=0)
    assert [place // 10 for place in chosen] in ([0, 4, 3], [1, 4, 3], [2, 4, 3], [0, 5, 3], [1, 5, 3], [2, 5, 3])
    middle = vectors[:30].mean(axis=0)
    assert vectors[chosen[0]] @ middle >= np.median(vectors[:30] @ middle)
    assert chosen == next_rows(vectors, np.ones(60), NOTHING, 3, seed=0)


def test_groups_with_labelled_rows_come_last() -> None:
    vectors = blobs([30, 10, 20])
    first = next_rows(vectors, np.ones(60), vectors[[0, 40]], 1, seed=0)
    assert 30 <= first[0] < 40


def test_weights_move_groups_to_the_front() -> None:
    vectors = blobs([30, 10, 20])
    weights = np.where(np.arange(60) // 10 == 3, 1.0, 0.01)
    assert 30 <= next_rows(vectors, weights, NOTHING, 3, seed=0)[0] < 40


def test_doubles_are_asked_only_where_nothing_else_is_left() -> None:
    vectors = np.repeat(blobs([1, 1, 1]), 4, axis=0)
    chosen = next_rows(vectors, np.ones(12), NOTHING, 3, seed=1)
    assert sorted(place // 4 for place in chosen) == [0, 1, 2]
    everything = next_rows(vectors, np.ones(12), NOTHING, 50, seed=1)
    assert sorted(everything) == list(range(12))
    assert sorted(place // 4 for place in everything[:3]) == [0, 1, 2]


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_few_rows_are_all_chosen(rows: int) -> None:
    vectors = blobs([2])[:rows]
    assert sorted(next_rows(vectors, np.zeros(rows), NOTHING, 5, seed=0)) == list(range(rows))


def test_disagreement_is_0_in_unison_and_1_where_two_are_sure_of_different_labels() -> None:
    one = np.array([[1.0, 0.0], [1.0, 0.0], [0.5, 0.5]])
    other = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])
    assert disagreement({"a": {"x": one}, "b": {"x": other}}, 3) == pytest.approx([0, 1, 0])
    assert disagreement({"a": {"x": one}}, 3) == pytest.approx([0, 0, 1])  # alone: how unsure
    assert disagreement({}, 2).tolist() == [1, 1]
