"""Times and amounts as people write them."""

import contextlib
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fewsight.tables.reading.rows import scalar
from fewsight.tables.records import BadValue
from fewsight.tables.values.amounts import guess_mark, minor_units, symbol_currency
from fewsight.tables.values.times import from_microseconds, guess_day_first, microseconds

NOON = datetime(2024, 1, 31, 12, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2024-01-31T12:05:00Z",
        "2024-01-31 13:05:00+01:00",
        "2024-01-31 12:05:00 UTC",
        "2024/1/31 12:05 z",
        "31.01.2024 12:05 +00",
        "31/1/2024 12:05:00.000 UTC",
        "1/31/2024 12:05 PM GMT",
        "2024年1月31日 12:05 UTC",
        "Wed, 31 Jan 2024 12:05:00 +0000",
        "1706702700",
        "1706702700000",
        1706702700,
        1706702700.0,
        1706702700000,
        1706702700000000000,
        Decimal("1706702700"),
        NOON,
        NOON.astimezone(timezone(timedelta(hours=8))),
    ],
)
def test_times(value: Any) -> None:
    assert from_microseconds(microseconds(value, None, None)) == NOON


@pytest.mark.parametrize("value", ["2024-01-31", "20240131", "31.1.2024", date(2024, 1, 31), datetime(2024, 1, 31)])
def test_dates_are_midnight(value: Any) -> None:
    assert from_microseconds(microseconds(value, None, None)) == datetime(2024, 1, 31, tzinfo=UTC)
    berlin = microseconds(value, ZoneInfo("Europe/Berlin"), None)
    assert from_microseconds(berlin) == datetime(2024, 1, 30, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    "value", ["", "x", "2024-13-01", "25:00", "01/02/2024", "0", "12", 12, True, float("nan"), b"x"]
)
def test_no_times(value: Any) -> None:
    with pytest.raises(BadValue):
        microseconds(value, UTC, None)


def test_day_and_month_are_told_apart_by_the_other_values() -> None:
    assert guess_day_first(["01/02/2024", "13/02/2024"]) is True
    assert guess_day_first(["01/02/2024", "02/13/2024"]) is False
    assert guess_day_first(["01/02/2024"]) is None
    assert guess_day_first(["13/02/2024", "02/13/2024"]) is None
    assert from_microseconds(microseconds("01/02/2024", None, True)).month == 2


@example(10**400)
@example(Decimal("sNaN"))
@given(st.text() | st.floats() | st.integers() | st.datetimes(timezones=st.timezones() | st.none()) | st.decimals())
def test_any_value_is_a_time_or_a_reason(value: Any) -> None:
    try:
        found = from_microseconds(microseconds(value, UTC, None))
    except BadValue:
        return
    assert 1970 <= found.year <= 2100


@pytest.mark.parametrize(
    ("value", "currency", "minor"),
    [
        ("12.50", "EUR", 1250),
        ("12.5000", "EUR", 1250),
        ("-3", None, -300),
        ("12,5", "EUR", 1250),
        ("1.234,56", "EUR", 123456),
        ("1,234.56", "USD", 123456),
        ("1,234,567", "USD", 123456700),
        ("1'234.50", "CHF", 123450),
        ("1 234,50", "EUR", 123450),
        ("1,234", "JPY", 1234),
        ("1.234", "KWD", 1234),
        ("$12.00", "USD", 1200),
        ("(12.00)", None, -1200),
        ("12.00-", None, -1200),
        ("-€ 5,00", None, -500),
        ("−5.00", None, -500),
        (19.990000000000002, "EUR", 1999),
        (Decimal("-0.10"), "EUR", -10),
        (7, "JPY", 7),
    ],
)
def test_amounts(value: Any, currency: str | None, minor: int) -> None:
    assert minor_units(value, currency, "major", None) == minor


@pytest.mark.parametrize(
    "value",
    ["", "1,234", "1.234", "1,2,3", "12,34.5", "1e5", "12 apples", "0x1", "1.2.3", "--", float("inf"), True, "٣"],
)
def test_no_amounts(value: Any) -> None:
    with pytest.raises(BadValue):
        minor_units(value, "EUR", "major", None)


def test_the_mark_of_a_table_settles_what_one_value_leaves_open() -> None:
    assert guess_mark(["1,234", "5.50"]) == "."
    assert minor_units("1,234", "EUR", "major", ".") == 123400
    assert minor_units("1.234", "EUR", "major", ",") == 123400
    assert minor_units("1250", "EUR", "minor", None) == 1250
    with pytest.raises(BadValue, match="whole numbers"):
        minor_units("12.50", "EUR", "minor", None)
    assert [symbol_currency(v) for v in ("€5", "5 CHF", "5", "$5")] == ["EUR", "CHF", None, None]


@example(10**400)
@example(Decimal("sNaN"))
@given(st.text() | st.floats() | st.integers() | st.decimals() | st.text("0123456789.,-'() €$", max_size=12))
def test_any_value_is_an_amount_or_a_reason(value: Any) -> None:
    with contextlib.suppress(BadValue):
        assert abs(minor_units(value, "EUR", "major", None)) <= 10**15


@given(st.integers(-(10**12), 10**12))
def test_amounts_come_back_from_every_way_to_write_them(cents: int) -> None:
    plain = f"{Decimal(cents) / 100:.2f}"
    english = f"{Decimal(cents) / 100:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    assert [minor_units(text, "EUR", "major", None) for text in (plain, english, german)] == [cents] * 3


def test_short_numbers_of_a_profile_are_numbers_and_long_ones_are_names() -> None:
    values = ["12", "-1.5", "007", "13800138000", "true", " ", "x", float("nan"), [1], date(2024, 1, 1)]
    assert [scalar(value) for value in values] == [
        12,
        -1.5,
        "007",
        "13800138000",
        True,
        None,
        "x",
        None,
        "[1]",
        "2024-01-01",
    ]
