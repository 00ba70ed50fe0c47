"""A model's name stays only where its sentence tells members from others."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fewsight.agents.segments import SegmentOptions, segment
from fewsight.agents.segments.cards import Card, Cards
from fewsight.agents.segments.naming import model as naming
from fewsight.agents.segments.naming.asked import JUDGING, NAMING
from fewsight.prompts.task import Task

Answers = Callable[[Task, Mapping[str, str], Any], dict[str, Mapping[str, Any]]]


def answering(sentence: str, holds: Callable[[str], bool]) -> Answers:
    """A model that gives every segment this sentence, and judges by the text that it is shown."""

    def answers(task: Task, texts: Mapping[str, str], options: Any) -> dict[str, Mapping[str, Any]]:
        if task.name == NAMING:
            return {name: {"name": "Big spenders", "criterion": sentence} for name in texts}
        assert task.name == JUDGING
        assert sentence in task.templates["en", "full"]
        return {name: {"holds": "yes" if holds(text) else "no"} for name, text in texts.items()}

    return answers


def spends_much(text: str) -> bool:
    return any(part.startswith("spend eur: ") and len(part) > len("spend eur: 9,999") - 2 for part in text.split("; "))


def named(facts: Path, out: Path, monkeypatch: pytest.MonkeyPatch, answers: Answers) -> tuple[Cards, Card]:
    """All cards, and that of the customers who spend most."""
    monkeypatch.setattr(naming, "_answers", answers)
    cards = segment(facts, out, SegmentOptions(most=3, model={}))
    spend = {card.id: one.value for card in cards.segments for one in card.unusual if one.fact == "spend_eur_minor"}
    return cards, next(card for card in cards.segments if card.id == max(spend, key=lambda name: spend[name]))


def test_a_sentence_that_separates_names_its_segment_alone(
    facts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards, rich = named(facts, tmp_path / "out", monkeypatch, answering("They spend a lot.", spends_much))
    assert (rich.name, rich.named_by) == ("Big spenders", "model")
    assert rich.criterion is not None
    assert (rich.criterion.f1, rich.criterion.rows) == (1.0, 80)
    assert [card.named_by for card in cards.segments].count("rule") == 2
    assert "They spend a lot." in (tmp_path / "out" / "segments.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("holds", [lambda text: True, lambda text: False])
def test_a_sentence_that_says_the_same_of_all_names_nothing(
    holds: Callable[[str], bool], facts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards, rich = named(facts, tmp_path / "out", monkeypatch, answering("They are customers.", holds))
    assert {card.named_by for card in cards.segments} == {"rule"}
    assert rich.name.startswith("High ")
    assert "does not tell members from others" in (tmp_path / "out" / "segments.html").read_text(encoding="utf-8")


def test_a_sentence_with_a_digit_is_not_tried(facts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, rich = named(facts, tmp_path / "out", monkeypatch, answering("They spend 9 thousand.", spends_much))
    assert rich.criterion is not None
    assert (rich.criterion.rows, rich.named_by) == (0, "rule")


def test_a_name_stays_while_it_separates(facts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named(facts, tmp_path / "out", monkeypatch, answering("They spend a lot.", spends_much))

    def others(task: Task, texts: Mapping[str, str], options: Any) -> dict[str, Mapping[str, Any]]:
        if task.name == NAMING:
            return {name: {"name": "Another", "criterion": "Something else."} for name in texts}
        return {name: {"holds": "yes" if spends_much(text) else "no"} for name, text in texts.items()}

    _, rich = named(facts, tmp_path / "out", monkeypatch, others)
    assert (rich.name, rich.version) == ("Big spenders", 1)


def test_f1_is_that_of_the_answers() -> None:
    says, members = np.array([True, True, False, False]), np.array([True, False, True, False])
    assert naming.f1(says, members)["f1"] == 0.5
