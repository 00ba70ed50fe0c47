"""Who is in which segment, from what `fewsight segments` wrote."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from fewsight.agents.reports.model import Condition
from fewsight.errors import InputError
from fewsight.masking import CustomerKeys

_MEMBERS: Final = "segments.parquet"
_OUTLIERS: Final = "outlier"


def read_segments(path: Path, rows: Mapping[str, int], keys: CustomerKeys) -> dict[Condition, list[int]]:
    """Rows by segment, without those who are in none, in the order of the segments' numbers.

    Raises:
        InputError: the file can't be read, has other columns, or has none of the run's customers.
    """
    file = path / _MEMBERS if path.is_dir() else path
    by_name: dict[str, list[int]] = defaultdict(list)
    for customer, segment in _members(file):
        row = rows.get(keys.of(customer))
        if row is not None and segment != _OUTLIERS:
            by_name[segment].append(row)
    if not by_name:
        raise InputError(f"{str(file)!r} has segments of none of the run's customers; name those of the same table.")
    names = sorted(by_name, key=lambda name: (len(name), name))
    return {Condition(kind="segment", value=name): by_name[name] for name in names}


def _members(file: Path) -> list[tuple[str, str]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(file, columns=["customer", "segment"])
    except (OSError, pa.ArrowException) as error:
        raise InputError(
            f"Can't read the segments in {str(file)!r}: {error}. `fewsight segments` writes them."
        ) from error
    if set(table.column_names) != {"customer", "segment"}:
        raise InputError(f"{str(file)!r} has no columns 'customer' and 'segment'; `fewsight segments` writes them.")
    columns = (table.column(name).to_pylist() for name in ("customer", "segment"))
    return [(str(customer), str(segment)) for customer, segment in zip(*columns, strict=True)]
