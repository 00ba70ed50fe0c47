"""Outcomes as people write them: a line of words, or a TOML table with the fields of `Outcome`."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, Final

from fewsight.errors import ConfigError, did_you_mean
from fewsight.events import EVENT_KINDS
from fewsight.outcomes.outcome import ORDER, Happens, Outcome, plural
from fewsight.tables.records import BadValue
from fewsight.tables.values.currencies import currency_code

EXAMPLES: Final = (
    "no order within 90 days",
    "any order within 30 days",
    "first cancellation within 60 days after a gap of 7 days",
    "count of orders in 90 days",
    "spend in 90 days (EUR)",
    "any coupon within 56 days with the same campaign_id",
)
TABLE: Final = "outcome"
"""The table of a TOML file that holds an outcome."""

_DAYS: Final = r"(?P<{0}>-?\d+)\s+(?P<{0}_unit>[a-z]+)"
_PERIOD: Final = rf"(?:with)?in\s+{_DAYS.format('horizon')}(?:\s+after\s+(?:a\s+gap\s+of\s+)?{_DAYS.format('gap')})?"
_KIND: Final = r"(?P<kind>\"[^\"]+\"|[^\"]+?)"
_SAME: Final = r"(?:\s+with\s+the\s+same\s+(?P<same>\S+))?"
_FORMS: Final = tuple(
    re.compile(form + _SAME, re.IGNORECASE)
    for form in (
        rf"(?P<spend>spend(?:ing)?)\s+{_PERIOD}(?:\s+(?:\((?P<currency>[^)]*)\)|in\s+(?P<in_currency>\S+)))?",
        rf"(?P<count>count|number)\s+of\s+{_KIND}\s+{_PERIOD}",
        rf"(?:(?P<happens>no|any|an?|first)\s+)?{_KIND}\s+{_PERIOD}",
    )
)
_UNITS: Final = {"day": 1, "days": 1, "week": 7, "weeks": 7}
_SINGULAR: Final = {plural(kind): kind for kind in EVENT_KINDS}


def read_outcome(text: str) -> Outcome:
    """The outcome that words name, or the TOML file that they are the path of.

    Raises:
        ConfigError: they name none, or the file can't be read.

    >>> read_outcome("spend in 13 weeks (eur)")
    Outcome(happens='spend', kind='order', horizon_days=91, gap_days=0, currency='EUR', same=None)
    >>> read_outcome('any "price alert" within 30 days').kind
    'price alert'
    """
    words = text.strip()
    if words.casefold().endswith(".toml"):
        return _read_file(Path(words))
    for form in _FORMS:
        if match := form.fullmatch(words):
            return _outcome(words, match.groupdict())
    raise ConfigError(f"The outcome {text!r} can't be read. Write one such as {', '.join(map(repr, EXAMPLES))}.")


def outcome_of_table(table: object, where: str) -> Outcome:
    """The outcome of a TOML table with the fields of `Outcome`.

    Raises:
        ConfigError: keys that are missing or unknown, or values that are wrong; `where` is where the table stands.
    """
    if not isinstance(table, Mapping):
        raise ConfigError(f"{where} holds no table [{TABLE}] with happens, kind and horizon_days.")
    known = [one.name for one in fields(Outcome)]
    if unknown := [key for key in table if key not in known]:
        raise ConfigError(f"{where}: [{TABLE}] has an unknown key {unknown[0]!r}.{did_you_mean(unknown[0], known)}")
    given: dict[str, Any] = {**({"kind": ORDER} if table.get("happens") == "spend" else {}), **table}
    if missing := [one.name for one in fields(Outcome) if one.default is MISSING and one.name not in given]:
        raise ConfigError(f"{where}: [{TABLE}] lacks {', '.join(missing)}.")
    return Outcome(**given)


def _read_file(path: Path) -> Outcome:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"The outcome in {str(path)!r} can't be read: {error}.") from error
    return outcome_of_table(content.get(TABLE), repr(str(path)))


def _outcome(text: str, words: dict[str, str | None]) -> Outcome:
    horizon, gap = _days(text, words, "horizon"), _days(text, words, "gap") if words["gap"] else 0
    if words.get("spend"):
        currency = words["currency"] or words["in_currency"]
        money = _currency(text, currency) if currency else None
        return Outcome("spend", ORDER, horizon, gap, money, words["same"])
    happens: Happens = "any"
    if words.get("count"):
        happens = "count"
    elif (word := str(words["happens"]).casefold()) in ("no", "first"):
        happens = "none" if word == "no" else "first"
    return Outcome(happens, kind_named(str(words["kind"])), horizon, gap, same=words["same"])


def _days(text: str, words: Mapping[str, str | None], name: str) -> int:
    unit = str(words[f"{name}_unit"]).casefold()
    if unit not in _UNITS:
        hint = " A month or year has no fixed number of days." if unit.startswith(("month", "year", "quarter")) else ""
        raise ConfigError(f"The outcome {text!r} counts in {unit!r}; write days or weeks.{hint}")
    return int(str(words[name])) * _UNITS[unit]


def kind_named(word: str) -> str:
    """The kind of a word: one in quotes as it stands; of known kinds also the plural."""
    if word.startswith('"'):
        return word[1:-1]
    plain = " ".join(word.casefold().split())
    return _SINGULAR.get(plain, plain if plain in EVENT_KINDS else word)


def _currency(text: str, word: str) -> str:
    try:
        return currency_code(word)
    except BadValue as error:
        raise ConfigError(f"The outcome {text!r}: {word!r} is {error}") from None
