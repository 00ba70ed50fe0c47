"""Answers by dotted path, and E-numbers."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fewsight.answers import flatten, label_text, nest, split_path, value_at
from fewsight.evidence import reference, reference_pattern, reference_range, references, unknown_references

NAMES = st.text("abc_", min_size=1, max_size=3)
VALUES = st.one_of(st.booleans(), st.integers(), st.text(), st.lists(st.text(), max_size=2))
ANSWERS = st.recursive(
    st.dictionaries(NAMES, VALUES, min_size=1, max_size=3),
    lambda inner: st.dictionaries(NAMES, st.one_of(VALUES, inner), min_size=1, max_size=3),
)


@given(ANSWERS)
def test_an_answer_is_flattened_and_nested_again(answer: dict[str, Any]) -> None:
    values = flatten(answer)
    assert nest(values) == answer
    assert all(value_at(answer, path) == value for path, value in values.items())
    assert list(flatten(nest(values))) == list(values)


@pytest.mark.parametrize("path", ["b", "a.b", "a.b.c", "list.0"])
def test_a_path_that_is_not_there_has_no_value(path: str) -> None:
    assert value_at({"a": {"c": 1}, "list": ["x"]}, path) is None
    assert value_at(None, path) is None


def test_labels_are_the_words_of_json() -> None:
    assert [label_text(value) for value in (True, False, "True")] == ["true", "false", "True"]
    assert split_path("a.b.c") == ("a.b", "c")


@given(st.integers(1, 40))
def test_e_numbers_are_numbered_matched_and_checked_alike(events: int) -> None:
    names = references(events)
    pattern = re.compile(reference_pattern(events))
    assert all(pattern.fullmatch(name) for name in names)
    assert unknown_references(names, events) == []
    assert reference_range(events) == f"{names[0]}..{names[-1]}"
    for strange in ("E0", reference(events + 1), "e1", "E01", "E1 "):
        assert not pattern.fullmatch(strange)
        assert unknown_references([strange], events) == [strange]


def test_without_events_nothing_can_be_named() -> None:
    assert references(0) == ()
    assert unknown_references(["E1"], 0) == ["E1"]
    assert reference_range(0) == "none"
