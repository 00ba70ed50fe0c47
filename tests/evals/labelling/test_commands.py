"""`fewsight label serve` as a command: what it refuses, and what is left when it is killed."""

import json
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from click.testing import CliRunner
from pydantic import BaseModel, Field

from fewsight.cli import root
from fewsight.errors import ConfigError, FewsightError, InputError, NothingUsableError, TaskError
from fewsight.evals.labelling.page.serve import check_task
from fewsight.evals.labelling.rows import row_record
from fewsight.prompts.task import Task
from fewsight.tables import open_histories
from tests.evals.labelling.support import LABELS, table


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a table and task folders."""
    monkeypatch.chdir(tmp_path)
    for name, labels in {"toy": LABELS, "lone": ["late"], "wide": [f"label {n}" for n in range(700)]}.items():
        (tmp_path / name).mkdir()
        head = f'name = "{name}"\nversion = "v1"\ntitle = "What is it?"\n'
        (tmp_path / name / "task.toml").write_text(
            f'{head}[labelling]\nfield = "intent"\nlabels = {json.dumps(labels)}\n'
        )
    table(tmp_path)
    return tmp_path


def refused(*words: str) -> BaseException | None:
    return (
        CliRunner()
        .invoke(root, ["label", "serve", "--no-suggestions", *words, "--histories", "histories.csv"])
        .exception
    )


@pytest.mark.parametrize(
    ("words", "kind", "message"),
    [
        (["toy", "-o", "labels.csv"], ConfigError, "does not end in"),
        (["lone", "-o", "labels.jsonl"], TaskError, "at least two to choose from"),
        (["toy", "-o", "labels.jsonl", "--host", "0.0.0.0"], ConfigError, "stands for every address"),
        (
            ["toy", "-o", "labels.jsonl", "--only", "other.jsonl"],
            InputError,
            "1 of 2 rows to label are not in this table",
        ),
        (
            ["toy", "-o", "labels.jsonl", "--train", "train.jsonl"],
            NothingUsableError,
            "all 3 rows of the table have labels",
        ),
        (["toy", "-o", "wide.jsonl"], InputError, "labelled for task 'wide'"),
    ],
)
def test_what_cannot_be_labelled_is_refused(
    place: Path, words: list[str], kind: type[FewsightError], message: str
) -> None:
    (place / "other.jsonl").write_text('{"id": "c1", "text": "Hi"}\n{"id": "c9", "text": "Hi"}\n')
    (place / "wide.jsonl").write_text('{"id": "c1", "text": "Hi", "answer": {}, "labelling": {"task": "wide"}}\n')
    with open_histories(place / "histories.csv") as histories:  # each has a label already
        lines = [json.dumps(row_record(one.as_of(histories.newest), {"intent": "late"}, {})) for one in histories]
    (place / "train.jsonl").write_text("\n".join(lines) + "\n")
    error = refused(*words)
    assert isinstance(error, kind), error
    assert re.search(message, str(error))


class Lone(BaseModel):
    """A field that leaves no choice."""

    mood: Literal["good"]


class Words(BaseModel):
    """A field without labels."""

    summary: str = Field(max_length=20)


@pytest.mark.parametrize(("output", "words"), [(Lone, "one label in each field"), (Words, "no field with labels")])
def test_a_task_that_leaves_no_choice_is_refused(output: type[BaseModel], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        check_task(Task("t", "v1", "What?", output, {}))


def test_an_empty_table_is_refused(place: Path) -> None:
    (place / "histories.csv").write_text("customer_id,time,kind,text\n")
    assert isinstance(refused("toy", "-o", "labels.jsonl"), FewsightError)


@contextmanager
def command(*words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running command and its address."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import fewsight.cli as c; c.main()",
            "label",
            "serve",
            *words,
            "--histories",
            "histories.csv",
            "-o",
            "labels.jsonl",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        address = re.search(r"http://\S+", line)
        assert address, line
        yield process, address[0]
    finally:
        process.kill()
        process.wait(30)


def call(url: str, path: str, **posted: Any) -> dict[str, Any]:
    base, _, token = url.partition("/?token=")
    headers = {"Content-Type": "application/json", "X-Fewsight-Token": token}
    request = urllib.request.Request(f"{base}{path}", json.dumps({"tab": "a", **posted}).encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as reply:
        read: dict[str, Any] = json.loads(reply.read())
        return read


def test_a_command_that_was_killed_goes_on_and_ctrl_c_ends_it(place: Path) -> None:
    with command("toy", "--by", "anna") as (process, url):
        assert call(url, "/answer", row=0, chosen={"intent": "late"})["row"] == 1
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    with command("toy", "--by", "ben") as (process, url):
        assert call(url, "/next")["row"] == 1
        call(url, "/answer", row=1, chosen={"intent": "refund"})
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert process.stdout is not None
        assert process.stdout.read().startswith("2 of 3 rows are labelled")
    rows = [json.loads(line) for line in (place / "labels.jsonl").read_text().splitlines()]
    assert [(row["id"], row["labelling"]["by"]) for row in rows] == [("c1", "anna"), ("c2", "ben")]


def test_seven_hundred_labels_are_offered_and_only_what_is_wanted_is_asked(place: Path) -> None:
    (place / "wanted.jsonl").write_text('{"id": "c3", "text": "Hi"}\n{"id": "c1", "text": "Hi"}\n')
    with command("wide", "--only", "wanted.jsonl") as (_, url):
        started = call(url, "/start")
        assert len(started["questions"][0]["labels"]) == 700
        assert started["progress"]["rows"] == 2
        assert "Thank you" in call(url, "/next")["history"]["message"]
