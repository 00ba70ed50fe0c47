"""`fewsight facts` as a user runs it."""

import csv
import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

import fewsight
from fewsight.errors import ConfigError, InputError
from fewsight.serving.histories.facts_cli import facts

TABLE = """event_id,customer_id,time,kind,channel,product,amount,currency
1,C1,2024-03-01T09:00:00Z,order,web,Tea,5.00,EUR
2,C1,2024-03-11T09:00:00Z,order,web,Pot,20.00,EUR
3,=C2,2024-03-12T09:00:00Z,ticket,phone,,,
4,=C2,2024-05-12T09:00:00Z,order,web,Tea,5.00,USD
"""
LINES = """order_id,customer_id,order_date,product,quantity,line_total,currency
A1,C1,2024-03-01T09:00:00Z,Tea,2,10.00,EUR
A1,C1,2024-03-01T09:00:00Z,Pot,1,20.00,EUR
A2,C1,2024-03-09T09:00:00Z,Tea,1,5.00,EUR
"""


def run(*words: object) -> Result:
    return CliRunner().invoke(facts, [str(word) for word in words])


@pytest.fixture
def table(tmp_path: Path) -> Path:
    (tmp_path / "t.csv").write_text(TABLE, encoding="utf-8")
    return tmp_path / "t.csv"


def test_parquet_is_typed_and_has_its_dictionary_beside_it(table: Path, tmp_path: Path) -> None:
    output = tmp_path / "facts.parquet"
    result = run("--histories", table, "--as-of", "2024-04-01", "-o", output)
    assert result.exit_code == 0, result.output
    frame = pd.read_parquet(output)
    assert frame["customer_id"].tolist() == ["C1", "=C2"]
    assert (frame["spend_eur_minor"].tolist(), str(frame["as_of"].dtype)) == ([2500, 0], "datetime64[us, UTC]")
    assert "spend_usd_minor" not in frame, "an order of later has no column"
    about = json.loads((tmp_path / "facts.parquet.json").read_text(encoding="utf-8"))
    assert [fact["name"] for fact in about["facts"]] == frame.columns.tolist()[2:]
    assert all(fact["unit"] and fact["words"] and fact["sql"] and fact["unknown"] for fact in about["facts"])


def test_csv_runs_no_formula_and_leaves_unknown_cells_empty(table: Path, tmp_path: Path) -> None:
    output = tmp_path / "facts.csv"
    assert run("--histories", table, "-o", output).exit_code == 0
    with output.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert (rows[1]["customer_id"], rows[1]["gap_mean_days"], rows[0]["gap_mean_days"]) == ("'=C2", "", "10.0")


def test_jsonl_and_pandas_say_the_same(table: Path, tmp_path: Path) -> None:
    output = tmp_path / "facts.jsonl"
    assert run("--histories", table, "-o", output).exit_code == 0
    lines = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    frame = fewsight.facts(table)
    assert [line["spend_eur_minor"] for line in lines] == frame["spend_eur_minor"].tolist()
    assert lines[0]["as_of"] == frame["as_of"][0].isoformat() == "2024-05-12T09:00:00+00:00"
    assert lines[1]["gap_mean_days"] is None


def test_like_keeps_the_columns_of_an_earlier_table(table: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.parquet", tmp_path / "second.parquet"
    assert run("--histories", table, "--as-of", "2024-04-01", "-o", first).exit_code == 0
    assert run("--histories", table, "--like", f"{first}.json", "-o", second).exit_code == 0
    assert pd.read_parquet(first).columns.tolist() == pd.read_parquet(second).columns.tolist()
    with pytest.raises(InputError, match=r"name the \.json file"):
        CliRunner().invoke(
            facts, ["--histories", str(table), "--like", str(table), "-o", str(second)], catch_exceptions=False
        )


def test_describe_prints_the_dictionary(table: Path) -> None:
    anything = run("--describe").output
    assert "spend_{name}_minor (whole, minor units of {name})" in anything
    assert "order_recency_days (whole, days)\n  whole days from the newest order to as-of" in anything
    assert "spend_usd_minor (whole, minor units of usd)" in run("--describe", "--histories", table).output


def test_lines_of_an_order_are_one_order(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text(LINES, encoding="utf-8")
    frame = fewsight.facts(tmp_path / "l.csv")
    assert frame[["orders_count", "spend_eur_minor", "products_count"]].to_numpy().tolist() == [[2, 3500, 2]]
    assert frame["gap_mean_days"].tolist() == [8]


@pytest.mark.parametrize(
    ("words", "error"),
    [((), "--histories"), (("--histories", "t.csv"), "Name a file with -o"), (("-o", "x.parquet"), "--histories")],
)
def test_what_is_missing_is_said(words: tuple[str, ...], error: str) -> None:
    with pytest.raises(ConfigError, match=error):
        CliRunner().invoke(facts, words, catch_exceptions=False)


def test_other_formats_are_refused(table: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"end it with .parquet, .csv, .jsonl"):
        CliRunner().invoke(facts, ["--histories", str(table), "-o", str(tmp_path / "f.xls")], catch_exceptions=False)
