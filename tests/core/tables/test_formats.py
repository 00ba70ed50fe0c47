"""What a column decides is decided by all of it, and said; what it can't decide is asked."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from fewsight.errors import MappingError
from fewsight.tables import ColumnMapping, Histories, open_histories


def table(path: Path, header: str, *rows: str) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def notes(histories: Histories) -> str:
    return "\n".join(histories.mapping.notes)


def test_the_day_that_tells_may_stand_far_down(tmp_path: Path) -> None:
    path = table(tmp_path / "t.csv", "customer_id,date,text", *["a,05/01/2024,x"] * 1500, "a,13/01/2024,y")
    with open_histories(path) as histories:
        assert histories.counts.events == 1501
        assert next(iter(histories)).events[0].time == datetime(2024, 1, 5, tzinfo=UTC)
        assert "days come first in 'date', as '13/01/2024' shows" in notes(histories)


def test_a_frame_is_read_once_more_where_its_column_must_tell_and_has_the_same_digest() -> None:
    frame = pd.DataFrame({"customer_id": "a", "date": ["05/01/2024"] * 6_000 + ["13/01/2024"], "text": "x"})
    with open_histories(frame) as histories, open_histories(frame) as again:
        assert histories.counts.events == 6_001
        assert histories.digest == again.digest


@pytest.mark.parametrize(
    ("rows", "shown"),
    [
        (["a,05/01/2024,x", "a,06/01/2024,y"], "day and month can't be told apart"),
        (["a,24/01/05,x", "a,24/01/06,y", "b,24/01/07,z"], "a year of two digits"),
        (["a,soon,x", "a,later,y"], "'soon', 'later'"),
        (["a,Week 3,x", "a,Week 4,y"], "'Week 3', 'Week 4'"),
    ],
)
def test_times_that_cannot_be_read_stop_the_run_and_are_shown(tmp_path: Path, rows: list[str], shown: str) -> None:
    for header in ("customer_id,created_at,text", "customer_id,sent_at,text"):
        with pytest.raises(MappingError, match=r"should hold times, but can't be read") as caught:
            open_histories(table(tmp_path / "t.csv", header, *rows))
        assert shown in str(caught.value)


def test_a_column_with_both_orders_is_said_and_guesses_nothing(tmp_path: Path) -> None:
    rows = ["a,13/02/2024,x", "b,02/13/2024,y", "c,01/02/2024,z"]
    with open_histories(table(tmp_path / "t.csv", "customer_id,created_at,text", *rows)) as histories:
        assert (histories.counts.events, histories.counts.quarantined) == (2, 1)
        assert "nothing in 'created_at' tells day and month of dates like '01/02/2024' apart" in notes(histories)


def test_some_bad_times_cost_their_rows_alone(tmp_path: Path) -> None:
    rows = ["a,2024-01-05,x", "a,soon,y", "b,2024-01-06,z"]
    with open_histories(table(tmp_path / "t.csv", "customer_id,created_at,text", *rows)) as histories:
        assert (histories.counts.events, histories.counts.quarantined) == (2, 1)


def test_excel_days_and_doubtful_zones_are_said(tmp_path: Path) -> None:
    with open_histories(
        table(tmp_path / "t.csv", "customer_id,date,text", "a,45296,x", "a,45297.5,y"), tz="UTC"
    ) as one:
        assert "as Excel counts them" in notes(one)
        assert one.newest == datetime(2024, 1, 6, 12, tzinfo=UTC)
    with open_histories(table(tmp_path / "t.csv", "customer_id,date,text", "a,2024-01-05 10:00 IST,x")) as one:
        assert "IST in 'date' is read as UTC+05:30" in notes(one)


def test_amounts_are_decided_by_the_column_and_said(tmp_path: Path) -> None:
    path = table(tmp_path / "t.csv", "customer_id;order_date;amount", "a;2024-01-05;1.200", "a;2024-01-06;80")
    with open_histories(path) as histories:
        assert [event.amount for event in next(iter(histories)).events] == [120_000, 8_000]
        assert "a comma stands before decimals in 'amount', as '1.200' shows" in notes(histories)
    late = table(
        tmp_path / "t.csv", "customer_id;order_date;amount", *["a;2024-01-05;1.234"] * 1500, "a;2024-01-06;1,50"
    )
    with open_histories(late) as histories:
        assert {event.amount for event in next(iter(histories)).events} == {123_400, 150}


def test_amounts_that_may_mean_two_things_are_asked_about(tmp_path: Path) -> None:
    path = table(tmp_path / "t.csv", "customer_id;order_date;amount", "a;2024-01-05;1.234", "a;2024-01-06;2.345")
    with pytest.raises(MappingError, match=r"'1\.234', '2\.345' in column 'amount' can be read in two ways"):
        open_histories(path)
    columns = {"customer_id": "customer_id", "time": "order_date", "amount": "amount"}
    with open_histories(path, mapping=ColumnMapping(columns, decimal=",")) as histories:
        assert [event.amount for event in next(iter(histories)).events] == [123_400, 234_500]


def test_an_event_years_after_all_others_is_named_and_moves_nothing(tmp_path: Path) -> None:
    rows = [f"a,2024-01-0{day},x" for day in range(1, 8)]
    with open_histories(table(tmp_path / "t.csv", "customer_id,date,text", *rows, "b,2099-12-31,y")) as histories:
        assert histories.newest == datetime(2024, 1, 7, tzinfo=UTC)
        assert "1 event lies years after all others (2099-12-31 of customer 'b')" in notes(histories)
        assert histories.counts.events == 8
    sparse = [f"a,{year}-01-01,x" for year in range(2006, 2025, 3)]
    with open_histories(table(tmp_path / "t.csv", "customer_id,date,text", *sparse)) as histories:
        assert histories.newest == datetime(2024, 1, 1, tzinfo=UTC)
