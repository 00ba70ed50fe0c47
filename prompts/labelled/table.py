"""Rows of a table that pairs texts or histories with labels."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fewsight.errors import MappingError, did_you_mean
from fewsight.prompts.columns import Columns
from fewsight.tables.reading.rows import identifier
from fewsight.tables.records import BadValue, Broken, damage
from fewsight.tables.records import Source as Table
from fewsight.tables.values.times import read_time


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row with a history and at least one label.

    `line` counts from 1. `history` has the keys of a shot. `cells` are labels as they stand in the table, by dotted
    path, without blank ones.
    """

    line: int
    history: Mapping[str, Any]
    cells: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The id of the shot that the row becomes."""
        return f"row-{self.line:07d}"


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that can't be used, and why."""

    line: int
    reason: str


def table_rows(table: Table, columns: Columns) -> Iterator[TableRow | BadRow]:
    """All rows in order; blank space around texts is cut off. Columns that are not named are not looked at.

    Raises:
        MappingError: a named column is not in the table, or is named twice.
    """
    _check_columns(table, columns)
    return _rows(table, columns)


def is_blank(cell: Any) -> bool:  # noqa: ANN401 - any cell
    """Whether a cell says nothing: it is empty, only white space, or no number (NaN)."""
    return cell is None or cell != cell or (isinstance(cell, str) and not cell.strip())


def parse_cell(cell: Any, what: str) -> Any:  # noqa: ANN401 - any JSON value
    """What a cell of JSON holds; cells that are no text stay as they are.

    Raises:
        BadValue: it is not JSON.
    """
    try:
        return json.loads(cell) if isinstance(cell, str) else cell
    except (ValueError, RecursionError) as error:
        raise BadValue(f"{what} is not JSON: {error}") from None


def _check_columns(table: Table, columns: Columns) -> None:
    if missing := [name for name in columns.names if name not in table.columns]:
        hints = "".join(f"\n  - {name!r}.{did_you_mean(name, table.columns)}" for name in missing)
        raise MappingError(f"{table.name} lacks {'a column' if len(missing) == 1 else 'columns'}:{hints}")
    if len(set(columns.names)) != len(columns.names):
        raise MappingError(
            f"{table.name}: one column is named for two things: {list(columns.names)}; name different ones."
        )


def _rows(table: Table, columns: Columns) -> Iterator[TableRow | BadRow]:
    places = [table.columns.index(name) for name in columns.names]
    for line, cells in table.records():
        if isinstance(cells, Broken):
            yield BadRow(line, cells.reason)
            continue
        try:
            yield _row(line, [cells[place] for place in places], columns)
        except BadValue as error:
            yield BadRow(line, str(error))


def _row(line: int, cells: Sequence[Any], columns: Columns) -> TableRow:
    if broken := damage(cells, columns.names):
        raise BadValue(f"column {broken[0]!r}: {broken[1]}")
    filled = {name: cell for name, cell in zip(columns.names, cells, strict=True) if not is_blank(cell)}
    if columns.history not in filled:
        raise BadValue(f"no {'events' if columns.holds_events else 'text'} in column {columns.history!r}")
    labels = {path: filled[name] for path, name in columns.labels.items() if name in filled}
    if not labels:
        where = ", ".join(map(repr, columns.labels.values()))
        raise BadValue(f"no label in column{'s' if len(columns.labels) > 1 else ''} {where}")
    return TableRow(line, dict(_history(filled, columns)), labels)


def _history(filled: Mapping[str, Any], columns: Columns) -> Iterator[tuple[str, Any]]:
    others = {key: getattr(columns, key) for key in ("customer_id", "time", "profile", "as_of")}
    cells = {key: filled[name] for key, name in others.items() if name in filled}
    if columns.holds_events:
        yield "events", parse_cell(filled[columns.history], "events")
    else:
        yield "text", str(filled[columns.history]).strip()
    if "profile" in cells:
        yield "profile", parse_cell(cells["profile"], "profile")
    for key in ("time", "as_of"):
        if key in cells:
            yield key, _moment(cells[key]).isoformat()
    if "customer_id" in cells:
        yield "customer_id", identifier(cells["customer_id"])


def _moment(cell: Any) -> datetime:  # noqa: ANN401 - any cell
    moment = read_time(cell)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
