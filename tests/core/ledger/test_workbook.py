"""Insights as an Excel workbook, read again by another library."""

import stat
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from fewsight.cli import root
from fewsight.export import export
from fewsight.export import sheets as writing
from fewsight.insight import Insight

HOSTILE = ("=1+1", '=HYPERLINK("http://x","y")', "@SUM(A1)", "http://example.org", "0012", "a\x01b", "\ud800", "+1+2")


def insight(number: int, label: str, share: float = 0.75, **more: Any) -> Insight:
    answer = {"intent": label, "summary": f"words {number}", **more}
    return Insight(f"c{number}", "intent", None, answer, probabilities={"intent": {label: share, "other": 1 - share}})


def sheets(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    book = openpyxl.load_workbook(path)
    return {sheet.title: [tuple(cell.value for cell in row) for row in sheet.iter_rows()] for sheet in book}


def test_three_sheets_hold_insights_probabilities_and_counts(tmp_path: Path) -> None:
    rows = [insight(1, "refund"), insight(2, "refund", 1.0), insight(3, "order")]
    assert export(rows, tmp_path / "x.xlsx", "xlsx").rows == 3
    book = sheets(tmp_path / "x.xlsx")
    assert list(book) == ["insights", "probabilities", "counts"]
    head, first, *_ = book["insights"]
    assert dict(zip(head, first, strict=True))["answer.intent"] == "refund"
    assert dict(zip(head, first, strict=True))["probability.intent"] == 0.75
    assert book["probabilities"][1:3] == [
        ("c1", "intent", "intent", "refund", 0.75, True),
        ("c1", "intent", "intent", "other", 0.25, False),
    ]
    assert book["counts"] == [
        ("task", "field", "label", "insights", "share"),
        ("intent", "intent", "refund", 2, pytest.approx(2 / 3)),
        ("intent", "intent", "order", 1, pytest.approx(1 / 3)),
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_every_text_is_text_and_no_formula_or_link(text: str, tmp_path: Path) -> None:
    export([insight(1, text, note=text)], tmp_path / "x.xlsx", "xlsx")
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "b", "inlineStr"}
    assert [cell.hyperlink for cell in cells if cell.hyperlink] == []
    assert not [cell.value for cell in cells if str(cell.value).startswith(("=", "@", "+"))]
    (note,) = [row[[cell.value for cell in book["insights"][1]].index("answer.note")] for row in book["insights"]][1:]
    assert isinstance(note.value, str)


def test_limits_of_excel_are_kept_and_nothing_is_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MOST_ROWS", 4)
    rows = [insight(number, "refund", note="x" * 40_000) for number in range(5)]
    export(rows, tmp_path / "x.xlsx", "xlsx")
    book = sheets(tmp_path / "x.xlsx")
    names = [name for name in book if name.startswith("insights")]
    assert names == ["insights", "insights 2"]
    assert [row[0] for name in names for row in book[name][1:]] == [f"c{number}" for number in range(5)]
    note = book["insights"][1][book["insights"][0].index("answer.note")]
    assert len(note) == writing.LONGEST
    assert note.endswith(writing.CUT)


def test_without_probabilities_labels_are_counted_and_words_are_not(tmp_path: Path) -> None:
    rows = [
        Insight(f"c{n}", "t", None, {"mood": "good", "said": f"{n} " * 40, "sure": True, "rate": 0.5}) for n in range(3)
    ]
    export(rows, tmp_path / "x.xlsx", "xlsx")
    assert sheets(tmp_path / "x.xlsx")["counts"][1:] == [("t", "mood", "good", 3, 1), ("t", "sure", "true", 3, 1)]


def test_each_label_of_a_list_is_counted_as_yes_or_no(tmp_path: Path) -> None:
    shares = {"topics.price": {"true": 0.9, "false": 0.1}, "topics.size": {"false": 0.8, "true": 0.2}}
    export([Insight("c", "t", None, {"topics": ["price"]}, probabilities=shares)], tmp_path / "x.xlsx", "xlsx")
    book = sheets(tmp_path / "x.xlsx")
    assert [row[2:4] for row in book["probabilities"][1:] if row[5]] == [
        ("topics.price", "true"),
        ("topics.size", "false"),
    ]
    assert [row[1:4] for row in book["counts"][1:]] == [("topics.price", "true", 1), ("topics.size", "false", 1)]


def test_the_command_writes_one_by_its_ending_and_privately_where_restored(model_path: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("customer_id,text\na,Mail me at ann@example.org\n")
    given = ["--histories", str(tmp_path / "t.csv"), "--engine", "scripted", "--model", str(model_path)]
    assert CliRunner().invoke(root, ["run", "intent", *given, "--out", str(tmp_path / "run")]).exit_code == 0
    target = tmp_path / "x.xlsx"
    done = CliRunner().invoke(root, ["export", str(tmp_path / "run"), "-o", str(target), "--restore"])
    assert done.exit_code == 0, (done.output, done.exception)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert sheets(target)["insights"][1][0] == "a"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
