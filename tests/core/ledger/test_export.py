import csv
import json
import os
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from fewsight.cli import root
from fewsight.errors import InputError
from fewsight.export import FORMATS, Format, export, to_frame
from fewsight.insight import Insight
from fewsight.ledger import Answer, Ledger, Result
from fewsight.masking import PseudonymFile

MakeAnswer = Callable[..., Answer]
MakeResult = Callable[..., Result]
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)

INSIGHTS = [
    Insight(
        "c1",
        "churn_reason",
        NOON,
        {"reason": "service/late_delivery", "sure": True, "aspect": {"price": "neutral"}, "summary": "Came late, 晚了"},
        ("ev-1", "ev-7"),
        {"reason": {"service/late_delivery": 0.8, "unknown": 0.2}, "sure": {"true": 0.75, "false": 0.25}},
    ),
    Insight("c2", "persona", None, {"visits": 3, "traits": ["saver", "loyal"]}),
    Insight("顾客3", "persona", NOON, None, status="failed", error="the engine died"),
]

FIELDS = ["answer.reason", "answer.sure", "answer.aspect.price", "answer.summary", "answer.visits"]
COLUMNS = [
    *("customer_id", "task", "as_of", "status"),
    *FIELDS,
    *("probability.reason", "probability.sure"),
    *("answer", "evidence", "probabilities", "provenance", "error"),
]


def test_jsonl_holds_each_insight_as_it_is(tmp_path: Path) -> None:
    assert export(INSIGHTS, tmp_path / "x.jsonl", "jsonl").rows == 3
    lines = [json.loads(line) for line in (tmp_path / "x.jsonl").read_text("utf-8").splitlines()]
    names = ["customer_id", "task", "as_of", "answer", "evidence", "probabilities", "provenance", "status", "error"]
    assert [list(line) for line in lines] == [names] * 3
    assert lines[0]["as_of"] == "2024-05-01T12:00:00+00:00"
    assert list(lines[0]["answer"]) == ["reason", "sure", "aspect", "summary"]
    assert [Insight.from_dict(line) for line in lines] == INSIGHTS


def test_csv_reads_back_in_pandas(tmp_path: Path) -> None:
    export(iter(INSIGHTS), tmp_path / "x.csv", "csv")
    golden = (
        "﻿" + ",".join(COLUMNS) + "\r\n"
        'c1,churn_reason,2024-05-01T12:00:00+00:00,ok,service/late_delivery,True,neutral,"Came late, 晚了",,0.8,0.75,'
    )
    assert (tmp_path / "x.csv").read_bytes().decode("utf-8").startswith(golden)
    frame = pd.read_csv(tmp_path / "x.csv", parse_dates=["as_of"])
    assert list(frame.columns) == COLUMNS
    assert frame["customer_id"].tolist() == ["c1", "c2", "顾客3"]
    assert frame["answer.visits"].tolist()[1] == 3
    assert json.loads(frame["answer"][0]) == INSIGHTS[0].answer
    assert json.loads(frame["evidence"][0]) == ["ev-1", "ev-7"]
    assert json.loads(frame["probabilities"][0]) == INSIGHTS[0].probabilities
    assert frame["error"][2] == "the engine died"
    assert frame["as_of"][0] == NOON


def test_parquet_reads_back_typed(tmp_path: Path) -> None:
    export(iter(INSIGHTS), tmp_path / "x.parquet", "parquet")
    table = pq.read_table(tmp_path / "x.parquet")
    assert table.column_names == COLUMNS
    types = {name: str(table.schema.field(name).type) for name in COLUMNS}
    assert types["answer.sure"] == "bool"
    assert types["answer.visits"] == "int64"
    assert types["probability.reason"] == "double"
    assert types["as_of"] == "timestamp[us, tz=UTC]"
    rows = table.to_pylist()
    assert rows[0]["as_of"] == NOON
    assert rows[0]["evidence"] == ["ev-1", "ev-7"]
    assert rows[1]["answer.visits"] == 3
    assert rows[1]["evidence"] == []
    assert json.loads(rows[1]["answer"]) == {"visits": 3, "traits": ["saver", "loyal"]}
    assert rows[2]["answer"] is None
    assert pd.read_parquet(tmp_path / "x.parquet")["probability.sure"][0] == 0.75


def test_fields_of_many_kinds_share_a_column(tmp_path: Path) -> None:
    values: list[Any] = [1, 2.5, "three", True, 10**30, "\ud800"]
    mixed = [Insight(f"c{n}", "t", None, {"v": value, "n": n or 0.5}) for n, value in enumerate(values)]
    export(mixed, tmp_path / "x.parquet", "parquet")
    columns = pq.read_table(tmp_path / "x.parquet").to_pydict()
    assert columns["answer.v"] == ["1", "2.5", "three", "true", str(10**30), "\\ud800"]
    assert columns["answer.n"] == [0.5, 1.0, 2.0, 3.0, 4.0, 5.0]


@pytest.mark.parametrize("form", FORMATS)
def test_no_insights_make_a_readable_empty_file(tmp_path: Path, form: Format) -> None:
    assert export([], tmp_path / "x", form).rows == 0
    if form == "parquet":
        assert pq.read_table(tmp_path / "x").num_rows == 0
    if form == "csv":
        assert (tmp_path / "x").read_text("utf-8-sig").startswith("customer_id,task,as_of,status,answer,")


