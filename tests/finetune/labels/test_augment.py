"""Copies of training rows: what changes in them, what never does, and what is never copied."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fewsight.errors import ConfigError
from fewsight.events import CustomerHistory, Event
from fewsight.finetune.config import FinetuneConfig
from fewsight.finetune.labels.augment import augment
from fewsight.finetune.rows.data import TrainingData, load_data
from fewsight.finetune.rows.dataset import Lesson
from fewsight.language import guess_language
from fewsight.masking import Pseudonymizer
from fewsight.prompts.labelled import GoldRow, read_gold
from fewsight.prompts.task import Task
from fewsight.serving.models.tokenizer import FolderTokenizer

TYPOS = FinetuneConfig(augment_typos=1.0)
CASE = FinetuneConfig(augment_case=1.0)
TEXT = "Hello, my name is Anna Kim. Where is order 4711-22? Write to anna@example.com, I won't wait!"


def row(text: str, number: int = 1, **event: Any) -> GoldRow:
    first = Event("E1", None, "message", text=text, **event)
    return GoldRow(f"r{number}", number, CustomerHistory(f"c{number}", (first,)), {"x": "a"}, guess_language(text))


def mask(history: CustomerHistory) -> CustomerHistory:
    return Pseudonymizer().mask(history).history


def copies(rows: list[GoldRow], config: FinetuneConfig, held_back: tuple[GoldRow, ...] = ()) -> list[GoldRow]:
    (found,) = augment(rows, held_back, config, mask, {}).rows.values()
    return found


def text_of(one: GoldRow) -> str:
    text = one.history.events[0].text
    assert text is not None
    return text


def test_identifiers_are_masked_before_anything_changes() -> None:
    for number in range(40):
        for config in (TYPOS, CASE):
            (copy,) = copies([row(TEXT, number)], config)
            words = text_of(copy)
            assert "[NAME_1]" in words
            assert "[EMAIL_1]" in words
            assert "anna" not in words.casefold()
            assert copy.is_masked


def test_only_what_was_said_changes() -> None:
    one = row(
        "the walnut table arrived", product="Walnut Table", amount=900, currency="EUR", attributes={"size": "wide"}
    )
    order = Event("E2", None, "order", product="Walnut Table", channel="web")
    one = replace(one, history=replace(one.history, events=(*one.history.events, order), profile={"city": "Kochi"}))
    for number in range(40):
        (copy,) = copies([replace(one, id=f"r{number}")], TYPOS)
        first, second = copy.history.events
        assert first.text != one.history.events[0].text
        assert {"walnut", "table"} <= set(str(first.text).split()), "a product's name stays"
        assert replace(first, text=None) == replace(one.history.events[0], text=None)
        assert (second, copy.history.profile, copy.values) == (order, one.history.profile, one.values)


def test_copies_depend_on_seed_and_row_alone() -> None:
    rows = [row(f"where is my parcel number {'x' * i}", i) for i in range(400)]
    half = replace(TYPOS, augment_typos=0.5)
    first = {copy.id: text_of(copy) for copy in copies(rows, half)}
    assert {copy.id: text_of(copy) for copy in copies(rows[::-1], half)} == first
    assert 150 < len(first) < 250
    assert {copy.id: text_of(copy) for copy in copies(rows, replace(half, seed=1))} != first
    more = {copy.id: text_of(copy) for copy in copies(rows, TYPOS)}
    assert first.items() <= more.items(), "a larger share adds copies and changes none"


def test_all_cases_occur() -> None:
    found = {text_of(copies([row("Where is it, Sir?", number)], CASE)[0]) for number in range(60)}
    assert found == {"where is it, sir?", "WHERE IS IT, SIR?", "Where is it Sir"}


def test_rows_without_a_copy_are_counted() -> None:
    rows = [row("我的快递在哪里？", 1), row("a 12 !", 2), row("where is it?", 3)]
    made = augment(rows, (row("Where is  it", 4),), replace(TYPOS, augment_case=1.0), mask, {})
    assert [copy.id for copy in made.rows["typos"]] == ["r3~typos"]
    assert made.without["they are in Chinese"] == 2
    assert made.without["there is no plain word of four letters in them"] == 1
    assert "2 rows drawn for a copy have none: they are in Chinese" in made.warnings


def test_no_copy_repeats_a_held_back_row() -> None:
    rows = [row("Where is it?", number) for number in range(60)]
    held = (row("where is it", 99),)
    found = augment(rows, held, CASE, mask, {})
    assert {text_of(copy) for copy in found.rows["case"]} == {"where is it?", "WHERE IS IT?"}
    assert found.without["it would repeat a held-back row"] == 60 - len(found.rows["case"]) > 0


def load(toy: Task, toy_file: Path, tokenizer: FolderTokenizer, **options: Any) -> TrainingData:
    return load_data(Lesson(toy, toy_file), FinetuneConfig(valid_share=0.2, **options), tokenizer, 2048)


def test_training_rows_alone_get_copies(toy: Task, toy_file: Path, tokenizer: FolderTokenizer) -> None:
    plain = load(toy, toy_file, tokenizer)
    more = load(toy, toy_file, tokenizer, augment_typos=1.0, augment_case=0.5)
    assert plain.facts.augmented == {}
    assert more.valid == plain.valid
    assert more.held_back == plain.held_back
    assert more.train[: len(plain.train)] == plain.train
    extra = more.train[len(plain.train) :]
    known = {one.id: one for one in plain.train}
    assert more.facts.augmented == dict(Counter(one.id.partition("~")[2] for one in extra))
    short = sum("a fee" in one.text for one in read_gold(toy_file, toy).rows if one.id in known and len(one.text) < 9)
    assert more.facts.augmented["typos"] == len(plain.train) - short, "no word of four letters"
    for copy in extra:
        original = known[copy.id.partition("~")[0]]
        assert copy.values == original.values
        assert copy.item.prompt != original.item.prompt
    assert replace(more, train=plain.train).facts.model_copy(update={"augmented": {}}) == plain.facts, "the user's rows"
    assert more.digest != plain.digest
    assert more.digest == load(toy, toy_file, tokenizer, augment_typos=1.0, augment_case=0.5).digest


def test_copies_that_do_not_fit_are_left_out(toy: Task, toy_file: Path, tokenizer: FolderTokenizer) -> None:
    found = load(toy, toy_file, tokenizer, augment_typos=1.0).train
    sizes = {one.id: max(len(sequence.inputs) + 1 for sequence in one.sequences) for one in found}
    grown = [(sizes[one.id], sizes[f"{one.id}~typos"]) for one in found if f"{one.id}~typos" in sizes]
    limit = max(before for before, after in grown if after > before)
    missing = sum(before <= limit < after for before, after in grown)
    made = load(toy, toy_file, tokenizer, augment_typos=1.0, longest_row=limit)
    assert f"{missing} rows drawn for a copy have none: it would be too long" in made.warnings
    assert (
        made.facts.left_out["too long"] == load(toy, toy_file, tokenizer, longest_row=limit).facts.left_out["too long"]
    )


def test_a_share_is_a_share() -> None:
    with pytest.raises(ConfigError, match=r"augment_typos is 3; use 0 to 1"):
        FinetuneConfig(augment_typos=3)
