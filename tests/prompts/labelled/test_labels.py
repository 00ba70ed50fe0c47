import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pytest
from pydantic import Field, create_model

from fewsight.errors import TaskError
from fewsight.prompts.labelled import load_pool, read_gold
from fewsight.prompts.labelled.labels import known_label, split_labels
from fewsight.prompts.loading.labelling import classification_task
from fewsight.prompts.task import Task

LABELS = ("delivery", "quality", "refund", "refund, exchange", "a;b")


def task_of(**fields: Any) -> Task:
    return replace(classification_task("topic", ["a", "b"]), output=create_model("Output", **fields), descriptions={})


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("delivery;quality", ["delivery", "quality"]),
        ("quality | delivery", ["quality", "delivery"]),
        ("refund, exchange", ["refund, exchange"]),
        ("refund, delivery", ["refund", "delivery"]),
        ("delivery,refund, exchange", ["delivery", "refund, exchange"]),
        ("a;b;refund", ["a;b", "refund"]),
        ('["delivery", "a;b"]', ["delivery", "a;b"]),
        ("['delivery', 'quality']", ["delivery", "quality"]),
        (["delivery"], ["delivery"]),
        ("[]", []),
        (";delivery;", ["delivery"]),
        ("delivery; lost", ["delivery", "lost"]),
        ("refunds", ["refunds"]),
    ],
)
def test_labels_of_one_cell(cell: Any, words: list[str]) -> None:
    assert split_labels(cell, LABELS) == words


@pytest.mark.parametrize("cell", [True, "True", "true", "TRUE", 1, 1.0, "1", "1.0"])
@pytest.mark.parametrize("labels", [("true", "false"), ("True", "False"), ("0", "1"), ("0.0", "1.0")])
def test_truths_are_alike_in_every_format(cell: Any, labels: tuple[str, ...]) -> None:
    yes = next(label for label in labels if label.lower() in ("true", "1", "1.0"))
    assert known_label(cell, labels) == yes


def test_other_words_are_no_truths() -> None:
    assert known_label("true", ("5", "1")) is None
    assert known_label("1", ("true", "false", "unknown")) is None
    assert known_label("Refund", ("refund",)) is None


@pytest.fixture(params=["csv", "parquet", "jsonl"])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[pd.DataFrame], Path]:
    def write(frame: pd.DataFrame) -> Path:
        path = tmp_path / f"rows.{request.param}"
        if request.param == "jsonl":
            frame.to_json(path, orient="records", lines=True)
        else:
            getattr(frame, f"to_{request.param}")(path, index=False)
        return path

    return write


def test_whole_numbers_and_truths_of_tables(table: Callable[[pd.DataFrame], Path]) -> None:
    task = task_of(stars=(Literal[1, 5], ...), churned=(bool, ...))
    rows = read_gold(
        table(pd.DataFrame({"text": ["a", "b", "c"], "stars": [5.0, None, 1.0], "churned": [1, 0, 1]})), task
    )
    assert [row.values for row in rows.rows] == [
        {"stars": 5, "churned": True},
        {"churned": False},
        {"stars": 1, "churned": True},
    ]
    words = pd.DataFrame({"text": ["a", "b"], "label": ["1", "0"], "other": [1, 2]})
    rows = read_gold(table(words), task_of(churned=(Literal["True", "False"], ...)))
    assert [row.values["churned"] for row in rows.rows] == ["True", "False"]


def test_lists_of_labels_of_tables(table: Callable[[pd.DataFrame], Path]) -> None:
    task = task_of(topics=(list[Literal["delivery", "No. 5"]], Field(max_length=2)))
    path = table(pd.DataFrame({"text": ["a", "b", "c"], "topics": ["No. 5;delivery", "delivery", None]}))
    gold = read_gold(path, task)
    assert [row.values for row in gold.rows] == [
        {"topics.delivery": True, "topics.No_ 5": True},
        {"topics.delivery": True, "topics.No_ 5": False},
    ]
    assert len(gold.left_out) == 1
    (first, _) = [
        shot.answer for shot in load_pool(table(pd.DataFrame({"text": ["a", "b"], "label": ["No. 5", "[]"]})), task)
    ]
    assert first == {"topics": {"delivery": False, "No_ 5": True}}


def test_lists_of_labels_of_shots(tmp_path: Path) -> None:
    task = task_of(
        topics=(list[Literal["delivery", "price"]], Field(max_length=1)), mood=(Literal["x", "y"] | None, ...)
    )
    answers: list[Any] = [
        {"topics": ["price"], "mood": None},
        {"topics": [], "mood": "x"},
        {"mood": "y"},
        {"topics": {"price": True}},
        {"topics": {"price": True, "delivery": False}},
    ]
    path = tmp_path / "rows.jsonl"
    lines = [json.dumps({"id": f"s{n}", "text": f"text {n}", "answer": answer}) for n, answer in enumerate(answers)]
    path.write_text("\n".join(lines))
    assert [row.values for row in read_gold(path, task).rows] == [
        {"topics.delivery": False, "topics.price": True, "mood": None},
        {"topics.delivery": False, "topics.price": False, "mood": "x"},
        {"mood": "y"},
        {"topics.price": True},
        {"topics.delivery": False, "topics.price": True},
    ]


@pytest.mark.parametrize(
    ("topics", "message"),
    [
        ('["price", "lost"]', "topics is 'lost', not a label"),
        ('["price", "delivery"]', "at most 1 item"),
        ('{"price": "perhaps", "delivery": false}', "topics"),
    ],
)
def test_lists_that_can_not_be_are_refused(tmp_path: Path, topics: str, message: str) -> None:
    task = task_of(topics=(list[Literal["delivery", "price"]], Field(max_length=1)))
    path = tmp_path / "rows.jsonl"
    path.write_text(f'{{"id": "s", "text": "a", "answer": {{"topics": {topics}}}}}')
    with pytest.raises(TaskError, match=message):
        read_gold(path, task)


def test_a_number_that_no_answer_can_be_is_refused(tmp_path: Path) -> None:
    task = task_of(kind=(Literal["a", "b"], ...), score=(float, Field(ge=0, le=1)))
    path = tmp_path / "rows.jsonl"
    path.write_text('{"id": "s", "text": "a", "answer": {"kind": "a", "score": 0.123}}')
    with pytest.raises(TaskError, match=r"answer.score is 0.123, which no answer can be; it can be 0.0, 0.01, 0.02"):
        read_gold(path, task)
