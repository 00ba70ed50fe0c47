"""Parquet files as rows."""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from fewsight.errors import InputError
from fewsight.tables.records import BROKEN, Record, flat
from fewsight.tables.sources.limits import shown
from fewsight.tables.sources.packing import TableFile

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 2_000
_CELL = 16
"""Bytes that a value of a nested column takes at least in memory."""


class ParquetSource:
    """A Parquet file, read in batches; the line of a row is its number.

    Raises:
        InputError: the file is no Parquet.
    """

    def __init__(self, file: TableFile) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._packed = file
        self.name = file.name
        self.notes: tuple[str, ...] = ()
        source = str(file.path) if file.is_plain else io.BytesIO(file.whole())
        try:
            schema = pq.read_schema(source)
            # equal texts are held once, so that a small file does not become a large one in memory
            texts = [field.name for field in schema if pa.types.is_string(field.type) or pa.types.is_binary(field.type)]
            self._file = pq.ParquetFile(source, read_dictionary=texts)
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{self.name} can't be read as Parquet: {error}.") from error
        self.columns = tuple(self._file.schema_arrow.names)
        if len(set(self.columns)) < len(self.columns):
            raise InputError(f"{self.name} names a column more than once.")
        self._check_size()

    def records(self) -> Iterator[Record]:
        """All rows in order."""
        row = 0
        for batch in self._file.iter_batches(batch_size=_BATCH):
            columns = [column_values(column) for column in batch.columns]
            for cells in zip(*columns, strict=True):
                row += 1
                yield row, cells

    def _check_size(self) -> None:
        """Refuse a file of which one row group does not fit, as its metadata says before anything is read."""
        facts = self._file.metadata
        limit = self._packed.limits.memory_bytes
        for at in range(facts.num_row_groups):
            group = facts.row_group(at)
            chunks = [group.column(place) for place in range(group.num_columns)]
            nested = sum(_CELL * chunk.num_values for chunk in chunks if chunk.num_values > group.num_rows)
            size = max(sum(chunk.total_uncompressed_size for chunk in chunks), nested)
            if size > limit:
                raise InputError(
                    f"{self.name}: row group {at + 1} takes {shown(size)} in memory, more than "
                    f"memory_limit={self._packed.limits.memory!r} (--memory-limit); allow more, "
                    "or write it in smaller groups."
                )

    def digest(self) -> str:
        """SHA-256 (hex) of the file."""
        return self._packed.digest()


def column_values(column: "pa.Array") -> list[Any]:
    """An Arrow column as plain Python values; what Python can't hold (a year 300000) becomes text."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        known = [*column_values(column.dictionary), None]
        return [known[-1 if at is None else at] for at in column.indices.to_pylist()]
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
