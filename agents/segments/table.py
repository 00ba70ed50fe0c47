"""A file of facts in a database on disk: sampled, streamed in chunks, and summed up a column at a time."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from fewsight.customer_facts.writing import dictionary_path
from fewsight.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

CUSTOMER: Final = "customer_id"
ROW: Final = "fewsight_row"
"""The number of a row, by which tables are joined; no fact has this name."""

ROWS_AT_ONCE: Final = 65_536
"""Rows of a chunk, which bounds memory."""

READERS: Final = {
    ".parquet": "read_parquet($1)",
    ".csv": "read_csv($1, types = {'customer_id': 'VARCHAR'}, sample_size = -1)",
    ".jsonl": "read_json($1, format = 'newline_delimited')",
}
_NUMBERS: Final = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_FRACTIONS: Final = ("HUGEINT", "UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL")


def quoted(name: str) -> str:
    """A column's name as SQL, whatever it holds.

    >>> quoted("b")
    '"b"'
    """
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True)
class Facts:
    """One row for each customer. `numbers` and `texts` name the columns that can be used, `ignored` the others.
    `as_of` is the day of the facts, or empty.

    `connection` has the table `facts`: ROW (0, 1, ...), `customer_id` (text), the numbers (DOUBLE, NULL where they
    are not finite) and the texts.
    """

    connection: Any
    rows: int
    numbers: tuple[str, ...]
    texts: tuple[str, ...]
    ignored: tuple[str, ...]
    as_of: str

    def sample(self, most: int, seed: int) -> "pd.DataFrame":
        """At most so many rows, drawn without replacement by a seed, in the order of the table."""
        import numpy as np

        if self.rows <= most:
            return self._frame(f"SELECT * FROM facts ORDER BY {ROW}")  # noqa: S608 - ours
        import pyarrow as pa

        rows = np.random.default_rng(seed).choice(self.rows, most, replace=False)
        self.connection.register("drawn", pa.table({ROW: rows}))
        query = f"SELECT facts.* FROM facts JOIN drawn USING ({ROW}) ORDER BY {ROW}"  # noqa: S608 - ours
        frame = self._frame(query)
        self.connection.unregister("drawn")
        return frame

    def chunks(self) -> Iterator["pd.DataFrame"]:
        """All rows in their order, so many at a time that memory stays flat."""
        for first in range(0, self.rows, ROWS_AT_ONCE):
            query = f"SELECT * FROM facts WHERE {ROW} BETWEEN $1 AND $2 ORDER BY {ROW}"  # noqa: S608 - ours
            yield self._frame(query, first, first + ROWS_AT_ONCE - 1)

    def _frame(self, query: str, *values: int) -> "pd.DataFrame":
        frame: pd.DataFrame = self.connection.execute(query, values).df()
        return frame


@contextmanager
def open_facts_file(path: Path, memory_limit: str = "1GB") -> Iterator[Facts]:
    """The facts of a file that `fewsight facts` wrote, or of any with a column `customer_id` and one row a customer.

    Raises:
        InputError: the file can't be read, or has no such column, no row, a row without a customer, or two of one.
    """
    import duckdb

    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise InputError(f"Can't tell a format by the name {path.name!r}; facts are in {', '.join(READERS)}.")
    if not path.is_file():
        raise InputError(f"There is no file {str(path)!r}; `fewsight facts -o {path.name}` writes one.")
    with TemporaryDirectory(prefix="fewsight-segments-") as folder:
        database = duckdb.connect(str(Path(folder) / "facts.duckdb"), config={"memory_limit": memory_limit})
        try:
            yield _loaded(database, reader, path)
        finally:
            database.close()


def dictionary(path: Path) -> Mapping[str, Any]:
    """What facts mean, by name, where the data dictionary lies beside them.

    Raises:
        InputError: the file beside them is no data dictionary.
    """
    about = dictionary_path(path)
    if not about.is_file():
        return {}
    try:
        return {entry["name"]: entry for entry in json.loads(about.read_text(encoding="utf-8"))["facts"]}
    except (ValueError, LookupError, TypeError) as error:
        raise InputError(
            f"{str(about)!r} is no data dictionary ({error}); remove it or write the facts again."
        ) from error


def _loaded(database: Any, reader: str, path: Path) -> Facts:  # noqa: ANN401 - duckdb has no types
    import duckdb

    try:
        shape = database.execute(f"DESCRIBE SELECT * FROM {reader}", [str(path)]).fetchall()  # noqa: S608 - ours
        types = {name: kind for name, kind, *_ in shape}
        if CUSTOMER not in types:
            raise InputError(f"{str(path)!r} has no column {CUSTOMER!r}; its columns are {', '.join(types)[:300]}.")
        numbers = tuple(name for name, kind in types.items() if _is_number(kind) and name != CUSTOMER)
        texts = tuple(name for name, kind in types.items() if kind == "VARCHAR" and name not in (CUSTOMER, "as_of"))
        parts = [_number(name) for name in numbers] + [quoted(name) for name in texts]
        moment = "CAST(max(as_of) AS VARCHAR)" if "as_of" in types else "max('')"
        keys = [f"row_number() OVER () - 1 AS {ROW}", f"{identity(types[CUSTOMER])} AS customer_id"]
        columns = ", ".join([*keys, *parts])
        database.execute(f"CREATE TABLE facts AS SELECT {columns} FROM {reader}", [str(path)]).fetchall()  # noqa: S608 - names are quoted
        as_of = database.execute(f"SELECT {moment} FROM {reader}", [str(path)]).fetchall()[0][0] or ""  # noqa: S608 - ours
    except duckdb.Error as error:
        raise InputError(f"Can't read the facts in {str(path)!r}: {error}.") from error
    rows = _checked(database, path)
    used = {CUSTOMER, "as_of", *numbers, *texts}
    return Facts(database, rows, numbers, texts, tuple(name for name in types if name not in used), as_of[:10])


def _checked(database: Any, path: Path) -> int:  # noqa: ANN401 - duckdb has no types
    query = "SELECT count(*), count(customer_id), count(DISTINCT customer_id) FROM facts"
    rows, named, different = map(int, database.execute(query).fetchall()[0])
    if rows == 0:
        raise InputError(f"{str(path)!r} holds no customer.")
    if named < rows:
        raise InputError(f"{rows - named} of {rows} rows of {str(path)!r} have no {CUSTOMER!r}; leave them out.")
    if different < rows:
        raise InputError(
            f"{str(path)!r} has {rows} rows of {different} customers; segments need one row a customer, at one moment."
        )
    return rows


def _is_number(kind: str) -> bool:
    return kind == "BOOLEAN" or kind.partition("(")[0] in (*_NUMBERS, *_FRACTIONS)


def _number(name: str) -> str:
    value = f"CAST({quoted(name)} AS DOUBLE)"
    return f"CASE WHEN isfinite({value}) THEN {value} END AS {quoted(name)}"


def identity(kind: str) -> str:
    """An id as text, so that the same customer is told again where the type of the column has changed: 7, "7", 7.0."""
    if kind.partition("(")[0] in _FRACTIONS:
        whole = f"CAST(CAST({CUSTOMER} AS HUGEINT) AS VARCHAR)"
        return f"CASE WHEN {CUSTOMER} = floor({CUSTOMER}) THEN {whole} ELSE CAST({CUSTOMER} AS VARCHAR) END"
    return f"CAST({CUSTOMER} AS VARCHAR)"
