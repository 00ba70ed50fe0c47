"""Flat tables out of nested rows: which columns there are, and writing them as CSV and Parquet."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from fewsight.answers import label_text, labelled_values
from fewsight.errors import InputError
from fewsight.export.spreadsheet import CsvWriter

_FIRST: Final = ("customer_id", "task", "as_of", "status")
_LAST: Final = ("answer", "evidence", "probabilities", "provenance", "error")
NESTED: Final = ("answer", "probabilities", "provenance")
_SOMETIMES: Final = ("recorded", "newest", "unknown_pseudonyms")
_LISTS: Final = ("evidence", "unknown_pseudonyms")
_MOMENTS: Final = ("as_of", "recorded")
_MOST_COLUMNS: Final = 1000
_ROWS_AT_ONCE: Final = 4096

_WHOLE: Final = 2**53  # beyond it a column of floats is not exact, and beyond 2**63 one of integers not possible

Row = Mapping[str, Any]


class Columns:
    """The columns that rows need beside the fixed ones, in the order in which they were first seen."""

    def __init__(self) -> None:
        self.types: dict[str, set[type]] = {}
        self._more: dict[str, None] = {}

    def see(self, row: Row) -> None:
        """Take note of a row's fields.

        Raises:
            InputError: there are more than 1,000 of them.
        """
        self._more.update(dict.fromkeys(name for name in _SOMETIMES if name in row))
        for name, value in flat(row).items():
            self.types.setdefault(name, set()).add(_kind(value))
        if len(self.types) > _MOST_COLUMNS:
            raise InputError(
                f"The answers have more than {_MOST_COLUMNS} different fields, the last one {name!r}: "
                "too many for columns; export as jsonl, or one task at a time."
            )

    def names(self, more: Iterable[str] = ()) -> list[str]:
        """All columns: keys, answer fields and `more` of them, probabilities of the chosen labels, nested values."""
        fields = sorted(dict.fromkeys([*self.types, *more]), key=lambda name: name.startswith("probability."))
        return [*_FIRST, *fields, *_LAST, *self._more]


def flat(row: Row) -> dict[str, Any]:
    """The single values of a row's answer by column name, and the probability of each label that was chosen.

    >>> flat({"answer": {"intent": "refund", "tags": ["a"]}, "probabilities": {"intent": {"refund": 0.9}}})
    {'answer.intent': 'refund', 'probability.intent': 0.9}
    """
    values: dict[str, Any] = {}
    answer, probabilities = row["answer"], row["probabilities"]
    for path, value in (labelled_values(answer, probabilities) if answer else {}).items():
        if isinstance(value, str | int | float):
            values[f"answer.{path}"] = value
        chosen = probabilities[path].get(label_text(value)) if path in probabilities else None
        if chosen is not None:
            values[f"probability.{path}"] = chosen
    return values


def write_csv(rows: Iterable[Row], path: Path, columns: Columns) -> None:
    """CSV for spreadsheets: UTF-8 with a byte order mark, no cell that could be run as a formula."""
    names = columns.names()
    with path.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="") as file:
        writer = CsvWriter(file)
        writer.writerow(names)
        for row in rows:
            cells = flat_cells(row)
            writer.writerow(cells.get(name) for name in names)


def write_parquet(rows: Iterable[Row], path: Path, columns: Columns) -> None:
    """Parquet, compressed with zstd: moments are timestamps (UTC), `evidence` a list, answer fields keep their type."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, _arrow_type(name, columns)) for name in columns.names()])
    texts = {name for name in columns.types if schema.field(name).type == pa.string()}
    source = iter(rows)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        while some := list(islice(source, _ROWS_AT_ONCE)):
            cells = [_parquet_cells(row, texts) for row in some]
            writer.write_table(pa.Table.from_pylist(cells, schema=schema))


def flat_cells(row: Row) -> dict[str, Any]:
    """A row's cells by column; mappings and lists as JSON text."""
    cells = dict(row) | flat(row)
    for name in (*NESTED, *_LISTS):
        if cells.get(name) is not None:
            cells[name] = json.dumps(cells[name], ensure_ascii=False)
    return cells


def _arrow_type(name: str, columns: Columns) -> Any:  # noqa: ANN401 - pyarrow has no types
    import pyarrow as pa

    if name in _MOMENTS:
        return pa.timestamp("us", tz="UTC")
    if name in _LISTS:
        return pa.list_(pa.string())
    if name == "newest":
        return pa.bool_()
    types = columns.types.get(name, {str})
    if types == {bool}:
        return pa.bool_()
    if types == {int}:
        return pa.int64()
    return pa.float64() if types <= {int, float} else pa.string()


def _parquet_cells(row: Row, texts: set[str]) -> dict[str, Any]:
    cells = flat_cells(row) | {name: row.get(name) for name in _LISTS}
    cells |= {name: _moment(row[name]) for name in _MOMENTS if name in row}
    for name in texts & cells.keys():
        if not isinstance(cells[name], str):
            cells[name] = json.dumps(cells[name])
    return {name: _storable(value) for name, value in cells.items()}


def _kind(value: str | int | float) -> type:
    return str if isinstance(value, int) and abs(value) > _WHOLE else type(value)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _storable(value: Any) -> Any:  # noqa: ANN401 - any cell
    """Parquet's texts are UTF-8, which has no half of a surrogate pair."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
