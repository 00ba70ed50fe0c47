"""Parquet files without the rows of one customer."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fewsight.files import replacing
from fewsight.forget.who import COLUMNS, Who


def has_customers(path: Path) -> bool:
    """Whether a file has a column of customers."""
    import pyarrow.parquet as pq

    return bool(_columns(pq.read_schema(path).names))


def digests(path: Path, who: Who) -> list[str]:
    """SHA-256 (hex) of each of the customer's rows, as text."""
    return [hashlib.sha256(repr(row).encode("utf-8", "surrogatepass")).hexdigest() for row in _rows(path, who)]


def remove(path: Path, who: Who) -> None:
    """Write the file anew without the customer's rows, batch by batch; schema and mode stay.

    Raises:
        OSError: the disk is full; the old file is untouched then.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    mode = path.stat().st_mode & 0o777
    with replacing(path, private=True) as temporary, pq.ParquetFile(path) as file:
        with pq.ParquetWriter(temporary, file.schema_arrow, compression="zstd") as writer:
            for batch in file.iter_batches():
                writer.write_batch(batch.filter(pa.array([not one for one in _owned(batch, who)], pa.bool_())))
        temporary.chmod(mode)


def _rows(path: Path, who: Who) -> Iterator[dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches():
            yield from batch.filter(pa.array(_owned(batch, who), pa.bool_())).to_pylist()


def _owned(batch: Any, who: Who) -> list[bool]:  # noqa: ANN401 - pyarrow has no types
    columns = [batch.column(name).to_pylist() for name in _columns(batch.schema.names)]
    return [any(map(who.is_id, cells)) for cells in zip(*columns, strict=True)] if columns else [False] * len(batch)


def _columns(names: list[str]) -> list[str]:
    return [name for name in COLUMNS if name in names]
