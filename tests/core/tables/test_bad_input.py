"""Bad rows go to the quarantine with line and reason; bad tables are refused before anything runs."""

import gzip
import json
import stat
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from fewsight.errors import InputError, MappingError
from fewsight.tables import ColumnMapping, Counts, open_histories

HEADER = "customer_id,time,kind,text,amount,currency\n"
GOOD = "a,2024-01-01T10:00:00Z,message,hello,,\n"


def quarantined(path: Path, **options: Any) -> tuple[list[dict[str, Any]], Counts]:
    notes = path.parent / "quarantine.jsonl"
    with open_histories(path, quarantine=notes, **options) as histories:
        counts = histories.counts
    assert counts.rows == counts.events + counts.quarantined + counts.duplicates
    return [json.loads(line) for line in notes.read_text(encoding="utf-8").splitlines()], counts


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("a,2024-02-30T10:00:00Z,message,x,,", "time", "impossible"),
        ("a,yesterday,message,x,,", "time", "not a time"),
        ("a,1969-12-31,message,x,,", "time", "outside the years 1970 to 2100"),
        ("a,2101-01-01,message,x,,", "time", "outside the years 1970 to 2100"),
        ("a,,message,x,,", "time", "no time"),
        ("a,2024-01-01,mesage,x,,", "kind", "Did you mean 'message'?"),
        ("a,2024-01-01,,x,,", "kind", "no kind"),
        ("a,2024-01-01,order,x,twelve,EUR", "amount", "not an amount"),
        ('a,2024-01-01,order,x,"1,234",EUR', "amount", "ambiguous"),
        ("a,2024-01-01,order,x,1.234,EUR", "amount", "more decimals"),
        ("a,2024-01-01,order,x,1.5,JPY", "amount", "more decimals than the 0 of JPY"),
        ("a,2024-01-01,order,x,99999999999999999,EUR", "amount", "too large"),
        ("a,2024-01-01,order,x,1.00,EUX", "currency", "ISO 4217"),
        (" ,2024-01-01,message,x,,", "customer_id", "no customer id"),
        ("a,2024-01-01,message,x\0y,,", "text", "NUL byte"),
        ("a,2024-01-01,message,x,,,more", None, "7 cells where the header has 6"),
        ("a,2024-01-01", None, "2 cells where the header has 6"),
        ('a,2024-01-01,message,"x" y,,', None, "text follows the closing quote"),
        ('a,2024-01-01,message,"x,,', None, "a quote opens a cell and is never closed"),
    ],
)
def test_a_bad_row_is_one_line_in_quarantine(tmp_path: Path, row: str, column: str | None, reason: str) -> None:
    path = write(tmp_path / "t.csv", HEADER + GOOD + row + "\n" + GOOD.replace("hello", "world"))
    notes, counts = quarantined(path)
    assert counts == Counts(rows=3, events=2, quarantined=1, customers=1)
    assert (notes[0]["line"], notes[0]["column"]) == (3, column)
    assert reason in notes[0]["reason"]


def test_a_time_without_zone_far_down_is_one_bad_row(tmp_path: Path) -> None:
    notes, counts = quarantined(write(tmp_path / "t.csv", HEADER + GOOD * 1500 + "a,2024-01-01 10:00,message,x,,\n"))
    assert (counts.events, counts.quarantined) == (1500, 1)
    assert "--tz Europe/Berlin" in notes[0]["reason"]


def test_bytes_that_do_not_decode_cost_their_row_alone(tmp_path: Path) -> None:
    path = write(
        tmp_path / "t.csv",
        (HEADER + GOOD.replace("hello", "größer")).encode()
        + b"b,2024-01-02,message,caf\xe9 au lait,,\n"
        + GOOD.encode(),
    )
    notes, counts = quarantined(path)
    assert (counts.events, counts.quarantined) == (2, 1)
    assert notes == [
        {
            "line": 3,
            "reason": "broken encoding: bytes that are not text",
            "column": "text",
            "value": "caf? au lait",
            "customer_id": "b",
        }
    ]


