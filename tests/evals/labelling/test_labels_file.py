"""The file of labels: whole lines, one for each row, of one task, written by one process."""

import json
from pathlib import Path
from typing import Any

import pytest

from fewsight.errors import ConfigError, FewsightError, InputError, TaskError
from fewsight.evals.labelling.labels_file import LabelsFile
from fewsight.prompts.labelled import read_gold
from tests.evals.labelling.support import toy_task


def row(name: str, label: str | None = "late", task: str = "toy_intent") -> dict[str, Any]:
    answer = {} if label is None else {"intent": label}
    return {
        "id": name,
        "text": f"Hello ü {name}",
        "answer": answer,
        "labelling": {"task": task, "by": "me", "at": "now"},
    }


def test_rows_are_appended_once_and_read_by_training(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    with LabelsFile(path, toy_task()) as file:
        assert file.add(row("a"))
        assert file.add(row("b", None))
        assert not file.add(row("a", "refund"))
    assert path.stat().st_mode & 0o777 == 0o600
    gold = read_gold(path, toy_task())
    assert [(one.id, dict(one.values)) for one in gold.rows] == [("a", {"intent": "late"})]
    assert gold.left_out == [(2, "no field of the task is given")]
    with LabelsFile(path, toy_task()) as file:
        assert list(file.rows) == ["a", "b"]


def test_a_row_is_taken_out_again_and_others_stay_to_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    with LabelsFile(path, toy_task()) as file:
        for name in "abc":
            file.add(row(name))
        lines = path.read_bytes().splitlines(keepends=True)
        assert file.remove("b")["id"] == "b"
        assert path.read_bytes() == lines[0] + lines[2]
        assert file.add(row("b"))


def test_a_line_that_was_cut_off_is_taken_out_and_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "labels.jsonl"
    whole = json.dumps(row("a")) + "\n"
    path.write_text(whole + whole.replace('"a"', '"b"')[:-20])
    with LabelsFile(path, toy_task()) as file:
        assert list(file.rows) == ["a"]
        assert "was cut off" in capsys.readouterr().err
        file.add(row("c"))
    assert [json.loads(line)["id"] for line in path.read_text().splitlines()] == ["a", "c"]


def test_a_last_line_without_its_end_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text(json.dumps(row("a")))
    with LabelsFile(path, toy_task()) as file:
        file.add(row("b"))
    assert [json.loads(line)["id"] for line in path.read_text().splitlines()] == ["a", "b"]


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (json.dumps(row("a", task="other_intent")), InputError, "labelled for task 'other_intent'"),
        (json.dumps(row("a", "lost")), TaskError, "'lost', not a label"),
        ('{"text": "no answer"}', InputError, "no labelled row"),
        ("text,intent\nHi,late\nHo,late", InputError, "line 1: not JSON"),
    ],
)
def test_a_file_of_something_else_is_refused_and_left_as_it_is(
    tmp_path: Path, content: str, kind: type[FewsightError], words: str
) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text(content + "\n")
    for _ in range(2):  # the lock is given back
        with pytest.raises(kind, match=words):
            LabelsFile(path, toy_task())
    assert path.read_text() == content + "\n"


def test_names_that_cannot_be_used_and_a_second_writer_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"does not end in \.jsonl"):
        LabelsFile(tmp_path / "labels.csv", toy_task())
    with pytest.raises(ConfigError, match="no folder"):
        LabelsFile(tmp_path / "nowhere" / "labels.jsonl", toy_task())
    with LabelsFile(tmp_path / "labels.jsonl", toy_task()), pytest.raises(InputError, match="Another `fewsight label"):
        LabelsFile(tmp_path / "labels.jsonl", toy_task())
