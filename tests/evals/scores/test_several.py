"""Fields with several labels at once."""

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from fewsight.evals.arms.answers import RowAnswer
from fewsight.evals.arms.row_run import _row_answer
from fewsight.evals.model import ArmPart, Cost, DataFacts, TaskPart
from fewsight.evals.report.tables import several
from fewsight.evals.scores.several import list_paths, several_figures
from fewsight.events import CustomerHistory, Event
from fewsight.insight import Insight
from fewsight.prompts.answer.fields import Evidence, closed_fields
from fewsight.prompts.labelled import GoldRow
from fewsight.prompts.loading.labelling import classification_task


class Output(BaseModel):
    """A mood, topics and evidence."""

    mood: Literal["good", "bad"]
    evidence: Evidence
    topics: Annotated[list[str], Field(max_length=3)]


TASK = replace(classification_task("toy", ["good", "bad"]), output=Output)


def row(number: int, *topics: str) -> GoldRow:
    history = CustomerHistory(f"c{number}", (Event("e", None, "message", text="Hi"),))
    return GoldRow(f"r{number}", 2, history, {"mood": "good", "topics": list(topics)}, "en")


def test_lists_that_name_no_events_have_an_f1() -> None:
    rows = [row(1, "Price", "size"), row(2), row(3, "colour")]
    answers = {
        "r1": RowAnswer({}, lists={"topics": ("price", "taste")}),
        "r2": RowAnswer({}, lists={"topics": ()}),
        "r3": RowAnswer({}, lists={}, error="cut"),
    }
    assert list_paths(TASK) == ("topics",)
    figures = several_figures(rows, answers, TASK)["topics"]
    assert figures["micro F1"].value == 2 * 1 / (3 + 2)
    assert figures["row F1"].value == (0.5 + 1 + 0) / 3
    assert figures["macro F1"].value == 1 / 4, "one of price, size, taste, colour"
    assert figures["row F1"].customers == 3


def test_arms_and_rows_without_lists_have_none() -> None:
    assert several_figures([row(1, "a")], {"r1": RowAnswer({})}, TASK) == {}
    bare = replace(row(1), values={"mood": "good"})
    assert several_figures([bare], {"r1": RowAnswer({}, lists={})}, TASK) == {}


def test_answers_of_a_run_keep_their_lists() -> None:
    insight = Insight("c1", "toy", None, {"mood": "good", "evidence": ["e"], "topics": ["a", "b"]}, evidence=("e",))
    answer = _row_answer(insight, row(1), closed_fields(Output))
    assert answer.lists is not None
    assert answer.lists["topics"] == ("a", "b")
    assert answer.evidence == ("E1",)


def test_the_table_names_field_and_arm() -> None:
    figures = several_figures([row(1, "a")], {"r1": RowAnswer({}, lists={"topics": ("a",)})}, TASK)
    data = DataFacts(train_rows=0, calibration_rows=0, test_rows=1, test_customers=1, test_digest="")
    arm = ArmPart(name="x", kind="prompt", family="x", description="", cost=Cost())
    part = TaskPart(task="toy", title="", version="v1", data=data, arms=(arm,), fields=(), several={"x": figures})
    ((path, name, micro, *_),) = several(part).rows
    assert (path, name) == ("topics", "x")
    assert micro.startswith("100.0 %")


class Listed(BaseModel):
    """Labels of a list."""

    topics: list[Literal["price", "No. 5", "size"]]


def test_lists_of_labels_have_an_f1_of_every_arm() -> None:
    task = replace(TASK, output=Listed)
    keys = ("topics.price", "topics.No_ 5", "topics.size")

    def listed(number: int, *named: bool) -> GoldRow:
        return replace(row(number), values=dict(zip(keys, named, strict=True)))

    rows = [listed(1, True, True, False), listed(2, False, False, True), replace(row(3), values={})]
    insight = Insight("c1", "toy", None, {"topics": ["No. 5", "size"]})
    by_run = _row_answer(insight, rows[0], closed_fields(Listed))
    assert by_run.labels == {"topics.price": "false", "topics.No_ 5": "true", "topics.size": "true"}
    answers = {
        "r1": by_run,
        "r2": RowAnswer({"topics.size": "true", "topics.price": "false", "topics.No_ 5": "false"}),
        "r3": RowAnswer({"topics.size": "true"}),
    }
    assert list_paths(task) == ("topics",)
    figures = several_figures(rows, answers, task)["topics"]
    assert figures["micro F1"].value == 2 * 2 / (3 + 3)
    assert figures["micro F1"].customers == 2
