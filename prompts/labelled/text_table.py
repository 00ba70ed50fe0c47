"""Rows of a table that pairs texts with labels."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fewsight.answers import label_text
from fewsight.errors import MappingError, did_you_mean
from fewsight.tables.records import BadValue, Broken, Cells, Source, damage
from fewsight.tables.rows import identifier
from fewsight.tables.values.times import read_time


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns hold what; customer and time where there are any."""

    text: str
    label: str
    customer_id: str | None = None
    time: str | None = None

    def in_order(self) -> tuple[str | None, ...]:
        """Text, label, customer, time."""
        return (self.text, self.label, self.customer_id, self.time)


@dataclass(frozen=True, slots=True)
class LabelledRow:
    """A text with its label. `line` counts from 1; `time` is aware, and UTC where the table names no zone."""

    line: int
    text: str
    label: str
    customer_id: str | None
    time: datetime | None


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that can't be used, and why."""

    line: int
    reason: str


class LabelledTable:
    """A table with a column of texts and one of labels, read row by row.

    Raises:
        MappingError: a named column is not in it; all of them at once.
    """

    def __init__(self, source: Source, columns: Columns) -> None:
        _check_columns(source, columns)
        self._source = source
        self._columns = columns
        self._places = [None if name is None else source.columns.index(name) for name in columns.in_order()]

    def rows(self) -> Iterator[LabelledRow | BadRow]:
        """All rows in order; blank space around texts and labels is cut off."""
        for line, cells in self._source.records():
            if isinstance(cells, Broken):
                yield BadRow(line, cells.reason)
                continue
            try:
                yield self._row(line, [None if place is None else cells[place] for place in self._places])
            except BadValue as error:
                yield BadRow(line, str(error))

    def _row(self, line: int, cells: Cells) -> LabelledRow:
        if broken := damage(cells, [name or "" for name in self._columns.in_order()]):
            raise BadValue(f"column {broken[0]!r}: {broken[1]}")
        text, label, customer, time = cells
        if _is_blank(text):
            raise BadValue(f"no text in column {self._columns.text!r}")
        if _is_blank(label):
            raise BadValue(f"no label in column {self._columns.label!r}")
        customer_id = None if _is_blank(customer) else identifier(customer)
        return LabelledRow(line, str(text).strip(), _word(label), customer_id, None if _is_blank(time) else _time(time))


def _check_columns(source: Source, columns: Columns) -> None:
    named = [name for name in columns.in_order() if name is not None]
    if missing := [name for name in named if name not in source.columns]:
        hints = "".join(f"\n  - {name!r}.{did_you_mean(name, source.columns)}" for name in missing)
        raise MappingError(f"{source.name} lacks {'a column' if len(missing) == 1 else 'columns'}:{hints}")
    if len(set(named)) != len(named):
        raise MappingError(f"{source.name}: one column is named for two things: {named}; name different ones.")


def _is_blank(cell: Any) -> bool:  # noqa: ANN401 - any cell
    return cell is None or cell != cell or (isinstance(cell, str) and not cell.strip())


def _word(cell: Any) -> str:  # noqa: ANN401 - any cell
    return label_text(cell) if isinstance(cell, bool) else identifier(cell)


def _time(cell: Any) -> datetime:  # noqa: ANN401 - any cell
    moment = read_time(cell)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
