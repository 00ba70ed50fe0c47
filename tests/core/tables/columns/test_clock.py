"""Dates and times of day in two columns are one moment."""

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from fewsight.errors import InputError, MappingError
from fewsight.tables import open_histories
from fewsight.tables.mapping import ColumnMapping
from fewsight.tables.shapes.clocked import joined


@pytest.mark.parametrize(
    ("head", "rows"),
    [
        ("Date,Time", ["03/14/2024,23:55:10", "03/14/2024,08:01:10"]),
        ("Datum,Uhrzeit", ["14.03.2024,23:55:10", "14.03.2024,08:01:10"]),
        ("Start Date,Start Time", ["3/14/2024,11:55:10 PM", "3/14/2024,8:01:10 AM"]),
        ("Call Date,Call Time", ["20240314,235510", "20240314,080110"]),
        ("order_date,order_time", ["2024-03-14 00:00:00,23:55:10", "2024-03-14 00:00:00,08:01:10"]),
    ],
)
def test_dates_and_times_of_day_are_joined(tmp_path: Path, head: str, rows: list[str]) -> None:
    lines = [f"C1,{row},text {at}" for at, row in enumerate(rows)]
    (tmp_path / "t.csv").write_text("\n".join([f"customer_id,{head},message", *lines]) + "\n", encoding="utf-8")
    with open_histories(tmp_path / "t.csv", tz="UTC") as histories:
        (history,) = histories
        assert [event.time for event in history.events] == [
            datetime(2024, 3, 14, 8, 1, 10, tzinfo=UTC),
            datetime(2024, 3, 14, 23, 55, 10, tzinfo=UTC),
        ]
        assert histories.mapping.columns["time_of_day"] == head.split(",")[1]
    with pytest.raises(InputError, match="name no time zone"):
        open_histories(tmp_path / "t.csv")


def test_a_duration_is_no_time_of_day(tmp_path: Path) -> None:
    table = "customer_id,date,handling_time,message\nC1,2024-03-14,00:05:10,late\nC1,2024-03-15,00:07:00,hello\n"
    (tmp_path / "t.csv").write_text(table, encoding="utf-8")
    with open_histories(tmp_path / "t.csv", tz="UTC") as histories:
        assert "time_of_day" not in histories.mapping.columns
        assert {event.time.hour for event in next(iter(histories)).events if event.time} == {0}


def test_cells_of_workbooks_and_empty_ones() -> None:
    assert joined(datetime(2024, 3, 14), time(9, 5)) == datetime(2024, 3, 14, 9, 5)
    assert joined(date(2024, 3, 14), "9:05 PM") == "2024-03-14 9:05 PM"


def test_a_time_of_day_needs_dates(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("customer_id,clock,message\nC1,10:00,late\n", encoding="utf-8")
    with pytest.raises(MappingError, match="needs a column of dates"):
        open_histories(
            tmp_path / "t.csv",
            mapping=ColumnMapping({"customer_id": "customer_id", "time_of_day": "clock", "text": "message"}),
        )
