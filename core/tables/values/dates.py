"""Dates as people write them, in numbers and in words of nine languages."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any, Final

from fewsight.tables.records import BadValue
from fewsight.tables.values.calendar_words import FILLERS, MONTHS, WEEKDAYS

_YEAR_FIRST: Final = re.compile(r"(\d{4})\s?[-/.:年년]\s?(\d{1,2})\s?[-/.:月월]\s?(\d{1,2})\s?[日일.]?", re.ASCII)
_PACKED: Final = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_YEAR_LAST: Final = re.compile(r"(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?('?\d{2}|\d{4})", re.ASCII)
_ORDER: Final = re.compile(r"(?<![\d./-])(\d{1,2})([-/])(\d{1,2})\2(\d{4}|\d{2})(?![\d/-])", re.ASCII)
_TOKEN: Final = re.compile(r"\d+|[^\W\d_]+", re.ASCII)
_ASIAN_WEEKDAY: Final = re.compile(
    r"[(（]?(?:星期.|周.|[一二三四五六日月火水木金土]曜日?|.요일|(?<=[(（]).(?=[)）]))[)）]?"
)
_BETWEEN: Final = frozenset(" .,-/'’")
_PIVOT: Final = 69
"""The last two-digit year of this century (as POSIX has it)."""


def fold(text: str) -> str:
    """Lower case, plain spaces, no accents, no full-width characters."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        parts = [c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn"]
        text = unicodedata.normalize("NFC", "".join(parts)).replace("−", "-")
    return " ".join(text.casefold().split())


@lru_cache(maxsize=8_192)  # a day stands in many rows
def read_date(text: str, day_first: bool | None) -> date:
    """A folded text without a time of day as a date.

    Raises:
        BadValue: day and month, or day and year, can't be told apart.
        ValueError: anything else that is no date.
    """
    text = text.strip(" ,;|-")
    if match := _YEAR_FIRST.fullmatch(text) or _PACKED.fullmatch(text):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := _YEAR_LAST.fullmatch(text):
        return _numeric(match, day_first)
    if not text.isascii():
        bare = _ASIAN_WEEKDAY.sub(" ", text).strip()
        if match := _YEAR_FIRST.fullmatch(bare):
            return date(int(match[1]), int(match[2]), int(match[3]))
    return _worded(text, day_first)


def day_order(values: Iterable[Any]) -> tuple[bool | None, str | None]:
    """Whether the day comes before the month in dates like 31/01/2024, and the value that shows it.

    None where no value tells, or where some tell one thing and some the other. Dates with dots are left out (the day
    always comes first in them), as is 24/01/05 where the first numbers of all such dates vary less than the last ones:
    then these are days, and years come first.
    """
    shown: dict[bool, str] = {}
    doubtful: dict[bool, str] = {}
    firsts, lasts = set(), set()
    for match in filter(None, map(_order, values)):
        first, second, last = int(match[1]), int(match[3]), int(match[4])
        short = len(match[4]) == 2
        if short:
            firsts.add(first)
            lasts.add(last)
        if max(first, second) > 12 >= min(first, second):
            (doubtful if short and first > 12 else shown).setdefault(first > 12, match.string)
    if len(firsts) >= len(lasts):
        shown = doubtful | shown
    return next(iter(shown.items())) if len(shown) == 1 else (None, None)


def is_ambiguous(value: Any) -> bool:  # noqa: ANN401 - any cell
    """Whether a cell is a date like 01/02/2024 or 24/01/05, of which other values of its column must tell the order."""
    match = _order(value)
    if match is None:
        return False
    first, second = int(match[1]), int(match[3])
    return (
        first > 12 if max(first, second) > 12 and len(match[4]) == 2 else max(first, second) <= 12 and first != second
    )


def _order(value: Any) -> re.Match[str] | None:  # noqa: ANN401 - any cell
    return _ORDER.search(value) if isinstance(value, str) else None


def _numeric(match: re.Match[str], day_first: bool | None) -> date:
    first, second, year = int(match[1]), int(match[3]), match[4].lstrip("'")
    if match[2] == ".":
        return date(_year(year), second, first)
    if day_first is None and len(year) == 2 and first > 12:
        raise BadValue("a year of two digits, first or last; set day_first in the mapping, or write 2024-01-31")
    if day_first is None and first <= 12 and second <= 12 and first != second:
        raise BadValue("day and month can't be told apart; set day_first in the mapping, or write 2024-01-31")
    day, month = (first, second) if (first > 12 if day_first is None else day_first) else (second, first)
    return date(_year(year), month, day)


def _worded(text: str, day_first: bool | None) -> date:
    """Weekday, month's name and numbers in any usual order."""
    tokens = _TOKEN.findall(text)
    if set(_TOKEN.sub("", text)) - _BETWEEN:
        raise ValueError(text)
    words = [token for token in tokens if not token.isdecimal()]
    months = [word for word in words if word in MONTHS]
    if not months and any(word in WEEKDAYS or word in FILLERS for word in words):
        left = re.sub(r"[^\W\d_]+\.?,?", " ", text).strip(" ,;|")
        if all(word in WEEKDAYS or word in FILLERS for word in words) and (match := _YEAR_LAST.fullmatch(left)):
            return _numeric(match, day_first)
        if match := _YEAR_FIRST.fullmatch(left):
            return date(int(match[1]), int(match[2]), int(match[3]))
    if len(months) == 2 and months[0] in WEEKDAYS:  # mar. 5 janv. 2024
        months.pop(0)
    rest = [word for word in words if word not in MONTHS and word not in WEEKDAYS and word not in FILLERS]
    numbers = [token for token in tokens if token.isdecimal()]
    if len(months) != 1 or rest or len(numbers) != 2:
        raise ValueError(text)
    first, second = numbers
    day, year = (second, first) if len(first) == 4 else (first, second)
    return date(_year(year), MONTHS[months[0]], int(day))


def _year(digits: str) -> int:
    if len(digits) == 2:
        return int(digits) + (2000 if int(digits) <= _PIVOT else 1900)
    if len(digits) != 4:
        raise ValueError(digits)
    return int(digits)
