"""Ids last over runs, and what moved is told."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fewsight.agents.segments import SegmentOptions, segment
from fewsight.agents.segments.registry import match
from fewsight.agents.segments.registry.events import events
from fewsight.agents.segments.saving import read_registry
from fewsight.errors import InputError
from tests.agents.segments.conftest import facts_of, members, written

FEW = SegmentOptions(most=3)


@given(st.permutations(range(4)))
def test_matching_does_not_depend_on_the_order(order: list[int]) -> None:
    shared, distances = np.diag([50, 40, 30, 20])[:, order], (1 - np.eye(4))[:, order] * 3
    assert match(shared, distances, 1.0) == dict(enumerate(order))


def test_what_is_nowhere_near_is_new() -> None:
    assert match(np.array([[50, 0]]), np.array([[0.0, 4.0]]), 1.0) == {0: 0}


def test_the_same_customers_keep_ids_versions_and_places(facts: Path, tmp_path: Path) -> None:
    first = segment(facts, tmp_path / "out", FEW)
    before = members(tmp_path / "out")
    second = segment(facts, tmp_path / "out", FEW)
    assert members(tmp_path / "out") == before
    assert second.segments == first.segments
    moved = read_registry(tmp_path / "out").movements[-1]
    assert moved is not None
    assert [event.kind for event in moved.events] == ["kept"] * 3
    assert moved.changes == []


def test_ids_last_when_customers_come_and_the_seed_changes(facts: Path, tmp_path: Path) -> None:
    segment(facts, tmp_path / "out", FEW)
    before = members(tmp_path / "out")
    written(facts_of(360, seed=0), facts)  # other draws for all, 60 more customers
    segment(facts, tmp_path / "out", SegmentOptions(most=3, seed=5))
    after = members(tmp_path / "out")
    assert np.mean([after[name] == of for name, of in before.items()]) >= 0.9


def test_other_ids_are_matched_by_centres(facts: Path, tmp_path: Path) -> None:
    segment(facts, tmp_path / "out", FEW)
    before = members(tmp_path / "out")
    written(facts_of(first=50_001), facts)
    segment(facts, tmp_path / "out", FEW)
    assert list(members(tmp_path / "out").values()) == list(before.values())
    moved = read_registry(tmp_path / "out").movements[-1]
    assert moved is not None
    assert not moved.shared


def test_ids_may_change_their_type(tmp_path: Path) -> None:
    path = tmp_path / "facts.parquet"
    for ids in (np.arange(300), np.arange(300).astype(str), np.arange(300).astype(float)):
        segment(written(facts_of().assign(customer_id=ids), path), tmp_path / "out", FEW)
    assert [moved.shared for moved in read_registry(tmp_path / "out").movements if moved] == [True, True]


def test_a_segment_that_empties_dies(facts: Path, tmp_path: Path) -> None:
    segment(facts, tmp_path / "out", FEW)
    gone = members(tmp_path / "out")["C00002"]
    frame = facts_of()
    written(frame[frame.index % 3 != 2].reset_index(drop=True), facts)
    segment(facts, tmp_path / "out", SegmentOptions(most=2))
    moved = read_registry(tmp_path / "out").movements[-1]
    assert moved is not None
    assert ("died", [gone]) in [(event.kind, event.before) for event in moved.events]
    assert gone not in members(tmp_path / "out").values()


def test_splits_and_merges_are_told_with_counts() -> None:
    split = events({("S1", "S1"): 60, ("S1", "S2"): 40}, ["S1"], ["S1", "S2"])
    assert ("split", ["S1", "S2"], 100) in [(event.kind, event.after, event.customers) for event in split]
    merged = events({("S1", "S1"): 60, ("S2", "S1"): 40}, ["S1", "S2"], ["S1"])
    assert ("merged", ["S1", "S2"], 100) in [(event.kind, event.before, event.customers) for event in merged]


@pytest.mark.parametrize("text", ['{"format": 99}', "{", '{"format": 1, "runs": 7}', "[]"])
def test_a_registry_of_another_schema_is_refused(text: str, facts: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "registry.json").write_text(text)
    with pytest.raises(InputError, match=r"registry\.json"):
        segment(facts, tmp_path / "out", FEW)
    assert (tmp_path / "out" / "registry.json").read_text() == text
