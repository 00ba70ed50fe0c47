"""A file of facts (`fewsight facts`) as groups of customers."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fewsight.agents.reports.model import Condition
from fewsight.errors import InputError
from fewsight.masking import CustomerKeys

_ENDINGS = (".parquet", ".csv", ".jsonl")


def read_fact_groups(
    path: Path, rows: Mapping[str, int], keys: CustomerKeys, task: str
) -> tuple[dict[Condition, list[int]], dict[Condition, dict[int, float]]]:
    """Rows by text or flag, and numbers by row, of each column of a file of facts.

    Facts of the task's own answers are left out: they would say again what is to be explained.

    Raises:
        InputError: the file can't be read, has no customer_id, or knows no customer of the run.
    """
    groups: dict[Condition, list[int]] = defaultdict(list)
    numbers: dict[Condition, dict[int, float]] = defaultdict(dict)
    matched = 0
    for fact_row in _records(path):
        if "customer_id" not in fact_row:
            raise InputError(f"{str(path)!r} has no column customer_id; give a file that `fewsight facts` wrote.")
        row = rows.get(keys.of(str(fact_row["customer_id"])))
        if row is None:
            continue
        matched += 1
        for name, value in fact_row.items():
            if name in ("customer_id", "as_of") or name.startswith(f"{task}_") or value is None or value != value:
                continue
            if isinstance(value, str | bool):
                text = value if isinstance(value, str) else ("yes" if value else "no")
                groups[Condition(kind="fact", name=name, value=text)].append(row)
            elif isinstance(value, int | float):
                numbers[Condition(kind="fact", name=name)][row] = float(value)
    if not matched:
        raise InputError(f"{str(path)!r} has facts of none of the run's customers; name the facts of the same table.")
    return groups, numbers


def _records(path: Path) -> Iterator[dict[str, Any]]:
    if path.suffix not in _ENDINGS:
        raise InputError(f"Facts are read from {', '.join(_ENDINGS)}, and {path.name!r} is none of them.")
    try:
        if path.suffix == ".jsonl":
            with path.open(encoding="utf-8") as lines:
                yield from (json.loads(line) for line in lines if line.strip())
        elif path.suffix == ".parquet":
            import pyarrow.parquet as pq

            for batch in pq.ParquetFile(path).iter_batches(4096):
                yield from batch.to_pylist()
        else:
            yield from _csv(path)
    except (OSError, ValueError) as error:
        raise InputError(f"Can't read the facts in {str(path)!r}: {error}.") from error


def _csv(path: Path) -> Iterator[dict[str, Any]]:
    import pandas as pd

    for part in pd.read_csv(path, chunksize=4096, dtype={"customer_id": str}, encoding="utf-8-sig"):
        for record in part.to_dict(orient="records"):
            yield {str(name): (value.item() if hasattr(value, "item") else value) for name, value in record.items()}
