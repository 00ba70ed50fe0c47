"""The time of day in a written moment, and the zone after it."""

import re
from dataclasses import dataclass
from datetime import UTC, time, timedelta, timezone, tzinfo
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from fewsight.tables.values.calendar_words import AFTERNOON, MORNING, ZONES

_HALF: Final = "|".join(re.escape(word) for word in (*MORNING, *AFTERNOON))
_COLONS: Final = r":(?P<m>\d{2})(?!\d)(?::(?P<s>\d{2})(?!\d)(?:[.,:](?P<f>\d{1,9}))?)?"
_SIGNS: Final = r"\s?[時时点點시]\s?(?:(?P<m2>\d{1,2})\s?[分분]?(?:\s?(?P<s2>\d{1,2})\s?[秒초])?)?"
_CLOCK: Final = re.compile(
    rf"(?P<before>{_HALF})?\s?(?<![\d.:/-])(?P<h>\d{{1,2}})"
    rf"(?:{_COLONS}|{_SIGNS}|\s?h\s?(?P<m3>\d{{2}})?(?![a-z\d])|(?=\s?(?:{_HALF})))\s?(?P<after>(?:{_HALF})(?![a-z]))?",
    re.ASCII,
)
_DOTTED: Final = re.compile(
    rf"(?<=[\s,])(?P<h>\d{{1,2}})\.(?P<m>\d{{2}})(?!\d)(?:\.(?P<s>\d{{2}})(?!\d)(?:\.(?P<f>\d{{1,9}}))?)?"
    rf"\s?(?P<after>(?:{_HALF})(?![a-z]))?",
    re.ASCII,
)
_OFFSET: Final = re.compile(r"\s?(?:utc|gmt|z)?\s?([+-])(\d{1,2})(?::?(\d{2}))?(?![\d./])", re.ASCII)
_WORD: Final = re.compile(r"\s?([a-z]+(?:[/_+-][a-z0-9]+)*)(?![a-z])", re.ASCII)
_LAST: Final = re.compile(r"(?<=\d)\s((?:utc|gmt)?[+-]\d{2}:?\d{2}|[a-z]+(?:/[a-z_]+)*)$", re.ASCII)
"""A zone after the year, in 'fri jan 5 10:15:00 2024 +0100'."""
_ASIDE: Final = re.compile(r"\s?[(\[]([^()\[\]]*)[)\]]")
_FURTHEST: Final = 14 * 60
"""Minutes between UTC and the clock that is furthest from it."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day (with a zone where one is named), and the text without it."""

    time: time
    rest: str


def find_clock(text: str) -> Clock | None:
    """The first time of day in a folded text such as 'jan 5, 2024 1:05 pm est', or None.

    Raises:
        ValueError: a time of day or an offset that can't be.
    """
    return _clock(_CLOCK.search(text), text)


def find_dotted_clock(text: str) -> Clock | None:
    """The same for '5.1.2024 10.15', where dots stand for colons.

    Raises:
        ValueError: as for `find_clock`.
    """
    return _clock(_DOTTED.search(text), text)


def is_time_of_day(text: str) -> bool:
    """Whether a text is a time of day, with a zone or not, and nothing else.

    >>> is_time_of_day("9:10 PM"), is_time_of_day("2024-03-14 21:10")
    (True, False)
    """
    try:
        clock = find_clock(text.strip().casefold())
    except ValueError:
        return False
    return clock is not None and not clock.rest


def _clock(match: re.Match[str] | None, text: str) -> Clock | None:
    if match is None:
        return None
    zone, after = _zone(text[match.end() :])
    return Clock(_time(match, zone), f"{text[: match.start()].rstrip().removesuffix('t')} {after}".strip())


def _time(match: re.Match[str], zone: tzinfo | None) -> time:
    given = match.groupdict()
    hour = _hour(int(given["h"]), given["after"] or given.get("before"))
    minute, second = (next((given[n] for n in (k, f"{k}2", f"{k}3") if given.get(n)), "0") for k in "ms")
    return time(hour, int(minute), int(second), int((given["f"] or "0").ljust(6, "0")[:6]), zone)


def _hour(hour: int, half: str | None) -> int:
    if half in AFTERNOON:
        return hour + 12 if hour < 12 else hour  # 下午15:05 and 午後0:15 are written too
    if half in MORNING:
        if hour > 12:
            raise ValueError(f"{hour} in the morning")
        return hour % 12
    return hour


def _zone(text: str) -> tuple[tzinfo | None, str]:
    """The zone at the beginning of a text, or after its year, and the text without it."""
    zone: tzinfo | None = None
    if match := _OFFSET.match(text):
        zone, text = _offset(match), text[match.end() :]
    if (match := _WORD.match(text)) and (known := named_zone(match[1])):
        zone, text = zone or known, text[match.end() :]
    if match := _ASIDE.match(text):
        offset = _OFFSET.fullmatch(match[1])
        known = _offset(offset) if offset else named_zone(match[1])
        if zone or known:  # (Central European Standard Time) says nothing new after an offset
            zone, text = zone or known, text[match.end() :]
    if zone is None and (match := _LAST.search(text)):
        offset = _OFFSET.match(match[1])
        zone = _offset(offset) if offset else named_zone(match[1])
        text = text[: match.start()] if zone else text
    return zone, text


def _offset(match: re.Match[str]) -> tzinfo:
    minutes = 60 * int(match[2]) + int(match[3] or 0)
    if minutes > _FURTHEST or int(match[3] or 0) > 59:
        raise ValueError(match[0])
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes)) if minutes else UTC


@cache
def named_zone(word: str) -> tzinfo | None:
    """A zone by abbreviation or IANA name, in lower case; None where it is neither."""
    if word in ZONES:
        return timezone(timedelta(minutes=ZONES[word])) if ZONES[word] else UTC
    name = _iana().get(word) if "/" in word else None
    return ZoneInfo(name) if name else None


@cache
def _iana() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}
