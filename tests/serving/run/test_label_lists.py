"""Lists of labels through a run, and labels that are written rather than scored."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pytest
from pydantic import Field, create_model

from fewsight.prompts.answer.form import AnswerForm
from fewsight.prompts.loading.labelling import classification_task
from fewsight.prompts.task import Task
from fewsight.serving.engines.base import Completion, Failure, GenerateRequest, ScoreRequest
from fewsight.serving.engines.registry import find_engine
from fewsight.serving.engines.scripted.engine import ScriptedEngine
from fewsight.serving.run import session
from fewsight.serving.run.api import run
from fewsight.serving.run.outcome import Run
from fewsight.tokenizer import Tokenizer

FRAME = pd.DataFrame({"text": ["It came late and broken.", "Thanks!"], "customer_id": ["c1", "c2"]})


class Engine(ScriptedEngine):
    """Writes `text` token by token of `pieces`; gives yes to labels by `yes`, in the order of the list."""

    text: str | None = None
    shares: tuple[float, ...] = ()
    scored: int = 0

    def generate(self, requests: Sequence[GenerateRequest]) -> Iterator[Completion | Failure]:
        for done in super().generate(requests):
            if self.text is None or isinstance(done, Failure) or not done.text.endswith(self.text[-9:]):
                yield done
                continue
            ids = tuple(token for letter in done.text for token in self.tokenizer.encode(letter))
            yield replace(done, token_ids=ids)

    def score(self, requests: Sequence[ScoreRequest]) -> Any:
        type(self).scored += len(requests)
        return super().score(requests)


def listing(**bounds: Any) -> Task:
    topics: Any = list[Literal["late delivery", "No. 5", "price"]]
    task = classification_task("topic", ["a", "b"])
    output = create_model("Output", topics=(topics, Field(**bounds)), sure=(bool, ...))
    return replace(task, output=output, descriptions={"en": {"topics": {"price": "what it costs"}}})


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch, model_path: Path) -> Any:
    def go(task: Task, answers: Any = None, weights: Any = None, **options: Any) -> tuple[Run, type[Engine]]:
        class Fresh(Engine):
            pass

        made = replace(find_engine("scripted"), start=lambda o: Fresh(o.model, answers=answers, probabilities=weights))
        monkeypatch.setattr(session, "find_engine", lambda name: made)
        Fresh.text = options.pop("stray", None)
        return run(task, FRAME, engine="scripted", model=str(model_path), **options), Fresh

    return go


def by_place(*shares: float) -> Any:
    """Yes to the labels of the list by their place, found by how often a prompt says true or false already."""

    def weigh(request: ScoreRequest) -> Sequence[float]:
        place = weigh.asked.setdefault(request.id, 0)  # type: ignore[attr-defined]
        weigh.asked[request.id] += 1  # type: ignore[attr-defined]
        yes = shares[place % len(shares)]
        return (yes, 1 - yes)

    weigh.asked = {}  # type: ignore[attr-defined]
    return weigh


BOUNDED: Any = [
    ({"min_length": 1}, (0.1, 0.3, 0.2, 0.5), ["No. 5"]),
    ({"max_length": 1}, (0.6, 0.8, 0.7, 0.5), ["No. 5"]),
]


@pytest.mark.parametrize(
    ("bounds", "shares", "topics"),
    [
        ({}, (0.9, 0.2, 0.6, 0.5), ["late delivery", "price"]),
        ({}, (0.1, 0.2, 0.3, 0.5), []),
        *BOUNDED,
    ],
)
def test_each_label_is_a_yes_or_no_and_the_answer_a_list(
    start: Any, bounds: dict[str, int], shares: tuple[float, ...], topics: list[str]
) -> None:
    done, _ = start(listing(**bounds), weights=by_place(*shares))
    keys = ["topics.late delivery", "topics.No_ 5", "topics.price", "sure"]
    for insight in done.insights:
        assert insight.answer == {"topics": topics, "sure": True}
        assert [insight.probabilities[key]["true"] for key in keys] == pytest.approx(shares)
    assert set(done.summaries[0].labels["topic"]) == set(keys)


@pytest.mark.parametrize(("bounds", "shares", "topics"), BOUNDED)
def test_a_written_list_of_another_length_is_chosen_again(
    start: Any, bounds: dict[str, int], shares: tuple[float, ...], topics: list[str]
) -> None:
    said = json.dumps("max_length" in bounds)
    text = f'{{"topics":{{"late delivery":{said},"No_ 5":{said},"price":{said}}},"sure":true}}'
    done, engine = start(
        listing(**bounds),
        answers=lambda request: ending(request, text),
        weights=by_place(*shares),
        probabilities=False,
    )
    assert [insight.answer for insight in done.insights] == [{"topics": topics, "sure": True}] * 2
    assert [insight.probabilities for insight in done.insights] == [{}, {}]
    assert engine.scored == 8
    done, engine = start(listing(), answers=lambda request: ending(request, text), probabilities=False)
    every = ["late delivery", "No. 5", "price"]
    assert [i.answer["topics"] for i in done.insights] == [every if said == "true" else []] * 2
    assert engine.scored == 0


def test_labels_in_other_tokens_than_the_tokenizers_are_chosen_again(start: Any, tokenizer: Tokenizer) -> None:
    task = classification_task("topic", ["refund", "refund request", "delivery"])
    written: dict[str, Any] = {
        "probabilities": False,
        "answers": lambda request: ending(request, '{"topic":"refund request"}'),
    }
    kept, engine = start(task, **written)
    assert [insight.answer for insight in kept.insights] == [{"topic": "refund request"}] * 2
    assert engine.scored == 0
    strayed, engine = start(task, stray='request"}', weights=lambda request: (0.1, 0.2, 0.7), **written)
    assert [insight.answer for insight in strayed.insights] == [{"topic": "delivery"}] * 2
    assert engine.scored == 2
    assert {insight.status for insight in strayed.insights} == {"ok"}


def ending(request: GenerateRequest, text: str) -> str:
    """What is left of a text to write after what the prompt holds already."""
    assert request.grammar is not None
    return next(text[start:] for start in range(len(text)) if re.fullmatch(request.grammar, text[start:]))


def test_only_the_closed_part_must_be_in_the_tokenizers_tokens(tokenizer: Tokenizer) -> None:
    kind: Any = Literal["refund", "delivery"]
    output = create_model("Output", kind=(kind, ...), why=(str, Field(max_length=20)))
    form, text = AnswerForm(output, tokenizer), '{"kind":"refund","why":"too late"}'
    tokens = tokenizer.encode(text)
    assert form.is_kept_by(text, tokens)
    place = text.index("too late")
    letters = [token for letter in text[place:] for token in tokenizer.encode(letter)]
    assert form.is_kept_by(text, [*tokenizer.encode(text[:place]), *letters])
    spelt = [token for letter in text for token in tokenizer.encode(letter)]
    assert not form.is_kept_by(text, spelt)
    assert form.is_kept_by(text[:20], spelt)  # cut: that is an error of its own
