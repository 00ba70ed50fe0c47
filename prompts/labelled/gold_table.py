"""A table of texts (or histories) and labels as the data of shots, row by row."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fewsight.answers import label_text, nest, split_path
from fewsight.errors import MappingError
from fewsight.evidence import reference
from fewsight.prompts.answer.fields import ClosedField, closed_fields, open_fields
from fewsight.prompts.task import Task
from fewsight.tables.records import BadValue, Broken, damage
from fewsight.tables.rows import identifier
from fewsight.tables.sources.opening import open_source
from fewsight.tables.values.times import read_time


@dataclass(frozen=True, slots=True)
class GoldColumns:
    """Columns by what they hold: `fields` by dotted path of the answer."""

    fields: Mapping[str, str]
    history: str
    others: tuple[str, ...]


def find_columns(columns: Sequence[str], task: Task, name: str) -> GoldColumns:
    """Tell a labelled table's columns by their names.

    A field's column is named like its path, like the path's last word where only one field ends so, or `label` where
    the task has one closed field.

    Raises:
        MappingError: there is no text, or no column of any field.
    """
    closed, written = closed_fields(task.output), open_fields(task.output)
    paths = [*(field.path for field in closed), *(field.path for field in written)]
    last = [split_path(path)[1] for path in paths]
    fields: dict[str, str] = {}
    for path, word in zip(paths, last, strict=True):
        names = [path, *([word] if last.count(word) == 1 else [])]
        if len(closed) == 1 and path == closed[0].path:
            names.append("label")
        if found := next((name for name in names if name in columns), None):
            fields[path] = found
    history = next((column for column in ("text", "events") if column in columns), None)
    missing = [] if history else ["no column 'text' (a message) or 'events' (a JSON list)"]
    if not any(field.path in fields for field in closed):
        missing.append(f"no column of a label; name one like a field of the task: {', '.join(paths)}")
    if missing or history is None:
        raise MappingError(f"{name} can't be used for training: {'; '.join(missing)}. It has {', '.join(columns)}.")
    return GoldColumns(fields, history, tuple(c for c in ("customer_id", "time", "profile", "as_of") if c in columns))


def table_rows(path: Path, task: Task) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    """(line, data of a shot) for each row, or (line, reason) where it can't be used.

    Raises:
        InputError, MappingError: the file can't be read, or lacks columns.
    """
    source = open_source(path)
    columns = find_columns(source.columns, task, source.name)
    closed = {field.path: field for field in closed_fields(task.output)}
    evidence = [field.path for field in open_fields(task.output) if field.evidence is not None]
    for line, cells in source.records():
        if isinstance(cells, Broken):
            yield line, cells.reason
            continue
        if broken := damage(cells, source.columns):
            yield line, f"column {broken[0]!r}: {broken[1]}"
            continue
        named = {name: cell for name, cell in zip(source.columns, cells, strict=True) if not _is_blank(cell)}
        try:
            yield line, _shot_data(line, named, columns, closed, evidence)
        except BadValue as error:
            yield line, str(error)


def _shot_data(
    line: int,
    cells: Mapping[str, Any],
    columns: GoldColumns,
    closed: Mapping[str, ClosedField],
    evidence: Sequence[str],
) -> dict[str, Any]:
    if columns.history not in cells:
        raise BadValue(f"no {columns.history} in column {columns.history!r}")
    values = {path: _value(cells[name], closed.get(path)) for path, name in columns.fields.items() if name in cells}
    if not values:
        raise BadValue("no label in any column")
    data: dict[str, Any] = {"id": f"row-{line:07d}"}
    if columns.history == "text":
        data["text"] = str(cells["text"]).strip()
        values |= {path: [reference(1)] for path in evidence if path not in columns.fields}  # as in a pool of shots
        if "time" in columns.others and "time" in cells:
            data["time"] = read_time(cells["time"]).isoformat()
    else:
        data["events"] = _parsed(cells["events"], "events")
        if "profile" in columns.others and "profile" in cells:
            data["profile"] = _parsed(cells["profile"], "profile")
        if "as_of" in columns.others and "as_of" in cells:
            data["as_of"] = read_time(cells["as_of"]).isoformat()
    if "customer_id" in columns.others and "customer_id" in cells:
        data["customer_id"] = identifier(cells["customer_id"])
    return data | {"answer": nest(values)}


def _value(cell: Any, closed: ClosedField | None) -> Any:  # noqa: ANN401 - any cell
    """A cell as a JSON value: a label, a text, or a JSON list of what an open field holds."""
    if closed is None:
        return _parsed(cell, "a list") if isinstance(cell, str) and cell.lstrip().startswith("[") else cell
    word = label_text(cell) if isinstance(cell, bool) else identifier(cell)
    if bool in map(type, closed.values) and word.lower() in closed.labels:
        word = word.lower()
    return closed.value_of(word) if word in closed.labels else word


def _parsed(cell: Any, what: str) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return json.loads(cell) if isinstance(cell, str) else cell
    except (ValueError, RecursionError) as error:
        raise BadValue(f"{what} is not JSON: {error}") from None


def _is_blank(cell: Any) -> bool:  # noqa: ANN401 - any cell
    return cell is None or cell != cell or (isinstance(cell, str) and not cell.strip())
