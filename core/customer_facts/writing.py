"""Facts as files: Parquet, CSV or JSONL, and beside each a JSON file with the data dictionary."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from fewsight.customer_facts.table import FactTable
from fewsight.errors import InputError
from fewsight.export import CsvWriter
from fewsight.files import replacing, write_text

FORMATS: Final = ("parquet", "csv", "jsonl")


def dictionary_path(path: Path) -> Path:
    """Where the data dictionary of a file of facts is: facts.parquet.json.

    >>> dictionary_path(Path("facts.parquet")).name
    'facts.parquet.json'
    """
    return path.with_name(path.name + ".json")


def write_facts(table: FactTable, path: Path) -> int:
    """Write all rows, by the ending of the name, and the dictionary beside them; returns the number of rows.

    Rows are streamed; the file appears whole or not at all. CSV is for spreadsheets too: no text of it can run as a
    formula, and what is unknown is an empty cell.

    Raises:
        InputError: no such format, or the file can't be written.
    """
    form = path.suffix.lower().removeprefix(".")
    if form not in FORMATS:
        raise InputError(f"Can't tell a format by the name {path.name!r}; end it with .{', .'.join(FORMATS)}.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as target:
            rows = {"parquet": _parquet, "csv": _csv, "jsonl": _jsonl}[form](table, target)
        about = {"facts": [fact.as_dict() for fact in table.facts], "fitted": table.fitted.as_dict()}
        write_text(dictionary_path(path), json.dumps(about, ensure_ascii=False, indent=2) + "\n")
    except OSError as error:
        raise InputError(f"Can't write {str(path)!r}: {error.strerror or error}. Make room or name another.") from error
    return rows


def _parquet(table: FactTable, path: Path) -> int:
    import pyarrow.parquet as pq

    rows, writer = 0, None
    try:
        for batch in table.batches():
            described = batch.replace_schema_metadata(
                {"fewsight": json.dumps([fact.as_dict() for fact in table.facts])}
            )
            writer = writer or pq.ParquetWriter(path, described.schema, compression="zstd")
            writer.write_table(described)
            rows += batch.num_rows
    finally:
        if writer is not None:
            writer.close()
    return rows


def _csv(table: FactTable, path: Path) -> int:
    rows = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = CsvWriter(file)
        for number, batch in enumerate(table.batches()):
            if number == 0:
                writer.writerow(batch.column_names)
            writer.writerows(zip(*map(_cells, batch.columns), strict=True))
            rows += batch.num_rows
    return rows


def _cells(column: Any) -> list[Any]:  # noqa: ANN401 - pyarrow
    return [value.isoformat() if isinstance(value, datetime) else value for value in column.to_pylist()]


def _jsonl(table: FactTable, path: Path) -> int:
    rows = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for batch in table.batches():
            for row in batch.to_pylist():
                file.write(json.dumps(row, ensure_ascii=False, default=_moment) + "\n")
            rows += batch.num_rows
    return rows


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat()
