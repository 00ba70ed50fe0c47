"""What the values of a column look like."""

import re
from collections.abc import Callable, Sequence
from datetime import time
from typing import Any, Final

from fewsight.tables.records import BadValue
from fewsight.tables.values.amounts import minor_units
from fewsight.tables.values.clocks import is_time_of_day
from fewsight.tables.values.times import read_time

_EMAIL: Final = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[\w-]{2,}")
_ORDER_NUMBER: Final = re.compile(r"#[\w-]+|[A-Z]{1,5}-?\d+[\w-]*|\d{3,}[\w-]*")
_DIGITS: Final = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d[0-5]\d", re.ASCII)
_LONGEST_KIND: Final = 40
"""Characters of a word for a kind of event."""


def mostly(test: Callable[[Any], bool], values: Sequence[Any], share: float = 0.5) -> bool:
    """Whether a share of the values at least passes a test; False where there are none."""
    return bool(values) and sum(map(test, values)) >= share * len(values)


def is_time(value: Any) -> bool:  # noqa: ANN401 - any cell
    """Whether a cell can be read as a time, day and month told apart or not."""
    return _readable(lambda v: read_time(v, True), value) or _readable(lambda v: read_time(v, False), value)


def is_bare_date(value: Any) -> bool:  # noqa: ANN401 - any cell
    """Whether a cell is a day without a time of day, or with midnight and no zone."""
    for day_first in (True, False):
        try:
            moment = read_time(value, day_first)
        except BadValue:
            continue
        return moment.tzinfo is None and moment.time() == time(0)
    return False


def is_clock(value: Any) -> bool:  # noqa: ANN401 - any cell
    """Whether a cell is a time of day and nothing else; six digits may be one, as telephone networks write it."""
    if isinstance(value, time):
        return True
    return isinstance(value, str) and (is_time_of_day(value) or bool(_DIGITS.fullmatch(value.strip())))


def is_amount(value: Any) -> bool:  # noqa: ANN401 - any cell
    """Whether a cell can be read as an amount of money."""
    return _readable(lambda v: minor_units(v, "KWD", "major", None), value)


def is_email(value: Any) -> bool:  # noqa: ANN401 - any cell
    """Whether a cell is one address."""
    return isinstance(value, str) and bool(_EMAIL.fullmatch(value.strip()))


def is_order_number(value: Any) -> bool:  # noqa: ANN401 - any cell
    """Whether a cell looks like the number of an order: #2001, SO-1001, 100234."""
    return bool(_ORDER_NUMBER.fullmatch(str(value).strip()))


def is_wordy(value: Any) -> bool:  # noqa: ANN401 - any cell
    """Whether a cell can be something that was written: it has letters, and is no number, time, address or list."""
    if not isinstance(value, str) or not any(c.isalpha() for c in value):
        return False
    short = value.strip()
    if short[:1] in "[{" and short[-1:] in "]}":
        return False
    if short.casefold() in ("true", "false", "yes", "no", "n/a", "none", "null"):
        return False
    return not (is_email(short) or re.fullmatch(r"https?://\S+", short) or (len(short) < 40 and is_time(short)))


def is_long(value: Any) -> bool:  # noqa: ANN401 - any cell
    """Whether a cell is a sentence rather than a name."""
    if not is_wordy(value):
        return False
    return len(value.split()) >= 4 or (len(value) >= 8 and any(c > "\u2e80" for c in value))


def is_kind(value: Any) -> bool:  # noqa: ANN401 - any cell
    """Whether a cell can be the name of a kind of event: a few words, no number, no time."""
    if not isinstance(value, str):
        return False
    word = value.strip()
    few = len(word) <= _LONGEST_KIND and len(re.split(r"[\s_]+", word)) <= 6
    return few and any(c.isalpha() for c in word) and not is_email(word) and not is_time(word)


def _readable(read: Callable[[Any], Any], value: Any) -> bool:  # noqa: ANN401 - any reader of any cell
    if isinstance(value, bool):
        return False
    try:
        read(value)
    except BadValue as bad:
        return "ambiguous" in str(bad) or "more decimals" in str(bad)
    return True
