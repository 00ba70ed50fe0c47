"""Copies in which the customer tells the model what to answer."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from fewsight.evals.robustness.perturb import INJECTIONS
from fewsight.events import CustomerHistory, Event
from fewsight.finetune.config import FinetuneConfig
from fewsight.finetune.labels.augment import augment
from fewsight.finetune.labels.injections import WORDINGS, with_injection
from fewsight.finetune.rows.data import load_data
from fewsight.finetune.rows.dataset import Lesson
from fewsight.masking import Pseudonymizer
from fewsight.prompts.answer.fields import ClosedField
from fewsight.prompts.labelled import GoldRow
from fewsight.prompts.task import Language, Task
from fewsight.serving.models.tokenizer import FolderTokenizer

FIELDS = (ClosedField("f", ("red", "green", "blue"), ("red", "green", "blue")),)


def row(number: int, text: str | None = "Where is it?", language: Language = "en") -> GoldRow:
    events = (
        Event("1", None, "message", text="Hello"),
        Event("2", None, "order"),
        Event("3", None, "message", text=text),
    )
    return GoldRow(f"r{number}", 2, CustomerHistory(f"c{number}", events), {"f": "red"}, language)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_newest_text_asks_for_another_label(language: Language) -> None:
    seen = set()
    for number in range(200):
        one = row(number, language=language)
        made = with_injection(one, one.history, FIELDS, random.Random(number))
        assert made is not None
        assert made.events[:2] == one.history.events[:2]
        text = made.events[2].text
        assert text is not None
        assert "Where is it?" in text
        assert "red" not in text
        assert ("green" in text) != ("blue" in text)
        seen.add(text.replace("Where is it?", "").strip().replace("green", "{label}").replace("blue", "{label}"))
    assert seen == set(WORDINGS[language]), "all wordings come up"


def test_evaluation_plants_other_wordings() -> None:
    assert not {wording for wordings in WORDINGS.values() for wording in wordings} & set(INJECTIONS)


def test_rows_in_which_nothing_can_be_asked_for_are_counted() -> None:
    silent = replace(row(1), history=CustomerHistory("c", (Event("1", None, "order"),)))
    partly = replace(row(2), values={})
    config = FinetuneConfig(augment_injections=1.0)
    found = augment([silent, partly, row(3)], (), config, lambda one: Pseudonymizer().mask(one).history, {}, FIELDS)
    assert [copy.id for copy in found.rows["injections"]] == ["r3~injections"]
    assert [copy.values for copy in found.rows["injections"]] == [{"f": "red"}], "the label stays"
    assert found.warnings == (
        "2 rows drawn for a copy have none: nothing was said in them, or they give no field with another label",
    )


def test_held_back_rows_get_none(toy: Task, toy_file: Path, tokenizer: FolderTokenizer) -> None:
    config = FinetuneConfig(valid_share=0.2, augment_injections=1.0)
    data = load_data(Lesson(toy, toy_file), config, tokenizer, 2048)
    assert data.facts.augmented == {"injections": data.facts.rows}
    assert not any("~" in one.id for one in data.valid)
    assert len(data.train) == 2 * data.facts.rows
