import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fewsight.serving.answerers.fusion import LEAST, Blend, Opinion, fuse

shares = st.lists(st.floats(0, 1), min_size=2, max_size=6).filter(lambda row: sum(row) > 0.01)
LABELS = ("a", "b", "c", "d", "e", "f")


def normalised(row: list[float]) -> list[float]:
    return [one / sum(row) for one in row]


def opinion(row: list[float], weight: float, temperature: float = 1.0) -> Opinion:
    return Opinion.of(dict(zip(LABELS, normalised(row), strict=False)), Blend(weight, temperature))


@given(shares, st.floats(0.1, 9))
def test_a_weight_of_zero_is_the_model_to_the_last_bit(row: list[float], temperature: float) -> None:
    model = normalised(row)
    assert fuse(LABELS[: len(row)], model, opinion(row[::-1], 0.0, temperature)) == tuple(model)


@given(shares, st.floats(0, 10), st.floats(0.05, 20))
def test_both_are_shares_of_one(row: list[float], weight: float, temperature: float) -> None:
    both = fuse(LABELS[: len(row)], normalised(row), opinion(row[::-1], weight, temperature))
    assert sum(both) == pytest.approx(1)
    assert min(both) >= 0


def test_log_probabilities_are_added_and_cooled() -> None:
    model, other, weight, temperature = [0.7, 0.2, 0.1], [0.1, 0.6, 0.3], 0.8, 1.5
    odds = [math.exp((math.log(p) + weight * math.log(q)) / temperature) for p, q in zip(model, other, strict=True)]
    both = fuse(LABELS[:3], model, opinion(other, weight, temperature))
    assert both == pytest.approx([one / sum(odds) for one in odds])


def test_an_even_opinion_changes_nothing() -> None:
    assert fuse(LABELS[:3], [0.7, 0.2, 0.1], opinion([1, 1, 1], 2.0)) == pytest.approx([0.7, 0.2, 0.1])


def test_nobody_forbids_a_label() -> None:
    both = fuse(LABELS[:2], [1.0, 0.0], opinion([0.0, 1.0], 1.0))
    assert both == pytest.approx([0.5, 0.5])
    assert LEAST > 0


def test_labels_go_by_name_not_by_place() -> None:
    other = Opinion.of({"b": 0.9, "a": 0.1}, Blend(1.0))
    assert fuse(("a", "b"), [0.5, 0.5], other) == pytest.approx([0.1, 0.9])
