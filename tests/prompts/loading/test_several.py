"""Labelling tasks whose answer is a list, made from tables and in Python."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from fewsight.errors import TaskError
from fewsight.prompts.answer.several import label_lists
from fewsight.prompts.cli import tasks
from fewsight.prompts.columns import Columns
from fewsight.prompts.labelled import read_gold
from fewsight.prompts.loading.cell_marks import guess_mark
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.loading.labelling import classification_task
from fewsight.prompts.loading.scaffold import new_labelling_task
from fewsight.prompts.task import NoneOfThese

CELLS = ["late;broken", "price", "late", "broken", "broken; late", "price;late"]
COLUMNS = Columns("text", {"topic": "label"})


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (CELLS, ";"),
        (["late, price", "late", "price"], ","),
        (["late|price", "price|late"], "|"),
        (['["late"]', '["late", "price"]', "[]"], "[]"),
        (["['late', 'price']", "['price']"], "[]"),
        ([["late"], ["late", "price"]], "[]"),
        (["refund, exchange", "refund", "price"], None),
        (["Yes, please", "No, thanks"], None),
        (["a/b", "a", "b"], None),
        (["late"], None),
    ],
)
def test_what_stands_between_labels_is_told_from_the_cells(cells: list[object], mark: str | None) -> None:
    assert guess_mark(cells) == mark


@pytest.fixture(params=["csv", "parquet", "jsonl"])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[list[object]], Path]:
    def write(cells: list[object]) -> Path:
        frame, path = pd.DataFrame({"text": [f"text {n}" for n in range(len(cells))], "label": cells}), tmp_path / "t"
        path = path.with_suffix(f".{request.param}")
        if request.param == "jsonl":
            frame.to_json(path, orient="records", lines=True)
        else:
            getattr(frame, f"to_{request.param}")(path, index=False)
        return path

    return write


@pytest.mark.parametrize("cells", [CELLS, [cell.replace(" ", "").split(";") for cell in CELLS]])
def test_a_task_of_a_table(
    table: Callable[[list[object]], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cells: list[object]
) -> None:
    monkeypatch.chdir(tmp_path)
    path = table(cells)
    intake = new_labelling_task("topic", tmp_path, path, COLUMNS, several="auto")
    assert (sorted(intake.labels), intake.left_out, intake.mark) == (["broken", "late", "price"], 0, None)
    task = load_task("topic")
    (labels,) = label_lists(task.output)
    assert (labels.path, labels.labels) == ("topic", ("broken", "late", "price"))
    assert task.shots[0].answer == {"topic": {"broken": True, "late": True, "price": False}}
    assert "true or false" in task.templates["en", "full"]
    assert [row.values["topic.late"] for row in read_gold(path, task).rows] == [True, False, True, False, True, True]


def test_a_table_of_one_label_each_says_where_it_seems_to_hold_several(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    pd.DataFrame({"text": [f"text {n}" for n in range(6)], "label": CELLS}).to_csv("t.csv", index=False)
    words = ["new", "topic", "--from", "t.csv", "--text", "text", "--label", "label"]
    said = CliRunner().invoke(tasks, words, catch_exceptions=False).output
    assert "Cells seem to hold several labels each, such as 'late;broken'" in said
    assert "give --several as well, and --force" in said
    again = CliRunner().invoke(tasks, [*words, "--several", "--force"], catch_exceptions=False)
    assert "3 labels" in again.output
    assert "seem to hold" not in again.output
    assert label_lists(load_task("topic").output)


def test_a_mark_may_be_given_and_must_be_there(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("text,label\na,x/y\nb,x\nc,z\n")
    with pytest.raises(TaskError, match="No cell of column 'label' seems to hold several labels"):
        new_labelling_task("topic", tmp_path, path, COLUMNS, several="auto")
    assert sorted(new_labelling_task("topic", tmp_path, path, COLUMNS, several="/").labels) == ["x", "y", "z"]
    with pytest.raises(TaskError, match="--several needs no --none-of-these"):
        new_labelling_task("other", tmp_path, path, COLUMNS, several="/", none_of_these=NoneOfThese("none"))


def test_in_python() -> None:
    task = classification_task("topic", ["late", "price"], several=True, examples=[("Late!", ["late"]), ("Hm", [])])
    assert [shot.answer for shot in task.shots] == [
        {"topic": {"late": True, "price": False}},
        {"topic": {"late": False, "price": False}},
    ]
    with pytest.raises(TaskError, match="label 'lost' is not among"):
        classification_task("topic", ["late", "price"], several=True, examples=[("Late!", ["late", "lost"])])
    with pytest.raises(TaskError, match="leave none_of_these out"):
        classification_task("topic", ["late", "price"], several=True, none_of_these="none")


@pytest.mark.parametrize("values", [[True, False, True], ["True", "False", "True"], [1.0, 0.0, 1.0], ["1", "0", "1"]])
def test_truths_and_whole_numbers_make_the_same_labels_in_every_format(
    table: Callable[[list[object]], Path], tmp_path: Path, values: list[object]
) -> None:
    path = table(values)
    labels = sorted(new_labelling_task("topic", tmp_path, path, COLUMNS).labels)
    assert labels in (["false", "true"], ["0", "1"])
    assert (labels == ["0", "1"]) == (values[0] in (1.0, "1") and values[0] is not True)
