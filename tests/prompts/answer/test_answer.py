import json
import re
from collections.abc import Sequence
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field, ValidationError, create_model

from fewsight.prompts.answer.fields import Evidence
from fewsight.prompts.answer.form import AnswerForm, Write
from fewsight.prompts.loading.finding import load_task
from fewsight.tokenizer import Tokenizer

COMMON = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ['say "hi"', "a/b", "a", "ab", "abc", "\\", "}", "退款", "😀", "not_mentioned", "true"]
)
label_sets = st.lists(words, min_size=1, max_size=12, unique=True)


def make_model(label_lists: Sequence[Sequence[str]], with_open: bool) -> type[BaseModel]:
    fields: dict[str, Any] = {f"f{i}": (Literal[tuple(labels)], ...) for i, labels in enumerate(label_lists)}
    fields["sure"] = (bool, ...)
    if with_open:
        fields["evidence"] = (Evidence, ...)
        fields["why"] = (str, Field(max_length=12))
    return create_model("Made", **fields)


def check_all_asks(form: AnswerForm, tokenizer: Tokenizer, picks: Sequence[int]) -> list[str]:
    """Every trie of one path through the form: decodes to the answer's text, by the tokenizer's own tokens."""
    chosen: list[str] = []
    for ask in iter(lambda: form.ask(chosen), None):
        whole = {label: _forced(form, [*chosen, label]) for label in ask.field.labels}
        for label, sequence in zip(ask.labels.labels, ask.labels.sequences, strict=True):
            assert whole[label].startswith(tokenizer.decode(ask.prefill + sequence))
            canonical = tokenizer.encode(whole[label])
            decided = max((len(p) for p in ask.labels.branches if sequence[: len(p)] == p), default=-1) + 1
            most = len(ask.prefill) + decided
            assert list((ask.prefill + sequence)[:most]) == canonical[:most]
        chosen.append(ask.field.labels[picks[len(chosen)] % len(ask.field.labels)])
    return chosen


def _forced(form: AnswerForm, chosen: list[str]) -> str:
    """A whole answer with these labels, and the first ones of the fields after them."""
    labels = [*chosen, *(field.labels[0] for field in form.closed[len(chosen) :])]
    values = {f.path: f.values[f.labels.index(label)] for f, label in zip(form.closed, labels, strict=True)}
    nested: dict[str, Any] = {}
    for path, value in values.items():
        *outer, name = path.split(".")
        place = nested
        for part in outer:
            place = place.setdefault(part, {})
        place[name] = value
    for field in form.open:
        nested[field.path] = [] if field.evidence is not None else "Ab"
    return json.dumps(nested, ensure_ascii=False, separators=(",", ":"))


@COMMON
@given(
    st.lists(label_sets, min_size=1, max_size=3), st.booleans(), st.lists(st.integers(0, 99), min_size=4, max_size=4)
)
def test_scored_tokens_are_those_of_the_whole_answer(
    tokenizer: Tokenizer, labels: list[list[str]], with_open: bool, picks: list[int]
) -> None:
    form = AnswerForm(make_model(labels, with_open), tokenizer)
    chosen = check_all_asks(form, tokenizer, picks)
    assert len(chosen) == len(labels) + 1
    assert form.ask(chosen) is None


@COMMON
@given(st.lists(label_sets, min_size=1, max_size=2), st.integers(0, 3), st.booleans(), st.data())
def test_whatever_the_grammar_allows_is_a_valid_answer(
    tokenizer: Tokenizer, labels: list[list[str]], events: int, scored: bool, data: st.DataObject
) -> None:
    form = AnswerForm(make_model(labels, True), tokenizer)
    chosen = [field.labels[-1] for field in form.closed] if scored else []
    rest = form.write(chosen, events)
    assert isinstance(rest, Write)
    assert tokenizer.decode(rest.prefill) == rest.text
    written = data.draw(st.from_regex(rest.grammar, fullmatch=True))
    text = rest.text + written
    answer = form.parse(text).model_dump()
    assert set(answer["evidence"]) <= {f"E{i}" for i in range(1, events + 1)}
    if scored:
        assert [str(answer[f.path]).lower() if f.path == "sure" else answer[f.path] for f in form.closed] == chosen
    # What is in the prompt already is how the tokenizer itself would begin the whole answer.
    assert tokenizer.encode(text)[: len(rest.prefill)] == list(rest.prefill)


@pytest.mark.parametrize("name", ["intent", "sentiment", "churn_reason", "persona"])
def test_the_built_in_tasks(tokenizer: Tokenizer, name: str) -> None:
    form = AnswerForm(load_task(name).output, tokenizer)
    chosen = check_all_asks(form, tokenizer, [1] * len(form.closed))
    whole, rest = _forced(form, chosen), form.write(chosen, 3)
    assert isinstance(rest, Write)
    assert re.fullmatch(rest.grammar, whole.removeprefix(rest.text))
    assert not re.fullmatch(rest.grammar, whole.removeprefix(rest.text)[:-1])
    unscored = form.write((), 3)
    assert isinstance(unscored, Write)
    assert re.fullmatch(unscored.grammar, whole.removeprefix(unscored.text))
    form.parse(whole)


def test_seventy_seven_labels_and_one(tokenizer: Tokenizer) -> None:
    many = [f"label_{i}" for i in range(77)]  # label_1 begins label_10 ...
    labels: dict[str, Any] = {"intent": (Literal[tuple(many)], ...), "one": (Literal["only"], ...)}
    form = AnswerForm(create_model("M", **labels), tokenizer)
    check_all_asks(form, tokenizer, [70, 0])
    ask = form.ask(["label_7"])
    assert ask is not None
    assert ask.labels.branches == {}
    assert form.write(["label_7", "only"], 0) == '{"intent":"label_7","one":"only"}'


def test_without_events_evidence_is_forced(tokenizer: Tokenizer) -> None:
    form = AnswerForm(create_model("M", ok=(bool, ...), evidence=(Evidence, ...)), tokenizer)
    assert form.write(["true"], 0) == '{"ok":true,"evidence":[]}'
    assert isinstance(form.write(["true"], 1), Write)
    assert isinstance(form.write([], 0), Write)


def test_an_answer_that_breaks_the_model_is_refused(tokenizer: Tokenizer) -> None:
    form = AnswerForm(load_task("sentiment").output, tokenizer)
    for text in ('{"overall":"positive"}', '{"overall":"great"', "", '{"overall":"great"}'):
        with pytest.raises(ValidationError):
            form.parse(text)


def test_the_schema_is_strict_and_limits_evidence(tokenizer: Tokenizer) -> None:
    schema = AnswerForm(load_task("sentiment").output, tokenizer).schema(2)
    objects = [schema, *schema["$defs"].values()]
    assert all(part["additionalProperties"] is False for part in objects)
    assert all(part["required"] == list(part["properties"]) for part in objects)
    assert schema["properties"]["evidence"]["items"]["enum"] == ["E1", "E2"]
    assert schema["properties"]["evidence"]["maxItems"] == 2
    none = AnswerForm(load_task("sentiment").output, tokenizer).schema(0)
    assert none["properties"]["evidence"]["maxItems"] == 0
