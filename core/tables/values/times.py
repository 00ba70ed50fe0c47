"""Reading moments in time as people write them."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any, Final

from fewsight.tables.records import BadValue, is_finite
from fewsight.tables.values.clocks import find_clock, find_dotted_clock
from fewsight.tables.values.dates import day_order, fold, read_date

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_END: Final = int((datetime(2101, 1, 1, tzinfo=UTC) - EPOCH).total_seconds()) * 1_000_000
_SEPARATORS: Final = frozenset(("", " ", "T", "t"))
_MIDNIGHT: Final = time(0)
_LONGEST: Final = 100
"""Characters; no moment takes more, with its zone in words."""
_NUMBER: Final = re.compile(r"\d{5,19}(?:[.,]\d+)?", re.ASCII)
_STAMPS: Final = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
"""Digits of a compact stamp. Twelve are no milliseconds since 1970: those would be of the seventies."""
_EPOCH_UNITS: Final = {10: 1_000_000, 9: 1_000_000, 13: 1_000, 12: 1_000, 16: 1, 15: 1}
"""Microseconds by the digits of a number of seconds, milli- and microseconds since 1970."""
_APART: Final = re.compile(r"(\d{4}):(\d{1,2}:\d{2}:)|\b(\d{8})t?(\d{2})(\d{2})(\d{2})?(?!\d)", re.ASCII)
"""05/Jan/2024:10:15:00, as web servers write it, and 20240105101500Z."""
_EXCEL_EPOCH: Final = datetime(1899, 12, 30)
_EXCEL_DAYS: Final = range(25_569, 73_416)
"""Of the years 1970 to 2100."""
_WRONG: Final = "not a time, or an impossible one; write it as 2024-01-31T10:15:00Z"


def microseconds(value: Any, tz: tzinfo | None, day_first: bool | None) -> int:  # noqa: ANN401 - any cell
    """Microseconds since 1970 in UTC. Naive times are in `tz`; without it, midnight is a date and stands for UTC.

    Raises:
        BadValue: not a time, a naive one without `tz`, or one outside the years 1970 to 2100.
    """
    moment = read_time(value, day_first)
    if moment.tzinfo is None:
        if tz is None and moment.time() != _MIDNIGHT:
            raise BadValue("a time without a time zone; say which one with --tz, such as --tz Europe/Berlin")
        moment = moment.replace(tzinfo=tz or UTC)
    gap = moment - EPOCH
    instant = (gap.days * 86_400 + gap.seconds) * 1_000_000 + gap.microseconds
    if not 0 <= instant < _END:
        raise BadValue("a time outside the years 1970 to 2100")
    return instant


def to_microseconds(moment: datetime) -> int:
    """Microseconds since 1970 of an aware moment.

    >>> to_microseconds(datetime(1970, 1, 2, tzinfo=UTC))
    86400000000
    """
    return (moment - EPOCH) // timedelta(microseconds=1)


def from_microseconds(instant: int) -> datetime:
    """The aware moment for `microseconds`."""
    return EPOCH + timedelta(microseconds=instant)


def is_naive(value: Any, day_first: bool | None) -> bool:  # noqa: ANN401 - any cell
    """Whether a cell is a time of day without a zone (dates and what is no time at all are not)."""
    try:
        moment = read_time(value, day_first)
    except BadValue:
        return False
    return moment.tzinfo is None and moment.time() != _MIDNIGHT


def guess_day_first(values: Iterable[Any]) -> bool | None:
    """From dates like 31/01/2024, whether the day comes first; None where none of them tells (see `day_order`)."""
    return day_order(values)[0]


def is_excel_serial(value: Any) -> bool:  # noqa: ANN401 - any cell
    """Whether a cell is a number of days such as 45296.5, as Excel counts them."""
    if isinstance(value, str):
        return _NUMBER.fullmatch(value) is not None and len(re.split("[.,]", value)[0]) == 5
    return isinstance(value, (int, float, Decimal)) and is_finite(value) and int(value) in _EXCEL_DAYS


def read_time(value: Any, day_first: bool | None = None) -> datetime:  # noqa: ANN401 - any cell
    """A cell as a datetime, naive where it names no zone.

    Numbers count from 1970 (s, ms, us or ns by their size), those of five digits are Excel's days.

    Raises:
        BadValue: it is no time, or day and month can't be told apart.
    """
    if isinstance(value, str):
        try:
            # fromisoformat takes any character after the date: 20240105101500Z and 2024-01-05+01:00 would be misread
            if not value.isdecimal() and value[8 if value[4:5].isdecimal() else 10 : 11][:1] in _SEPARATORS:
                return datetime.fromisoformat(value)
        except ValueError:
            pass
        return _written(value.strip(), day_first)
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return _from_number(value)
    raise BadValue("not a time")


def _written(text: str, day_first: bool | None) -> datetime:
    if len(text) > _LONGEST:
        raise BadValue(_WRONG)
    if _NUMBER.fullmatch(text):
        return _from_digits(text.replace(",", "."))
    try:
        return _worded(fold(text), day_first)
    except (ValueError, OverflowError):
        raise BadValue(_WRONG) from None


def _worded(text: str, day_first: bool | None) -> datetime:
    text = _APART.sub(_put_apart, text)
    clock = find_clock(text)
    if clock is None:
        try:
            return datetime.combine(read_date(text, day_first), _MIDNIGHT)
        except ValueError:
            clock = find_dotted_clock(text)
        if clock is None:
            raise ValueError(text)
    return datetime.combine(read_date(clock.rest, day_first), clock.time)


def _put_apart(match: re.Match[str]) -> str:
    if match[1]:
        return f"{match[1]} {match[2]}"
    return f"{match[3]} {match[4]}:{match[5]}:{match[6] or '00'}"


def _from_digits(text: str) -> datetime:
    return _from_stamp(text) if text.isdecimal() and _is_stamp(text) else _from_number(Decimal(text))


def _is_stamp(digits: str) -> bool:
    return len(digits) in _STAMPS and (len(digits) != 12 or digits[:2] in ("19", "20"))


def _from_stamp(digits: str) -> datetime:
    try:
        return datetime.strptime(digits, _STAMPS[len(digits)])
    except ValueError:
        raise BadValue(_WRONG) from None


def _from_number(value: float | Decimal) -> datetime:
    if not is_finite(value) or not -(10**20) < value < 10**20:
        raise BadValue("not a time")
    whole = int(value)
    digits = len(str(abs(whole)))
    if whole in _EXCEL_DAYS:
        return _EXCEL_EPOCH + timedelta(seconds=round(value * 86_400))  # a file holds too few digits for more
    if value == whole and _is_stamp(str(whole)):
        return _from_stamp(str(whole))
    if digits in (18, 19):
        return EPOCH + timedelta(microseconds=whole // 1000)
    if digits not in _EPOCH_UNITS:
        raise BadValue("not a time: a number, but not of seconds or milliseconds since 1970")
    return EPOCH + timedelta(microseconds=int(value * _EPOCH_UNITS[digits]))
