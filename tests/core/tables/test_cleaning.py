"""Ids are the same in all tables, words for nothing are nothing, and what nothing uses harms nothing."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fewsight.tables import ColumnMapping, open_histories
from fewsight.tables.records import BadValue
from fewsight.tables.values.ids import clean_id


@pytest.mark.parametrize(
    "word", ["NULL", "null", r"\N", "nan", "NaN", "None", "N/A", "-", "#N/A", "NA", "<NA>", " ", "(blank)"]
)
def test_words_for_nothing_are_no_customers(tmp_path: Path, word: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        f"customer_id,created_at,message,channel,amount\nC1,2024-01-05,hi,{word},{word}\n{word},2024-01-05,x,,\n"
    )
    with open_histories(path, quarantine=tmp_path / "q.jsonl") as histories:
        assert (histories.counts.events, histories.counts.quarantined) == (1, 1)
        event = next(iter(histories)).events[0]
        assert (event.channel, event.amount) == (None, None)
    note = json.loads((tmp_path / "q.jsonl").read_text())
    assert (note["reason"], note["value"]) == ("no customer id", word)


def test_what_a_customer_may_write_stays_a_text(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("customer_id,text,city\na,None,NULL\na,-,NA\na,NULL,Graz\n")
    mapping = ColumnMapping({"customer_id": "customer_id", "text": "text"}, attributes=("city",))
    with open_histories(path, mapping=mapping) as histories:
        events = next(iter(histories)).events
    assert [event.text for event in events] == ["None", "-", None]
    assert [dict(event.attributes) for event in events] == [{}, {"city": "NA"}, {"city": "Graz"}]


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("17850.0", "17850"),
        (17850.0, 17850.0),
        ("007", "007"),
        ('="007"', "007"),
        ("'007", "007"),
        ("'Abd", "'Abd"),
        ("12345678901234567890", "12345678901234567890"),
        ("C1\u00a0", "C1"),
        ("\u200bC1", "C1"),
        ("1.5", "1.5"),
        ("12E4", "12E4"),
        ("", None),
        ("nan", None),
        (float("nan"), None),
        (Decimal(5), Decimal(5)),
    ],
)
def test_ids(value: object, wanted: object) -> None:
    assert clean_id(value) == wanted


@pytest.mark.parametrize("value", ["1.23457E+12", "1,23457E+12", 1e16])
def test_ids_that_lost_digits_are_refused(value: object) -> None:
    with pytest.raises(BadValue):
        clean_id(value)


@given(st.integers(0, 10**30))
def test_whole_numbers_are_one_id_however_they_are_written(number: int) -> None:
    assert clean_id(f"{number}.0") == clean_id(f" {number} ") == clean_id(f'="{number}"') == str(number)


def tables(folder: Path, events: str, profiles: str) -> tuple[Path, Path]:
    (folder / "e.csv").write_text("customer_id,text\n" + events)
    (folder / "p.csv").write_text("customer_id,plan\n" + profiles)
    return folder / "e.csv", folder / "p.csv"


def test_ids_are_one_across_tables_and_a_join_that_misses_is_told(tmp_path: Path) -> None:
    events, profiles = tables(tmp_path, "17850.0,x\n17851.0,y\n", "17850,gold\n17851,basic\n")
    with open_histories(events, profiles=profiles) as histories:
        assert [(h.customer_id, h.profile["plan"]) for h in histories] == [("17850", "gold"), ("17851", "basic")]
        assert not any("have a row" in note for note in histories.mapping.notes)
    events, profiles = tables(tmp_path, "007,x\nC1,y\nC2,z\n", "7,gold\nC2,basic\n")
    with open_histories(events, profiles=profiles) as histories:
        note = histories.mapping.notes[-1]
    assert note.startswith("only 1 of 3 customers with events have a row in the table of profiles")
    assert "differ in leading zeros" in note


def test_a_cell_that_nothing_uses_harms_no_row(tmp_path: Path) -> None:
    rows = [{"customer_id": "a", "text": "x", "raw": "y" * 200_000}, {"customer_id": "b", "text": "x", "raw": "\0"}]
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    mapping = ColumnMapping({"customer_id": "customer_id", "text": "text"}, attributes=())
    with open_histories(tmp_path / "t.jsonl", mapping=mapping) as histories:
        assert (histories.counts.events, histories.counts.quarantined) == (2, 0)
        assert histories.mapping.notes == ()


def test_long_texts_keep_their_end_and_long_attributes_their_beginning(tmp_path: Path) -> None:
    row = {"customer_id": "a", "text": "old " * 50_000 + "new", "raw": "first" + "y" * 200_000}
    (tmp_path / "t.jsonl").write_text(json.dumps(row) + "\n")
    mapping = ColumnMapping({"customer_id": "customer_id", "text": "text"}, attributes=("raw",))
    with open_histories(tmp_path / "t.jsonl", mapping=mapping) as histories:
        event = next(iter(histories)).events[0]
        assert event.text is not None
        assert (len(event.text), event.text[-3:], str(event.attributes["raw"])[:5]) == (100_000, "new", "first")
        assert [note.rpartition(": ")[2] for note in histories.mapping.notes] == [
            "only the end is kept",
            "only the beginning is kept",
        ]


def test_cells_of_frames_of_every_kind() -> None:
    frame = pd.DataFrame(
        {
            "customer_id": pd.Categorical(["a", "b"]),
            "created_at": pd.to_datetime(["2024-01-05 10:00", "2024-01-06 10:00"]).tz_localize("Europe/Berlin"),
            "message": pd.array(["late", None], dtype="string"),
            "amount": [Decimal("12.50"), np.float64(3.5)],
            "tags": [np.array(["late", "vip"]), np.array([])],
            "more": [{"x": np.int64(3), "y": [np.float64(1.5)]}, {1}],
            "count": pd.array([1, None], dtype="Int64"),
            "arrow": pd.Series([[1, 2], None], dtype=pd.ArrowDtype(pa.list_(pa.int64()))),
            "gone": [pd.NaT, pd.NA],
            "month": pd.period_range("2024-01", periods=2, freq="M"),
        }
    )
    with open_histories(frame) as histories:
        assert histories.counts.events == 2
        first, second = (history.events[0] for history in histories)
    assert first.time == datetime(2024, 1, 5, 9, tzinfo=UTC)
    assert (first.amount, second.amount, second.text) == (1250, 350, None)
    assert first.attributes == {
        "tags": '["late", "vip"]',
        "more": '{"x": 3, "y": [1.5]}',
        "count": 1,
        "arrow": "[1, 2]",
        "month": "2024-01-01T00:00:00",
    }
    assert second.attributes == {"tags": "[]", "more": '["1"]', "month": "2024-02-01T00:00:00"}
