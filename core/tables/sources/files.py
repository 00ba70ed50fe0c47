"""JSONL and Parquet files as rows."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fewsight.digest import file_digest
from fewsight.errors import InputError
from fewsight.tables.records import BROKEN, MARK_BROKEN, Broken, Record, flat
from fewsight.tables.sources.encoding import detect, open_binary

if TYPE_CHECKING:
    import pyarrow as pa


class JsonlSource:
    """A file with one JSON object a line; the columns are all keys of all objects, so it is read twice.

    Raises:
        InputError: no line holds an object.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = repr(str(path))
        self._encoding = detect(path)
        columns: dict[str, None] = {}
        for _, found in self._objects():
            if isinstance(found, dict):
                columns.update(dict.fromkeys(found))
        if not columns:
            raise InputError(f'{self.name} holds no JSON object; each line must be one, such as {{"text": "..."}}.')
        self.columns = tuple(columns)

    def records(self) -> Iterator[Record]:
        """All lines that are not blank; what is no JSON object is Broken."""
        for line, found in self._objects():
            yield line, found if isinstance(found, Broken) else [flat(found.get(name)) for name in self.columns]

    def digest(self) -> str:
        """SHA-256 (hex) of the file."""
        return file_digest(self._path)

    def _objects(self) -> Iterator[tuple[int, dict[str, Any] | Broken]]:
        with open_binary(self._path) as file:
            for line, raw in enumerate(_text_lines(file, self._encoding), 1):
                if raw and not raw.isspace():
                    yield line, _parse(line, raw)


def _text_lines(file: Any, encoding: str) -> Iterator[str]:  # noqa: ANN401 - a binary file
    # not text mode: JSON may hold U+2028 and the like, which is no line's end; bytes know only \n
    if encoding.startswith("utf-16"):
        yield from file.read().decode(encoding, MARK_BROKEN).split("\n")
        return
    for number, raw in enumerate(file):
        yield raw.decode(
            "utf-8-sig" if number == 0 and encoding == "utf-8-sig" else encoding.removesuffix("-sig"), MARK_BROKEN
        )


def _parse(line: int, raw: str) -> dict[str, Any] | Broken:
    if BROKEN in raw:
        return Broken(line, "broken encoding: bytes that are not text", value=raw)
    try:
        found = json.loads(raw, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        return Broken(
            line, f"not JSON: {error}" if isinstance(error, ValueError) else "not JSON: nested too deep", value=raw
        )
    if not isinstance(found, dict):
        return Broken(line, "JSON, but not an object", value=raw)
    return found


class ParquetSource:
    """A Parquet file, read in batches; the line of a row is its number.

    Raises:
        InputError: the file is no Parquet.
    """

    def __init__(self, path: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._path = path
        self.name = repr(str(path))
        try:
            self._file = pq.ParquetFile(path)
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{self.name} can't be read as Parquet: {error}.") from error
        self.columns = tuple(self._file.schema_arrow.names)
        if len(set(self.columns)) < len(self.columns):
            raise InputError(f"{self.name} names a column more than once.")

    def records(self) -> Iterator[Record]:
        """All rows in order."""
        row = 0
        for batch in self._file.iter_batches(batch_size=2_000):
            columns = [column_values(column) for column in batch.columns]
            for cells in zip(*columns, strict=True):
                row += 1
                yield row, cells

    def digest(self) -> str:
        """SHA-256 (hex) of the file."""
        return file_digest(self._path)


def column_values(column: "pa.Array") -> list[Any]:
    """An Arrow column as plain Python values; what Python can't hold (a year 300000) becomes text."""
    import pyarrow as pa

    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    try:
        return [flat(value) for value in column.to_pylist()] if _is_nested(column.type) else column.to_pylist()
    except (ValueError, OverflowError, pa.ArrowException):
        return [_value(item) for item in column]


def _value(item: Any) -> Any:  # noqa: ANN401 - an Arrow scalar
    try:
        return flat(item.as_py())
    except UnicodeDecodeError:
        return BROKEN
    except (ValueError, OverflowError):
        return f"{item.type} {getattr(item, 'value', '')}"


def _is_nested(kind: Any) -> bool:  # noqa: ANN401 - an Arrow type
    import pyarrow as pa

    return any(test(kind) for test in (pa.types.is_nested, pa.types.is_binary, pa.types.is_large_binary))
