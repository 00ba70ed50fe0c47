"""Training tokens are what serving scores and writes; loss lies on given values and nothing else."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import create_model

from fewsight.finetune.rows.rows import RowMaker, TrainingRow
from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.labelled import read_gold
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.loading.labelling import classification_task
from fewsight.prompts.task import Task
from fewsight.serving.engines.base import Scored, ScoreRequest
from fewsight.serving.models.tokenizer import FolderTokenizer
from fewsight.serving.run.answering import Answering
from fewsight.serving.run.options import PromptOptions, RunOptions

INTENTS = ["late", "late_again", "refund", 'say "hi"', "退款", "refund/part"]
TASK = classification_task("toy_intent", INTENTS)
SEVERAL = classification_task("toy_topics", ["late", "late again", "No. 5", 'say "hi"'], several=True)
STARS: Any = Literal[1, 2, 10] | None
OPTIONAL = replace(TASK, name="toy_stars", output=create_model("Output", stars=(STARS, ...), urgent=(bool | None, ...)))
SENTIMENT = load_task("sentiment")
CHURN = load_task("churn_reason")


def write(path: Path, *lines: Any) -> Path:
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines) + "\n")
    return path


def maker(task: Task, tokenizer: FolderTokenizer, limit: int = 4096) -> RowMaker:
    return RowMaker(task, PromptOptions(style="compact"), tokenizer, limit, seed=0)


class Gold:
    """An engine that scores the gold label highest, and remembers what it was asked."""

    def __init__(self, tokenizer: FolderTokenizer, labels: Sequence[str]) -> None:
        from fewsight.serving.engines.base import Capabilities

        self.tokenizer = tokenizer
        self.capabilities = Capabilities(score=True, prefill=True, adapters="none")
        self.asked: list[tuple[ScoreRequest, int]] = []
        self._labels = list(labels)

    def score(self, requests: Sequence[ScoreRequest]) -> Iterator[Scored]:
        (request,) = requests
        index = request.labels.labels.index(self._labels[len(self.asked)])
        self.asked.append((request, index))
        shares = tuple(float(i == index) for i in range(len(request.labels.labels)))
        yield Scored(request.id, shares, shares, 0.0, 1, len(request.prompt), 0)

    def generate(self, requests: Sequence[Any]) -> Iterator[Any]:
        yield from ()


def served_decisions(task: Task, row: TrainingRow, tokenizer: FolderTokenizer) -> set[tuple[str, tuple[int, ...], int]]:
    """(field, tokens before, token) of every decision that serving makes on the way to the gold answer."""
    fields = closed_fields(task.output)
    labels = [field.labels[field.values.index(row.values[field.path])] for field in fields]
    engine: Any = Gold(tokenizer, labels)
    answerer = Answering(engine, maker(task, tokenizer).preparer, RunOptions((task.name,)), adapter=None)
    answerer.answer([row.item])
    found = set()
    for field, (request, index) in zip(fields, engine.asked, strict=True):
        sequence = request.labels.sequences[index]
        for depth, token in enumerate(sequence):
            if sequence[:depth] in request.labels.branches:
                found.add((field.path, request.prompt + sequence[:depth], token))
    return found


def trained_decisions(row: TrainingRow) -> set[tuple[str, tuple[int, ...], int]]:
    return {
        (
            target.field,
            (*sequence.prompt, *sequence.answer.tokens[: target.position]),
            sequence.answer.tokens[target.position],
        )
        for sequence in row.sequences
        for target in sequence.answer.targets
        if target.legal
    }


def answers(task: Task) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({field.path: st.sampled_from(field.values) for field in closed_fields(task.output)})


@pytest.mark.parametrize(
    "task", [TASK, SENTIMENT, CHURN, load_task("persona"), SEVERAL, OPTIONAL], ids=lambda task: task.name
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_training_decides_what_serving_decides(task: Task, data: st.DataObject, tokenizer: FolderTokenizer) -> None:
    from fewsight.events import CustomerHistory, Event
    from fewsight.prompts.labelled import GoldRow

    values = data.draw(answers(task))
    text = data.draw(st.text(min_size=1, max_size=40))
    gold = GoldRow("a", 1, CustomerHistory("c", (Event("E1", None, "message", text=text),)), values, "en")
    (row,) = maker(task, tokenizer).make([gold]).rows
    assert trained_decisions(row) == served_decisions(task, row, tokenizer)


def test_one_sequence_serves_all_fields(tokenizer: FolderTokenizer) -> None:
    gold = read_gold_of(SENTIMENT.shots[0], SENTIMENT)
    (row,) = maker(SENTIMENT, tokenizer).make([gold]).rows
    (sequence,) = row.sequences
    targets = {target.field for target in sequence.answer.targets}
    assert targets == set(maker(SENTIMENT, tokenizer).preparer.forms["sentiment"].paths)
    positions = [target.position for target in sequence.answer.targets]
    assert positions == sorted(set(positions))
    assert positions[-1] == len(sequence.answer.tokens) - 1


def read_gold_of(shot: Any, task: Task) -> Any:
    from fewsight.answers import flatten
    from fewsight.prompts.labelled import GoldRow

    return GoldRow(shot.id, 1, shot.history, flatten(shot.answer), shot.language)


def said(sequence: Any, tokenizer: FolderTokenizer) -> str:
    """The answer with the tokens that carry loss in brackets."""
    marked = {target.position for target in sequence.answer.targets}
    text = ""
    for place, token in enumerate(sequence.answer.tokens):
        word = tokenizer.decode([token])
        text += f"[{word}]" if place in marked else word
    return text


def test_loss_lies_on_what_serving_does_not_put_in_the_prompt(tokenizer: FolderTokenizer, tmp_path: Path) -> None:
    file = write(
        tmp_path / "rows.jsonl",
        {"id": "a", "text": "x", "answer": {"reason": "delivery/late", "evidence": ["E1"], "summary": "It came late."}},
    )
    (row,) = maker(CHURN, tokenizer).make(read_gold(file, CHURN).rows).rows
    text = said(row.sequences[0], tokenizer)
    assert text.startswith('{"reason":"')
    assert text.replace("[", "").replace("]", "").startswith('{"reason":"delivery/late","evidence":"E1","summary":"')
    assert '/][l][ate][","]evidence' in text  # the token that closes a value decides that it ends there
    # After the prefilled opening the model writes what stands between open fields too, token by token.
    assert text.endswith('evidence[":["][E][1]["]][,"][summary][":"][I][t][ came][ late][."}]')
    assert "[reason]" not in text
    assert "[evidence]" not in text


def test_partly_labelled_rows_train_what_is_given(tokenizer: FolderTokenizer, tmp_path: Path) -> None:
    file = write(
        tmp_path / "rows.jsonl",
        {"id": "a", "text": "cheap!", "answer": {"aspects": {"price": "positive"}}},
        {"id": "b", "text": "fine", "answer": {"overall": "positive"}},
    )
    first, second = maker(SENTIMENT, tokenizer).make(read_gold(file, SENTIMENT).rows).rows
    assert {target.field for target in first.sequences[0].answer.targets} == {"aspects.price"}
    assert {target.field for target in second.sequences[0].answer.targets} == {"overall"}
    assert tokenizer.decode(first.sequences[0].answer.tokens).startswith('{"overall":"positive","aspects":{"quality":"')


def test_evidence_is_numbered_as_shown(tokenizer: FolderTokenizer, tmp_path: Path) -> None:
    events = [
        {"time": f"2026-01-{day:02d}", "kind": "message", "text": "again and again " * 12} for day in range(1, 20)
    ]
    answer = {"intent": "complaint", "evidence": ["E1", "E19"]}
    file = write(tmp_path / "rows.jsonl", {"id": "a", "events": events, "answer": answer})
    task = load_task("intent")
    short = PromptOptions(style="compact", history_tokens=400)
    made = RowMaker(task, short, tokenizer, 4096, seed=0).make(read_gold(file, task).rows)
    (row,) = made.rows
    assert made.cut == 1
    assert row.item.left_out
    assert row.values["evidence"] == [f"E{row.item.events}"]


def test_too_long_rows_are_left_out_and_counted(tokenizer: FolderTokenizer, tmp_path: Path) -> None:
    file = write(tmp_path / "rows.jsonl", {"id": "a", "text": "x", "answer": {"intent": "late"}})
    made = maker(TASK, tokenizer, limit=60).make(read_gold(file, TASK).rows)
    assert (made.rows, made.too_long) == ([], ["a"])


def test_every_shot_of_the_built_in_tasks_trains(tokenizer: FolderTokenizer) -> None:
    for name in ("intent", "sentiment", "churn_reason", "persona"):
        task = load_task(name)
        assert task.folder is not None
        for language in ("en", "zh"):
            gold = read_gold(task.folder / f"shots.{language}.jsonl", task)
            made = maker(task, tokenizer).make(gold.rows)
            assert len(made.rows) == len(task.shots_in(language)), (made.too_long, made.without_loss)
