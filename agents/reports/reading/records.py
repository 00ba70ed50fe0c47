"""Files of rows by customer (facts, labels), a row at a time."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from fewsight.errors import InputError

_ENDINGS: Final = (".parquet", ".csv", ".jsonl")


def records(path: Path, what: str) -> Iterator[dict[str, Any]]:
    """The rows of a Parquet, CSV or JSON lines file; `what` names them in errors.

    Raises:
        InputError: the file is none of them, or can't be read.
    """
    if path.suffix not in _ENDINGS:
        raise InputError(f"The {what} are read from {', '.join(_ENDINGS)}, and {path.name!r} is none of them.")
    try:
        if path.suffix == ".jsonl":
            with path.open(encoding="utf-8") as lines:
                yield from (_row(line) for line in lines if line.strip())
        elif path.suffix == ".parquet":
            import pyarrow.parquet as pq

            for batch in pq.ParquetFile(path).iter_batches(4096):
                yield from batch.to_pylist()
        else:
            yield from _csv(path)
    except (OSError, ValueError) as error:
        raise InputError(f"Can't read the {what} in {str(path)!r}: {error}.") from error


def _row(line: str) -> dict[str, Any]:
    row = json.loads(line)
    if not isinstance(row, dict):
        raise ValueError(f"{line[:40]!r} is no row")
    return row


def _csv(path: Path) -> Iterator[dict[str, Any]]:
    import pandas as pd

    for part in pd.read_csv(path, chunksize=4096, dtype={"customer_id": str}, encoding="utf-8-sig"):
        for record in part.to_dict(orient="records"):
            yield {str(name): (value.item() if hasattr(value, "item") else value) for name, value in record.items()}
