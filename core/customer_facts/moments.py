"""The rows of a table of facts: customers, each at a moment, over one sorted store of events."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fewsight.events import CustomerHistory
from fewsight.tables import Histories
from fewsight.tables.reading.rows import pack_values
from fewsight.tables.store import Store
from fewsight.tables.values.times import to_microseconds

if TYPE_CHECKING:
    import duckdb

_BLOCK: Final = 500_000
"""Events that are computed at once, or those of one customer where it has more."""

_UNIFORM = """CREATE TEMP TABLE moments AS
    SELECT row_number() OVER (ORDER BY first) - 1 AS row, customer, customer AS customer_id,
        {as_of}::BIGINT AS as_of, first, last
    FROM (SELECT customer, min(rowid) AS first, max(rowid) AS last,
              bool_or(kind IS NULL OR time IS NULL OR {as_of}::BIGINT IS NULL OR time <= {as_of}::BIGINT) AS is_known
          FROM main.events GROUP BY customer)
    WHERE is_known"""
_OWN = """CREATE TEMP TABLE moments AS
    SELECT row_number() OVER (ORDER BY first) - 1 AS row, customer, names.customer_id, names.as_of, first, last
    FROM (SELECT customer, min(rowid) AS first, max(rowid) AS last FROM main.events GROUP BY customer)
    JOIN names USING (customer)"""
_BLOCKS = """SELECT min(row), max(row), min(first), max(last) FROM moments GROUP BY first // $size ORDER BY 1"""
_AT_ONCE: Final = 50_000


@dataclass(frozen=True, slots=True)
class Moments:
    """A connection with the table `moments` (row, customer, customer_id, as_of) beside the store's `main.events`.

    `row` counts from 0 in the order of the input; `as_of` is in microseconds, NULL where nothing has a time.
    """

    connection: "duckdb.DuckDBPyConnection"
    count: int
    is_uniform: bool
    as_of: int | None

    def blocks(self) -> list[dict[str, int]]:
        """Pieces of the rows that fit into memory: $first and $last of `row`, $begin and $end of the events' rowid."""
        found = self.connection.execute(_BLOCKS, {"size": _BLOCK}).fetchall()
        return [dict(zip(("first", "last", "begin", "end"), block, strict=True)) for block in found]

    @property
    def known_events(self) -> str:
        """SQL to stand after FROM: all events up to the moment of their row."""
        if self.is_uniform:
            until = "" if self.as_of is None else f" AND (time IS NULL OR time <= {self.as_of})"
            return f"(SELECT * FROM main.events WHERE kind IS NOT NULL{until})"  # noqa: S608 - a number
        return """(SELECT events.* FROM main.events AS events JOIN moments USING (customer)
            WHERE kind IS NOT NULL AND (time IS NULL OR as_of IS NULL OR time <= as_of))"""


@contextmanager
def moments_of(
    histories: "Histories | Iterable[CustomerHistory]",
    as_of: datetime | None,
    memory_limit: str,
    work: Path | None = None,
) -> Iterator[Moments]:
    """The rows for opened histories, or for a stream of histories.

    Histories of a table are taken at `as_of`, their newest event where it is None; who has neither an event by then nor
    a profile is not known yet, and has no row. A stream has a row for each history, at the history's own `now` or
    `as_of`, whichever is earlier; one customer may come more than once.
    """
    if isinstance(histories, Histories) and not histories.folds_rows:
        moment = as_of or histories.newest
        with histories.store.counting(memory_limit) as connection:
            micro = None if moment is None else to_microseconds(moment)
            connection.execute(_UNIFORM.format(as_of="NULL" if micro is None else micro))
            yield Moments(connection, _count(connection), True, micro)
        return
    if isinstance(histories, Histories):
        # lines of an order, and what several tables tell of one, become one event on their way out of the store
        moment, table = as_of or histories.newest, histories
        histories = (history.as_of(moment) for history in table)
        histories = (history for history in histories if history.events or history.profile)
    store = Store(memory_limit, work)
    try:
        names = _pour(histories, as_of, store)
        store.sort()
        with store.counting(memory_limit) as connection:
            connection.register("names", names)
            connection.execute(_OWN)
            connection.unregister("names")
            yield Moments(connection, _count(connection), False, None)
    finally:
        store.close()


def _count(connection: "duckdb.DuckDBPyConnection") -> int:
    (count,) = connection.execute("SELECT count(*) FROM moments").fetchone() or (0,)
    return int(count)


def _pour(histories: Iterable[CustomerHistory], as_of: datetime | None, store: Store) -> Any:  # noqa: ANN401 - pyarrow
    """Fill a store with histories, each under its number; returns a table of numbers, customers and moments."""
    import pyarrow as pa

    schema = pa.schema([("customer", pa.string()), ("customer_id", pa.string()), ("as_of", pa.int64())])
    pieces, some = [], list[dict[str, Any]]()
    for number, history in enumerate(histories):
        key = str(number)
        for row in _rows(number, key, history):
            store.add(row)
        now = history.as_of(as_of).now
        some.append({"customer": key, "customer_id": history.customer_id, "as_of": now and to_microseconds(now)})
        if len(some) == _AT_ONCE:
            pieces.append(pa.Table.from_pylist(some, schema=schema))
            some = []
    return pa.concat_tables([*pieces, pa.Table.from_pylist(some, schema=schema)])


def _rows(number: int, key: str, history: CustomerHistory) -> Iterator[tuple[Any, ...]]:
    """The store's rows: one for the customer, so that nobody without events is lost, and one for each event."""
    yield (number, key, None, "", *[None] * 9, 0, None)
    for event in history.events:
        told = (event.kind, event.channel, event.text, event.product, event.amount, event.currency)
        time = None if event.time is None else to_microseconds(event.time)
        yield (number, key, time, event.id, None, *told, pack_values(event.attributes), None, 0, None)
