"""Moments as exports, spreadsheets and people of several countries write them."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fewsight.tables.records import BadValue
from fewsight.tables.values.calendar_words import MONTHS, WEEKDAYS
from fewsight.tables.values.times import is_excel_serial, read_time

DAY = datetime(2024, 1, 5)


@pytest.mark.parametrize(
    "text",
    [
        "Jan 5, 2024 1:05 PM",
        "January 5th, 2024 at 1:05pm",
        "1:05 PM, Jan 5, 2024",
        "05-JAN-24 01.05.00.000000 PM",
        "5 Jan 24 13:05",
        "Fri, 5 Jan 2024 13:05:00",
        "Fri Jan  5 13:05:00 2024",
        "05Jan2024:13:05:00",
        "5. Januar 2024, 13:05 Uhr",
        "Freitag, 05.01.2024 um 13:05 Uhr",
        "05.01.24 13:05",
        "5.1.2024 13.05",
        "le 5 janvier 2024 à 13h05",
        "ven. 5 janv. 2024 13:05",
        "5 de enero de 2024, 1:05 p. m.",
        "viernes 5 ene 2024 1:05 p.m.",
        "5 gennaio 2024 ore 13:05",
        "5 de janeiro de 2024 às 13:05",
        "5 januari 2024 13:05",
        "2024-Jan-05 13:05",
        "2024年1月5日 下午1:05",
        "2024年1月5日 下午13:05",
        "2024年1月5日星期五 13时05分",
        "2024年1月5日(金) 午後1時05分",
        "2024년 1월 5일 오후 1:05",
        "2024. 1. 5. 오후 1:05:00",
        "２０２４年１月５日 １３：０５",
        "2024/1/5 13:05 PM",
        "2024:01:05 13:05:00",
        "202401051305",
        "20240105130500",
        "20240105T130500",
        "45296.545138889",
        "45296,545138889",
        45296.545138889,
        20240105130500,
    ],
)
def test_an_afternoon_without_a_zone(text: Any) -> None:
    assert read_time(text) == DAY.replace(hour=13, minute=5)


@pytest.mark.parametrize(
    "text",
    [
        "05-Jan-2024",
        "05-JAN-24",
        "05.01.24",
        "Jan. 5, 2024",
        "5. Jänner 2024",
        "1er janvier 2024".replace("1er", "5e"),
        "mar. 5 janv. 2024",
        "20240105",
        "45296",
        45296,
        20240105,
        "2024年1月5日",
        "Friday, January 5, 2024",
    ],
)
def test_a_day_alone(text: Any) -> None:
    assert read_time(text) == DAY


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("Jan 6, 2024 12:30 AM", 0),
        ("Jan 6, 2024 12:30 PM", 12),
        ("2024年1月6日 午後0:30", 12),
        ("2024年1月6日 凌晨12:30", 0),
        ("2024年1月6日 中午12:30", 12),
    ],
)
def test_noon_and_midnight(text: str, hour: int) -> None:
    assert read_time(text) == datetime(2024, 1, 6, hour, 30)


@pytest.mark.parametrize(
    ("zone", "hours"),
    [
        ("Z", 0),
        ("utc", 0),
        ("GMT", 0),
        ("EST", -5),
        ("PDT", -7),
        ("CET", 1),
        ("MESZ", 2),
        ("IST", 5.5),
        ("GMT+2", 2),
        ("UTC-03:30", -3.5),
        ("+0530", 5.5),
        ("+05:30", 5.5),
        ("-08", -8),
        ("GMT-0800 (PST)", -8),
        ("GMT+0100 (Central European Standard Time)", 1),
        ("+0100 CET", 1),
        ("(EST)", -5),
        ("(UTC+02:00)", 2),
        ("Europe/Berlin", 1),
        ("+01:00[Europe/Berlin]", 1),
    ],
)
def test_zones_by_name_and_by_offset(zone: str, hours: float) -> None:
    wanted = datetime(2024, 1, 5, 23, 30, tzinfo=timezone(timedelta(hours=hours)))
    for text in (f"2024/01/05 23:30:00 {zone}", f"Fri Jan 05 2024 23:30:00 {zone}", f"Jan 5, 2024 11:30 PM {zone}"):
        assert read_time(text) == wanted, text
    assert read_time(f"Fri Jan 05 23:30:00 {zone} 2024") == wanted


def test_stamps_with_a_zone_are_not_taken_apart_wrongly() -> None:
    assert read_time("20240105101500Z") == datetime(2024, 1, 5, 10, 15, tzinfo=UTC)
    with pytest.raises(BadValue):
        read_time("2024-01-05+01:00")


@pytest.mark.parametrize("text", ["1704449700", "1704449700000", "1704449700000000", "1704449700000000000"])
def test_numbers_since_1970(text: str) -> None:
    wanted = datetime(2024, 1, 5, 10, 15, tzinfo=UTC)
    assert read_time(text) == read_time(int(text)) == wanted
    assert read_time("1704449700.25") == read_time(1704449700.25) == wanted + timedelta(milliseconds=250)


@pytest.mark.parametrize(
    "text",
    [
        "24/01/05",  # which end is the year?
        "05-01-24",
        "5/1/2024",
        "January 2024",
        "Jan 5",
        "Friday",
        "10:15",
        "2024-01-05 10:15 XYZ",
        "2024-01-05 10:15 +99:00",
        "Jan 5, 2024 13:05 AM",
        "31 February 2024",
        "0000-00-00 00:00:00",
        "1.70445E+12",
        "5 Jan Feb 2024",
        "5 6 Jan 2024",
        "Order 5 Jan 2024",
        "20241305",
        "99999",
        "x" * 200,
    ],
)
def test_what_is_no_time_or_two(text: str) -> None:
    with pytest.raises(BadValue):
        read_time(text)


def test_words_of_the_calendar_have_one_meaning() -> None:
    assert set(MONTHS.values()) == set(range(1, 13))
    assert MONTHS.keys() & WEEKDAYS == {"mar"}  # the first of two in 'mar. 5 mars 2024'
    assert read_time("mar 5 mars 2024") == datetime(2024, 3, 5)


def test_excel_serials_are_known_as_such() -> None:
    assert [is_excel_serial(v) for v in ("45296", "45296.5", 45296, "20240105", "1704449700", "x")] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]


FORMATS = (
    "%Y-%m-%dT%H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
    "%d-%b-%Y %I:%M:%S %p",
    "%B %d, %Y %I:%M:%S %p",
    "%a %b %d %H:%M:%S %Y",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y%m%d%H%M%S",
    "%d%b%Y:%H:%M:%S",
    "%d/%b/%Y:%H:%M:%S",
)
moments = st.datetimes(datetime(1980, 1, 1), datetime(2099, 12, 31)).map(lambda m: m.replace(microsecond=0))


@given(moments, st.sampled_from(FORMATS), st.integers(-12 * 4, 14 * 4))
def test_moments_come_back_from_every_way_to_write_them(moment: datetime, layout: str, quarters: int) -> None:
    zone = timezone(timedelta(minutes=15 * quarters))
    text = moment.strftime(layout)
    assert read_time(text) == moment
    assert read_time(f"{text} {moment.replace(tzinfo=zone):%z}") == moment.replace(tzinfo=zone)


@given(moments, st.booleans(), st.sampled_from(["/", "-"]), st.sampled_from(["%Y", "%y"]))
def test_a_known_order_of_day_and_month_is_kept(moment: datetime, day_first: bool, sign: str, year: str) -> None:
    if year == "%y" and not 1970 <= moment.year < 2070:
        moment = moment.replace(year=2024, day=min(moment.day, 28))
    layout = sign.join(["%d", "%m", year] if day_first else ["%m", "%d", year])
    assert read_time(moment.strftime(f"{layout} %H:%M:%S"), day_first) == moment
