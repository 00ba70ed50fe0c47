"""A division that stands is kept, and one that other samples do not repeat is given up."""

from pathlib import Path

import numpy as np

from fewsight.agents.segments import SegmentOptions, segment
from tests.agents.segments.conftest import facts_of, members, written


def test_the_number_is_kept_when_customers_come_and_move(facts: Path, tmp_path: Path) -> None:
    first = segment(facts, tmp_path / "out", SegmentOptions(most=3))
    before = members(tmp_path / "out")
    later = facts_of(400, seed=3)
    later["spend_eur_minor"] *= 1.4  # all buy more than they did
    written(later, facts)
    second = segment(facts, tmp_path / "out", SegmentOptions(most=8, seed=9))
    assert second.chosen.is_kept
    assert second.tried == [second.chosen]
    assert (second.chosen.method, second.chosen.segments) == (first.chosen.method, first.chosen.segments)
    after = members(tmp_path / "out")
    assert np.mean([after[name] == of for name, of in before.items()]) >= 0.9


def test_anew_tries_all_and_ids_still_last(facts: Path, tmp_path: Path) -> None:
    segment(facts, tmp_path / "out", SegmentOptions(most=3))
    before = members(tmp_path / "out")
    again = segment(facts, tmp_path / "out", SegmentOptions(most=3, anew=True))
    assert not again.chosen.is_kept
    assert len(again.tried) > 1
    assert members(tmp_path / "out") == before


def test_fewer_segments_may_be_asked_for(facts: Path, tmp_path: Path) -> None:
    segment(facts, tmp_path / "out", SegmentOptions(most=3))
    assert len(segment(facts, tmp_path / "out", SegmentOptions(most=2)).segments) == 2


def test_what_no_other_sample_repeats_is_given_up(facts: Path, tmp_path: Path) -> None:
    segment(facts, tmp_path / "out", SegmentOptions(most=3))
    noise, chance = facts_of(), np.random.default_rng(1)
    for name in ("orders_count", "spend_eur_minor", "idle_days"):
        noise[name] = chance.normal(size=len(noise))
    noise["city"] = "Kiel"
    written(noise, facts)
    assert not segment(facts, tmp_path / "out", SegmentOptions(most=3)).chosen.is_kept
