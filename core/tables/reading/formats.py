"""What a whole column tells that no cell does: day or month first, decimal mark, and whether its times can be read."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, Final

from fewsight.errors import MappingError
from fewsight.tables.columns.names import rank
from fewsight.tables.mapping import ColumnMapping
from fewsight.tables.reading.guess import Sample
from fewsight.tables.records import BadValue
from fewsight.tables.values.amounts import Mark, decimal_mark, minor_units
from fewsight.tables.values.calendar_words import DOUBTFUL_ZONES
from fewsight.tables.values.dates import day_order, is_ambiguous
from fewsight.tables.values.empties import NOTHING
from fewsight.tables.values.times import is_excel_serial, read_time
from fewsight.tables.words import squash

_SAY_TIME: Final = ("time", "date", "datum", "zeit", "fecha", "heure", "日期", "时间", "日時")
"""Parts of names that can't be those of other columns, as 'day', 'created' and 'data' can."""
_SHOWN: Final = 3

Column = Callable[[str], Iterable[Any]]
"""All cells of a column, read anew."""


def settle(given: ColumnMapping, chosen: ColumnMapping, table: str, sample: Sample, column: Column) -> ColumnMapping:
    """The mapping with day order and decimal mark decided by the column, and notes on what was decided.

    `given` is the mapping before values were looked at, `chosen` after. The whole column is read only where the sample
    leaves open what it holds.

    Raises:
        MappingError: a column of times, or one that is named like one, can't be read, or that amounts can't.
    """
    sample = {name: [value for value in values if value not in NOTHING] for name, values in sample.items()}
    day_first, mark = chosen.day_first, chosen.decimal
    notes: list[str] = []
    if name := chosen.columns.get("time"):
        if given.day_first is None:
            day_first, note = _day_first(name, sample[name], column)
            notes += note
        _check_times(table, name, sample[name], day_first, chosen.guessed)
        notes += _notes_on_times(name, sample[name])
    elif chosen.rows != "profiles":
        _check_names(table, chosen, sample)
    if name := chosen.columns.get("amount", chosen.columns.get("price")):
        if given.decimal is None:
            mark, note = _mark(name, sample[name], column)
            notes += note
        _check_amounts(table, name, sample[name], mark, _currency(chosen, sample), chosen.amount_unit)
    return replace(chosen, day_first=day_first, decimal=mark, notes=(*chosen.notes, *notes))


def _day_first(name: str, values: Sequence[Any], column: Column) -> tuple[bool | None, list[str]]:
    if not any(map(is_ambiguous, values)):
        return day_order(values)[0], []
    day_first, shown_by = day_order(values)
    if day_first is None:
        day_first, shown_by = day_order(column(name))
    if day_first is None:
        doubtful = next(filter(is_ambiguous, values))
        return None, [f"nothing in {name!r} tells day and month of dates like {doubtful!r} apart: they are bad rows"]
    return day_first, [f"{'days' if day_first else 'months'} come first in {name!r}, as {shown_by!r} shows"]


def _check_times(table: str, name: str, values: Sequence[Any], day_first: bool | None, guessed: bool) -> None:
    """Refuse a column of which no time can be read, or only a minority where it was guessed to hold times."""
    bad = list(_unreadable(values, day_first))
    if not bad or (2 * len(bad) <= len(values) if guessed else len(bad) < len(values)):
        return
    shown = ", ".join(repr(value) for value, _ in bad[:_SHOWN])
    raise MappingError(
        f"{table}: column {name!r} should hold times, but can't be read: {shown} ({bad[0][1]}). Correct them, or name "
        "another column with time = '...' under [columns] of a mapping file."
    )


def _unreadable(values: Sequence[Any], day_first: bool | None) -> Iterator[tuple[Any, str]]:
    for value in values:
        try:
            read_time(value, day_first)
        except BadValue as bad:
            yield value, str(bad)


def _check_names(table: str, mapping: ColumnMapping, sample: Sample) -> None:
    """Refuse a table whose only column of times was left aside because its values are none."""
    if not mapping.guessed:
        return
    for name, values in sample.items():
        place = rank("time", name)
        if place and place[0] == 0 and _says_time(name) and name not in mapping.columns.values():
            _check_times(table, name, [value for value in values if isinstance(value, str)], None, guessed=True)


def _says_time(name: str) -> bool:
    word = squash(name)
    return any(part in word for part in _SAY_TIME) or (word.endswith("at") and len(word) > 2)


def _notes_on_times(name: str, values: Sequence[Any]) -> list[str]:
    notes = []
    if any(map(is_excel_serial, values)):
        notes.append(f"numbers of five digits in {name!r} are days as Excel counts them (45296 is 2024-01-05)")
    words = {word for value in values if isinstance(value, str) for word in value.lower().split()[-1:]}
    notes += [
        f"{zone.upper()} in {name!r} is read as {words_}" for zone, words_ in DOUBTFUL_ZONES.items() if zone in words
    ]
    return notes


def _mark(name: str, values: Sequence[Any], column: Column) -> tuple[Mark | None, list[str]]:
    mark, shown_by = decimal_mark(values)
    if not any(_is_doubtful(value, None, None, "major") for value in values):
        return mark, []
    if mark is None:
        mark, shown_by = decimal_mark(column(name))
    if mark is None:
        return None, []
    sign = "point" if mark == "." else "comma"
    return mark, [
        f"a {sign} stands before decimals in {name!r}, as {shown_by!r} shows; the other mark groups thousands"
    ]


def _check_amounts(
    table: str, name: str, values: Sequence[Any], mark: Mark | None, currency: str | None, unit: str
) -> None:
    """Refuse a column of amounts that may mean two things; one such cell alone is a bad row."""
    doubtful = list(islice((value for value in values if _is_doubtful(value, mark, currency, unit)), _SHOWN))
    if len(doubtful) > 1:
        raise MappingError(
            f"{table}: amounts such as {', '.join(map(repr, doubtful))} in column {name!r} can be read in two ways, "
            "and no other amount tells which. Say it in a mapping file: decimal = ',' where 1.200 is twelve hundred, "
            "decimal = '.' where 1,200 is."
        )


def _is_doubtful(value: Any, mark: Mark | None, currency: str | None, unit: str) -> bool:  # noqa: ANN401 - any cell
    try:
        minor_units(value, currency, unit, mark)
    except BadValue as bad:
        return "ambiguous" in str(bad)
    return False


def _currency(mapping: ColumnMapping, sample: Sample) -> str | None:
    """The currency that stands for the column's: the first one named, or the default."""
    named = sample.get(mapping.columns.get("currency", ""), ())
    return str(named[0]).strip().upper() if named else mapping.defaults.get("currency")