def test_frame_keeps_nested_values() -> None:
    frame = to_frame(INSIGHTS)
    assert list(frame.columns) == COLUMNS
    assert frame["answer"][0] == INSIGHTS[0].answer
    assert frame["answer.reason"][0] == "service/late_delivery"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ('=HYPERLINK("http://x","y")', '\'=HYPERLINK("http://x","y")'),
        ("+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+3", "'-2+3"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("＝1+1", "'＝1+1"),
        ("-12.50", "-12.50"),
        ("+4915112345", "+4915112345"),
        ("a=1", "a=1"),
    ],
)
def test_csv_cells_are_no_formulas(tmp_path: Path, text: str, cell: str) -> None:
    export([Insight(text, "t", None, {"words": text}, error=text)], tmp_path / "x.csv", "csv")
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["customer_id"] == row["answer.words"] == row["error"] == cell
    assert json.loads(row["answer"]) == {"words": text}


def test_a_failed_export_leaves_the_old_file_and_no_rubbish(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("old")
    many = (Insight("c", "t", None, {f"field{n}": 1}) for n in range(1001))
    with pytest.raises(InputError, match=r"more than 1000 different fields, the last one 'answer\.field1000'"):
        export(many, tmp_path / "x.csv", "csv")
    with pytest.raises(InputError, match="Can't write"):
        export(INSIGHTS, tmp_path / "no" / "x.csv", "csv")
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]
    assert (tmp_path / "x.csv").read_text() == "old"


def invoke(*arguments: str) -> tuple[int, str, Exception | None]:
    outcome = CliRunner().invoke(root, arguments)
    error = outcome.exception
    return outcome.exit_code, outcome.output, error if isinstance(error, Exception) else None


@pytest.fixture
def run_folder(tmp_path: Path, answer: MakeAnswer, result: MakeResult) -> Path:
    row = result("c1", "k")
    hostile = replace(row.insight, answer={"intent": "refund", "words": ["[NAME_1] and [NAME_9]"]})
    rows = [replace(row, insight=hostile), result("c2", "k"), result("c2", "k", task="other")]
    with Ledger.open(tmp_path) as ledger:
        ledger.record({"k": answer()}, rows)
    with PseudonymFile(tmp_path / "pseudonyms.jsonl") as pseudonyms:
        pseudonyms.add("c1", {"[NAME_1]": "Anna"})
        pseudonyms.add("c2", {"[NAME_9]": "Boris"})
    return tmp_path


def test_export_command_restores_only_the_customers_own_words(run_folder: Path) -> None:
    target = run_folder / "x.jsonl"
    code, output, _ = invoke("export", str(run_folder), "-o", str(target), "--restore", "--task", "intent")
    assert (code, "2 rows written" in output, "1 rows hold pseudonyms" in output) == (0, True, True)
    first, second = map(json.loads, target.read_text("utf-8").splitlines())
    assert first["answer"]["words"] == ["Anna and [NAME_9]"]
    assert first["unknown_pseudonyms"] == ["[NAME_9]"]
    assert second["unknown_pseudonyms"] == []
    if os.name == "posix":
        assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_export_command_masks_by_default_and_refuses_to_mix_arms(run_folder: Path, result: MakeResult) -> None:
    target = run_folder / "x.csv"
    assert invoke("export", str(run_folder), "-o", str(target))[0] == 0
    assert "Anna" not in target.read_text("utf-8-sig")
    with Ledger.open(run_folder) as ledger:
        ledger.record({}, [replace(result("c1", "k"), arm="adapter")])
    assert "choose with --arm" in str(invoke("export", str(run_folder), "-o", str(target))[2])
    assert invoke("export", str(run_folder), "-o", str(target), "--arm", "adapter")[1].startswith("1 rows")
    assert "No results of arm 'x'" in str(invoke("export", str(run_folder), "-o", str(target), "--arm", "x")[2])
    assert "give --format" in str(invoke("export", str(run_folder), "-o", str(run_folder / "x.xls"))[2])


def test_ledger_commands(run_folder: Path) -> None:
    code, output, _ = invoke("ledger", "show", str(run_folder))
    assert code == 0
    assert "intent: 2 ok" in output
    assert "3 results from 1 answers; tokens: 420 in prompts (100 computed), 21 answered." in output
    shown = json.loads(invoke("ledger", "show", str(run_folder), "--json")[1])
    assert shown["tasks"]["other"]["statuses"] == {"ok": 1}
    assert invoke("ledger", "verify", str(run_folder))[:2] == (0, "All is well: 3 results, 1 answers.\n")
    with Ledger.open(run_folder) as ledger:
        ledger._database.execute("UPDATE results SET status = 'invalid' WHERE customer_id = 'c1'")
    code, output, _ = invoke("ledger", "verify", str(run_folder))
    assert code == 1
    assert "task 'intent' of customer 'c1'" in output
    assert "no ledger at" in str(invoke("ledger", "show", str(run_folder / "missing"))[2])
