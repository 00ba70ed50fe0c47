"""Reading moments in time as people write them."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, Final

from fewsight.tables.records import BadValue, is_finite

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_END = int((datetime(2101, 1, 1, tzinfo=UTC) - EPOCH).total_seconds()) * 1_000_000
_MIDNIGHT = time(0)
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T,\s]+|$)(.*)", re.ASCII | re.S)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?:[T,\s]+|$)(.*)", re.ASCII | re.S)
_CLOCK = re.compile(
    r"(\d{1,2})(:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*([ap]\.?m\.?)?\s*(utc|gmt|z|[+-]\d{2}:?\d{0,2})?", re.I | re.ASCII
)
# digits of a number of seconds, milli-, micro- and nanoseconds since 1970, in this century
_EPOCH_UNITS = {10: 1_000_000, 9: 1_000_000, 13: 1_000, 12: 1_000, 16: 1, 15: 1}


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
    """From dates like 31/01/2024 in a sample, whether the day comes first; None where none of them tells."""
    answers = set()
    for match in (_YEAR_LAST.fullmatch(value.strip()) for value in values if isinstance(value, str)):
        if match and int(match[1]) > 12 >= int(match[3]):
            answers.add(True)
        if match and int(match[3]) > 12 >= int(match[1]):
            answers.add(False)
    return answers.pop() if len(answers) == 1 else None


def read_time(value: Any, day_first: bool | None = None) -> datetime:  # noqa: ANN401 - any cell
    """A cell as a datetime, naive where it names no zone. Numbers count from 1970 (s, ms, us or ns by their size).

    Raises:
        BadValue: it is no time, or day and month can't be told apart.
    """
    if isinstance(value, str):
        try:
            if not value.isdecimal():
                return datetime.fromisoformat(value)
        except ValueError:
            pass
        return _read_words(value.strip(), day_first)
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return _from_number(value)
    raise BadValue("not a time")


def _read_words(text: str, day_first: bool | None) -> datetime:
    if text.isascii() and text.isdecimal():
        return _from_digits(text)
    try:
        if match := _YEAR_FIRST.fullmatch(text):
            return _at(int(match[1]), int(match[2]), int(match[3]), match[4])
        if match := _YEAR_LAST.fullmatch(text):
            day, month = _day_month(int(match[1]), int(match[3]), True if match[2] == "." else day_first)
            return _at(int(match[4]), month, day, match[5])
        return parsedate_to_datetime(text) if len(text) < 60 else datetime.fromisoformat(text)
    except (ValueError, OverflowError, IndexError, TypeError):
        raise BadValue("not a time, or an impossible one; write it as 2024-01-31T10:15:00Z") from None


def _from_digits(text: str) -> datetime:
    try:
        if len(text) == 8:
            return datetime.fromisoformat(text)
        if len(text) == 14:
            return datetime.fromisoformat(f"{text[:8]}T{text[8:]}")
    except ValueError:
        raise BadValue("not a time, or an impossible one; write it as 2024-01-31T10:15:00Z") from None
    return _from_number(int(text) if len(text) < 20 else 0)


def _from_number(value: float | Decimal) -> datetime:
    if not is_finite(value) or not -(10**20) < value < 10**20:
        raise BadValue("not a time")
    whole = int(value)
    digits = len(str(abs(whole)))
    if digits in (18, 19):
        return EPOCH + timedelta(microseconds=whole // 1000)
    if digits not in _EPOCH_UNITS:
        raise BadValue("not a time: a number, but not of seconds or milliseconds since 1970")
    return EPOCH + timedelta(microseconds=int(value * _EPOCH_UNITS[digits]))


def _day_month(first: int, second: int, day_first: bool | None) -> tuple[int, int]:
    if day_first is None and first <= 12 and second <= 12 and first != second:
        raise BadValue("day and month can't be told apart; set day_first in the mapping, or write 2024-01-31")
    if day_first is None:
        day_first = first > 12
    return (first, second) if day_first else (second, first)


def _at(year: int, month: int, day: int, clock: str) -> datetime:
    if not clock.strip():
        return datetime(year, month, day)
    match = _CLOCK.fullmatch(clock.strip())
    if not match:
        raise ValueError(clock)
    hour, zone = int(match[1]), match[4] or ""
    if match[3]:
        if not 1 <= hour <= 12:
            raise ValueError(clock)
        hour = hour % 12 + (12 if match[3][0] in "pP" else 0)
    zone = "+00:00" if zone and zone[0] not in "+-" else zone
    return datetime.fromisoformat(f"{year:04}-{month:02}-{day:02}T{hour:02}{match[2]}{zone}")
