"""A task made from a table remembers its columns: another table like it is read as it is."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from fewsight.cli import root
from fewsight.errors import MappingError, TaskError
from fewsight.prompts.labelled import load_pool, read_gold
from fewsight.prompts.loading.finding import load_task

TABLE = "ticket,message,desk,sent\nc1,Where is it,delivery,2026-03-01\nc2,I was charged twice,billing,2026-03-02\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a table and the task that was made from it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tickets.csv").write_text(TABLE)
    words = ["tasks", "new", "who_answers", "--from", "tickets.csv", "--text", "message", "--label", "desk"]
    done = CliRunner().invoke(root, [*words, "--customer-id", "ticket", "--time", "sent"])
    assert done.exit_code == 0, (done.output, done.exception)
    return tmp_path


def test_the_same_table_is_read_as_it_is(place: Path) -> None:
    task = load_task("who_answers")
    rows = read_gold(place / "tickets.csv", task).rows
    assert [(row.history.events[0].text, row.values["answers"], row.customer_id) for row in rows] == [
        ("Where is it", "delivery", "c1"),
        ("I was charged twice", "billing", "c2"),
    ]
    assert all(row.time is not None for row in rows)
    assert len(load_pool(place / "tickets.csv", task)) == 2


def test_plain_names_are_read_too(place: Path) -> None:
    (place / "plain.csv").write_text("text,label\nMy parcel is lost,delivery\n")
    (row,) = read_gold(place / "plain.csv", load_task("who_answers")).rows
    assert (row.history.events[0].text, row.values["answers"]) == ("My parcel is lost", "delivery")


def test_what_is_missing_is_named(place: Path) -> None:
    (place / "other.csv").write_text("words,label\nMy parcel is lost,delivery\n")
    with pytest.raises(MappingError, match="no column 'message' or 'text'"):
        read_gold(place / "other.csv", load_task("who_answers"))


def test_columns_shape_no_prompt(place: Path) -> None:
    task = load_task("who_answers")
    assert task.columns is not None
    assert replace(task, columns=None).digest == task.digest


def test_wrong_columns_are_named(place: Path) -> None:
    path = place / "who_answers" / "task.toml"
    good = path.read_text()
    assert good.count('text = "message"') == 1
    path.write_text(good.replace('text = "message"', 'txt = "message"\ntime = 3').replace('time = "sent"', ""))
    with pytest.raises(TaskError) as caught:
        load_task("who_answers")
    assert "[columns] has an unknown key 'txt'. Did you mean 'text'" in str(caught.value)
    assert "columns.time is 3; write the name of a column" in str(caught.value)
    path.write_text(good.replace('answers = "desk"', 'anwers = "desk"'))
    with pytest.raises(TaskError, match=r"columns\.labels names 'anwers', which is no field. Did you mean 'answers'"):
        load_task("who_answers")