@pytest.mark.parametrize("filler", ["x", "line\n", 'say ""so"" '])
def test_of_a_text_of_ten_megabytes_the_end_is_kept_and_that_is_said(tmp_path: Path, filler: str) -> None:
    text = filler * (10_000_000 // len(filler))
    path = write(tmp_path / "t.csv", f'{HEADER}b,2024-01-01,message,"{text}",,\n{GOOD}')
    with open_histories(path) as histories:
        assert (histories.counts.rows, histories.counts.events, histories.counts.quarantined) == (2, 2, 0)
        kept = histories.get("b").events[0].text
        assert kept is not None
        assert kept == text.replace('""', '"')[-100_000:].strip("\n") or kept == text.replace('""', '"')[-100_000:]
        assert "1 cell in 'text' of more than 100,000 characters: only the end is kept" in histories.mapping.notes


def test_a_repeated_event_id_is_a_duplicate_of_the_same_customer_only(tmp_path: Path) -> None:
    table = "customer_id,event_id,text\na,7,first\nb,7,other\na,8,next\na,7,again\na,,\na,,\n"
    notes, counts = quarantined(write(tmp_path / "t.csv", table))
    assert counts == Counts(rows=6, events=5, duplicates=1, customers=2)
    assert [(note["line"], note["reason"], note["value"]) for note in notes] == [(5, "duplicate of line 2", "7")]


def test_broken_json_lines_are_named(tmp_path: Path) -> None:
    lines = b'{"text": "a"}\n[1]\n{"text": \n\n{"text": "\xff"}\n' + b"[" * 100_000 + b'\n{"text": "\\u0000"}\n'
    notes, counts = quarantined(write(tmp_path / "t.jsonl", lines))
    assert (counts.rows, counts.events) == (6, 1)
    assert [(note["line"], note["reason"].split(":")[0]) for note in notes] == [
        (2, "JSON, but not an object"),
        (3, "not JSON"),
        (5, "broken encoding"),
        (6, "not JSON"),
        (7, "NUL byte"),
    ]


def test_bad_values_of_typed_tables(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "customer_id": ["a", None, "c", "d"],
            "time": pd.to_datetime(["2024-01-01", "2024-01-01", "NaT", "2150-01-01"]).astype("datetime64[us]"),
            "text": ["x", "x", "x", "x"],
        }
    )
    frame.to_parquet(tmp_path / "t.parquet")
    for source in (frame, tmp_path / "t.parquet"):
        with open_histories(source, quarantine=tmp_path / "q.jsonl") as histories:
            assert (histories.counts.events, histories.counts.quarantined) == (1, 3)
    reasons = [json.loads(line)["reason"] for line in (tmp_path / "q.jsonl").read_text().splitlines()]
    assert reasons == ["no customer id", "no time", "a time outside the years 1970 to 2100"]


def test_the_quarantine_file_is_private_and_made_anew(tmp_path: Path) -> None:
    write(tmp_path / "quarantine.jsonl", "old\n")
    notes, _ = quarantined(write(tmp_path / "t.csv", HEADER + GOOD))
    assert notes == []
    assert stat.S_IMODE((tmp_path / "quarantine.jsonl").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", "", "is empty"),
        ("t.csv", "\n\n", "is empty"),
        ("t.csv", HEADER, "no rows"),
        ("t.csv", "a,a\n1,2\n", "Its columns are 'a', 'a 2'"),
        ("t.csv", "x,y\n1,2\n", "Its columns are 'x', 'y'"),
        ("t.csv", "customer_id,time,text\na,2024-01-01 10:00,x\n", "--tz Europe/Berlin"),
        ("t.xlsx", "x", r"known are \.csv"),
        ("t.parquet", "x", "Parquet"),
        ("t.jsonl", "x\n", "no JSON object"),
        ("t.csv.gz", "x", "no rows"),
        ("t.csv.gz", gzip.compress((HEADER + GOOD * 1000).encode())[:-9], "Can't read|Reading stopped"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(tmp_path: Path, name: str, content: str | bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        open_histories(write(tmp_path / name, content))


def test_wrong_arguments_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", HEADER + GOOD)
    with pytest.raises(InputError, match="No such file"):
        open_histories(tmp_path / "missing.csv")
    with pytest.raises(InputError, match="is a folder"):
        open_histories(tmp_path)
    with pytest.raises(InputError, match="Did you mean 'Europe/Berlin'"):
        open_histories(path, tz="Europe/Berlim")
    with pytest.raises(InputError, match="write it as '1GB'"):
        open_histories(path, memory_limit="lots")
    with pytest.raises(InputError, match="A query needs a SQL URL"):
        open_histories(path, query="SELECT 1")
    with pytest.raises(InputError, match="Can't read a table from a list"):
        open_histories([1])  # type: ignore[list-item]
    with pytest.raises(MappingError, match="profiles: "):
        open_histories(path, profiles=write(tmp_path / "p.csv", "x,y\n1,2\n"))
    with pytest.raises(InputError, match="can't be a second table of profiles"):
        open_histories(path, mapping=ColumnMapping({"customer_id": "customer_id"}, rows="profiles"), profiles=path)
    with pytest.raises(InputError, match="quarantine file"):
        open_histories(path, quarantine=path / "q.jsonl")
