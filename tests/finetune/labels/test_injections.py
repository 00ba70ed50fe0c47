"""Copies in which the customer tells the model what to answer."""

import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from fewsight.evals.robustness.perturb import INJECTIONS
from fewsight.events import CustomerHistory, Event
from fewsight.finetune.config import FinetuneConfig
from fewsight.finetune.labels.augment import augment
from fewsight.finetune.labels.injections import IN_OTHER_TEXT, IN_PRODUCT, WORDINGS, with_injection
from fewsight.finetune.rows.data import load_data
from fewsight.finetune.rows.dataset import Lesson
from fewsight.masking import Pseudonymizer
from fewsight.prompts.answer.fields import ClosedField
from fewsight.prompts.labelled import GoldRow
from fewsight.prompts.task import Language, Task
from fewsight.serving.models.tokenizer import FolderTokenizer

COLOURS = ("crimson", "green", "blue")
FIELDS = (ClosedField("f", COLOURS, COLOURS),)


def row(number: int, text: str | None = "Where is it?", language: Language = "en") -> GoldRow:
    events = (
        Event("1", None, "message", text="Hello"),
        Event("2", None, "order", product="Teapot"),
        Event("3", None, "message", text=text),
    )
    return GoldRow(f"r{number}", 2, CustomerHistory(f"c{number}", events), {"f": "crimson"}, language)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_text_or_a_product_asks_for_another_label(language: Language) -> None:
    seen, places = set(), Counter[str]()
    for number in range(2000):
        one = row(number, language=language)
        made = with_injection(one, one.history, FIELDS, random.Random(number))
        assert made is not None
        (place, name), planted = planted_in(one.history, made)
        assert "crimson" not in planted
        assert ("green" in planted) != ("blue" in planted)
        seen.add(planted.replace("green", "{label}").replace("blue", "{label}"))
        places[f"{name} of event {place}"] += 1
    assert seen == {wording.format(label="{label}") for wording in WORDINGS[language]}, "all wordings come up"
    shares = {place: count / 2000 for place, count in places.items()}
    expected = {
        "text of event 0": IN_OTHER_TEXT,
        "product of event 1": IN_PRODUCT,
        "text of event 2": 1 - IN_OTHER_TEXT - IN_PRODUCT,
    }
    assert shares == pytest.approx(expected, abs=0.03)


def planted_in(before: CustomerHistory, after: CustomerHistory) -> tuple[tuple[int, str], str]:
    """The only place that changed, and what was added there, at the front or at the end."""
    changes = [
        ((place, name), old, new)
        for place, (one, other) in enumerate(zip(before.events, after.events, strict=True))
        for name in ("text", "product")
        if (old := getattr(one, name)) != (new := getattr(other, name))
    ]
    ((where, old, new),) = changes
    assert new.startswith(f"{old} ") or new.endswith(f" {old}")
    return where, new.removeprefix(f"{old} ") if new.startswith(f"{old} ") else new.removesuffix(f" {old}")


def test_evaluation_plants_other_wordings() -> None:
    assert not {wording for wordings in WORDINGS.values() for wording in wordings} & set(INJECTIONS)


def test_rows_in_which_nothing_can_be_asked_for_are_counted() -> None:
    silent = replace(row(1), history=CustomerHistory("c", (Event("1", None, "order"),)))
    partly = replace(row(2), values={})
    config = FinetuneConfig(augment_injections=1.0)
    found = augment([silent, partly, row(3)], (), config, lambda one: Pseudonymizer().mask(one).history, {}, FIELDS)
    assert [copy.id for copy in found.rows["injections"]] == ["r3~injections"]
    assert [copy.values for copy in found.rows["injections"]] == [{"f": "crimson"}], "the label stays"
    assert found.warnings == (
        "2 rows drawn for a copy have none: nothing was said in them, or they give no field with another label",
    )


def test_held_back_rows_get_none(toy: Task, toy_file: Path, tokenizer: FolderTokenizer) -> None:
    config = FinetuneConfig(valid_share=0.2, augment_injections=1.0)
    data = load_data(Lesson(toy, toy_file), config, tokenizer, 2048)
    assert data.facts.augmented == {"injections": data.facts.rows}
    assert not any("~" in one.id for one in data.valid)
    assert len(data.train) == 2 * data.facts.rows
