"""Events on disk, sorted and grouped by DuckDB: what does not fit in memory passes through it in pieces."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fewsight.errors import InputError
from fewsight.tables.records import Broken
from fewsight.tables.several.linking import Linking
from fewsight.tables.sorting import DOUBLES, EVENTS, MARKS, ONE_TABLE, ORDER, PEOPLE, PLACED, SHARE
from fewsight.tables.sources.limits import check_amount, in_bytes
from fewsight.tables.work_folder import WorkFolder

if TYPE_CHECKING:
    import duckdb

COLUMNS: Final = {
    "line": "int64",
    "customer": "string",
    "time": "int64",
    "id": "string",
    "twin": "int64",
    "kind": "string",
    "channel": "string",
    "text": "string",
    "product": "string",
    "amount": "int64",
    "currency": "string",
    "attributes": "binary",
    "profile": "binary",
    "source": "int64",
    "of_order": "string",
}
"""A row of the store. A row without a kind is a profile; rows of a customer with equal `twin`s are doubles.

`source` is the number of its table. Where several are read, a row without a customer is that of the order `of_order`.
"""

_ROWS, _CHARACTERS = 5_000, 4_000_000
# Parquet holds in memory where each piece of a file lies, when writing and when reading: after so many, a new file.
_PIECES: Final = 100
# Enough for any sort, and little beside a model. Where it is not (very wide rows), the caller's limit is tried.
_WORKING_MEMORY: Final = "128MB"
# DuckDB fills it with blocks that were read, and a stream reads none of them twice.
_READING_MEMORY: Final = "16MB"
_MOST_THREADS: Final = 4


class Store:
    """Rows are added, then sorted once, then read as often as one likes; all in a private folder below `work`.

    Raises:
        InputError: the folder can't be made, or `memory_limit` is no amount.
    """

    def __init__(self, memory_limit: str, work: Path | None = None) -> None:
        self._limit = check_amount("memory_limit", memory_limit)
        self._work = WorkFolder(work)
        self.folder = self._work.path
        self._writer: Any = None
        self._staged: list[Path] = []
        self._pieces = 0
        self._rows: list[tuple[Any, ...]] = []
        self._size = 0
        self._count = 0
        self._has_twins = False
        self._connection: duckdb.DuckDBPyConnection | None = None

    def add(self, row: tuple[Any, ...]) -> None:
        """Add a row in the order of COLUMNS."""
        self._rows.append(row)
        self._has_twins = self._has_twins or row[4] is not None
        self._size += sum(len(row[at]) for at in (7, 11, 12) if row[at] is not None)
        if len(self._rows) >= _ROWS or self._size >= _CHARACTERS:
            self._flush()

    def sort(self, linking: Linking | None = None) -> None:
        """Find duplicates, and order events by the customer's first appearance, time and input order.

        With several tables `linking` says how their rows belong together, and in which order rows of one time stand.

        Raises:
            InputError: the disk is full, or the memory limit is too small.
        """
        import duckdb

        self._flush(last=True)
        too_little = (duckdb.OutOfMemoryException, duckdb.TransactionException)  # the latter: no room to commit
        try:
            try:
                self._sort_within(min(_WORKING_MEMORY, self._limit, key=in_bytes), linking)
            except too_little:
                self._sort_within(self._limit, linking)
        except too_little as error:
            raise InputError(f"The table does not sort within memory_limit={self._limit!r}; allow more.") from error
        except duckdb.IOException as error:
            raise InputError(f"Can't sort on disk in {str(self.folder)!r} (see TMPDIR): {error}") from error
        for file in self._staged:
            file.unlink()
        self._connection = self._connect(_READING_MEMORY)

    def duplicates(self) -> Iterator[tuple[int, Broken]]:
        """The table's number and the row, for each repeated id."""
        for line, customer, name, is_profile, earlier, source in self.stream(
            "SELECT * EXCLUDE (seq) FROM doubles ORDER BY seq"
        ):
            column, value = ("customer_id", customer) if is_profile else ("event_id", name)
            yield source, Broken(line, f"duplicate of line {earlier}", column, value, customer)

    def unplaced(self) -> Iterator[tuple[int, Broken]]:
        """The table's number and the row, for each row whose order no other table has, or whose order is not one's."""
        for line, source, order, one, two in self.stream("SELECT * EXCLUDE (seq) FROM orphans ORDER BY seq"):
            reason = (
                f"its order is one of customer {one!r} and one of customer {two!r}"
                if one
                else "no such order in the other tables"
            )
            yield source, Broken(line, reason, None, order)

    def doubles_across(self, names: Sequence[str]) -> Iterator[tuple[int, Broken]]:
        """The table's number and the row, for each event that another table tells too; `names` are the tables'."""
        for line, source, customer, name, earlier, there in self.stream(
            "SELECT * EXCLUDE (seq) FROM across ORDER BY seq"
        ):
            yield source, Broken(line, f"duplicate of line {earlier} of {names[there]}", "event_id", name, customer)

    def events(self, customer: str | None = None) -> Iterator[tuple[Any, ...]]:
        """Sorted rows (customer, time, id, kind, ..., profile, source, line): all of them, or one customer's."""
        if customer is None:
            return self.stream("SELECT * FROM events")
        return self.stream("SELECT * FROM events WHERE customer = $1", customer)

    def one(self, query: str) -> Any:  # noqa: ANN401 - whatever is asked for
        """The first cell of a query's answer."""
        return next(iter(self.rows(query)), (None,))[0]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of a query that has few.

        Raises:
            InputError: the memory limit is too small.
        """
        return list(self.stream(query))

    def run(self, statement: str) -> None:
        """Run a statement that gives no rows.

        Raises:
            InputError: the memory limit is too small.
        """
        import duckdb

        try:
            self._open().execute(statement)
        except duckdb.OutOfMemoryException:
            self._allow_all()
            self._open().execute(statement)

    @contextmanager
    def counting(self, memory_limit: str) -> Iterator["duckdb.DuckDBPyConnection"]:
        """A connection for what counts over all rows (`main.events`); memory and threads are limited to more meanwhile.

        Raises:
            InputError: `memory_limit` is no amount, or too small.
        """
        import duckdb

        connection = self._open()
        connection.execute(f"SET memory_limit = '{check_amount('memory_limit', memory_limit)}'")
        connection.execute(f"SET threads = {min(os.cpu_count() or 1, _MOST_THREADS)}")
        try:
            with connection.cursor() as cursor:
                yield cursor
        except duckdb.OutOfMemoryException as error:
            raise InputError(f"This takes more than memory_limit={memory_limit!r}; allow more.") from error
        finally:
            connection.execute("SET threads = 1")
            with suppress(duckdb.OutOfMemoryException):  # something of it is still in use
                connection.execute(f"SET memory_limit = '{_READING_MEMORY}'")

    def similar(self, customer: str) -> list[str]:
        """A few ids that are spelled most like this one."""
        query = "SELECT customer FROM people ORDER BY levenshtein(customer, $1), customer LIMIT 5"
        return [name for (name,) in self.stream(query, customer)]

    def close(self) -> None:
        """Remove all files."""
        if self._writer is not None:
            self._writer.close()
        if self._connection is not None:
            self._connection.close()
        self._writer = self._connection = None
        self._work.remove()

    def _flush(self, last: bool = False) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        schema = pa.schema([(name, pa.type_for_alias(kind)) for name, kind in {"seq": "int64", **COLUMNS}.items()])
        if self._writer is None:
            self._staged.append(self.folder / f"staged-{len(self._staged)}.parquet")
            self._writer = pq.ParquetWriter(self._staged[-1], schema, compression="snappy")
        if self._rows:
            seq = range(self._count, self._count + len(self._rows))
            columns = [
                pa.array(cells, kind)
                for cells, kind in zip((seq, *zip(*self._rows, strict=True)), schema.types, strict=True)
            ]
            self._writer.write_table(pa.Table.from_arrays(columns, schema=schema))
        self._count += len(self._rows)
        self._pieces += 1
        self._rows, self._size = [], 0
        if last or self._pieces == _PIECES:
            self._writer.close()
            self._writer, self._pieces = None, 0

    def _sort_within(self, limit: str, linking: Linking | None) -> None:
        with self._connect(limit) as connection:
            connection.read_parquet([str(file) for file in self._staged]).create_view("staged")
            shares = self._count // SHARE + 1
            for statement in ONE_TABLE if linking is None else linking.statements(shares):
                connection.execute(statement)
            connection.execute(PEOPLE)
            connection.execute("CREATE OR REPLACE TABLE marks (mark UBIGINT)")
            for share in range(shares if self._has_twins else 0):
                connection.execute(MARKS, {"shares": shares, "share": share})
            events = EVENTS.format(order=linking.order if linking else ORDER)
            for statement in (DOUBLES, PLACED, events, "DROP VIEW known", "DROP VIEW staged", "DROP TABLE placed"):
                connection.execute(statement)

    def _connect(self, limit: str) -> "duckdb.DuckDBPyConnection":
        import duckdb

        # One thread: it keeps the order of a table without a second sort, and needs half the memory of two.
        options = {"memory_limit": limit, "threads": 1, "temp_directory": str(self.folder / "spill")}
        return duckdb.connect(str(self.folder / "store.duckdb"), config=options)

    def _open(self) -> "duckdb.DuckDBPyConnection":
        if self._connection is None:
            raise InputError("These histories are closed; open them again.")
        return self._connection

    def stream(self, query: str, *values: str) -> Iterator[tuple[Any, ...]]:
        """Rows of a query that gives them in the same order each time.

        Raises:
            InputError: the memory limit is too small for these rows.
        """
        import duckdb

        done = 0
        try:
            for rows in self._batches(query, values):
                done += len(rows)
                yield from rows
        except duckdb.OutOfMemoryException:
            self._allow_all()
            yield from self._rest(f"{query} OFFSET {done}", values)

    def _allow_all(self) -> None:
        self._open().execute(f"SET memory_limit = '{self._limit}'")

    def _rest(self, query: str, values: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        import duckdb

        try:
            for rows in self._batches(query, values):
                yield from rows
        except duckdb.OutOfMemoryException as error:
            raise InputError(f"The table can't be read within memory_limit={self._limit!r}; allow more.") from error

    def _batches(self, query: str, values: Sequence[str]) -> Iterator[list[tuple[Any, ...]]]:
        with self._open().cursor() as cursor:
            cursor.execute(query, list(values) or None)
            while rows := cursor.fetchmany(2_048):
                yield rows
