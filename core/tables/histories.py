"""Opening a table as a stream of customer histories."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol

from fewsight.errors import InputError, did_you_mean
from fewsight.events import CustomerHistory, Event, Scalar
from fewsight.tables.loading import Counts, Loaded, load
from fewsight.tables.mapping import ColumnMapping
from fewsight.tables.order_lines import orders_of_lines, with_own_ids
from fewsight.tables.reading.rows import unpack
from fewsight.tables.sources.limits import Limits
from fewsight.tables.store import Store
from fewsight.tables.values.times import from_microseconds

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Counts", "Histories", "HistorySource", "open_histories"]


class HistorySource(Protocol):
    """Where a run takes histories from: they are iterated more than once.

    `newest` is the time of the newest event (aware), None where there are no times or where each history is known up to
    a moment of its own; `digest` is equal for equal input; `counts` go into the run's summary.
    """

    @property
    def counts(self) -> Counts:
        """What became of the rows."""

    @property
    def newest(self) -> datetime | None:
        """The time of the newest event."""

    @property
    def digest(self) -> str:
        """Of content, columns and time zone."""

    def __iter__(self) -> Iterator[CustomerHistory]:
        """Yield every customer."""


@dataclass(frozen=True)
class Histories:
    """Histories of a table, sorted on disk; use it in a `with` block, or call `close`.

    Iterating streams them in order of first appearance, each with its events oldest first; it may be done any number
    of times, also at once. `newest` is the time of the newest event (aware, UTC), None where no event has a time.
    `digest` (SHA-256, hex) is that of content, mapping and time zone.
    """

    mapping: ColumnMapping
    counts: Counts
    newest: datetime | None
    digest: str
    _loaded: Loaded

    def __iter__(self) -> Iterator[CustomerHistory]:
        """Yield every customer; memory holds one history at a time."""
        for customer, rows in groupby(self._loaded.store.events(), key=itemgetter(0)):
            yield _history(customer, rows, self.mapping)

    def __len__(self) -> int:
        """Number of customers."""
        return self.counts.customers

    def get(self, customer_id: str) -> CustomerHistory:
        """One customer's history.

        Raises:
            InputError: no such customer; names the ids that are spelled alike.
        """
        rows = list(self._loaded.store.events(customer_id))
        if not rows:
            hint = did_you_mean(customer_id, self._loaded.store.similar(customer_id))
            raise InputError(
                f"No customer {customer_id!r} among {len(self):,}.{hint.replace(' Known:', ' There are, for example:')}"
            )
        return _history(customer_id, iter(rows), self.mapping)

    @property
    def store(self) -> Store:
        """The sorted rows on disk, for what counts over all of them; lines of orders are still apart there."""
        return self._loaded.store

    def close(self) -> None:
        """Remove the temporary files."""
        self._loaded.store.close()

    def __enter__(self) -> "Histories":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_histories(
    source: "str | Path | pd.DataFrame",
    *,
    query: str | None = None,
    mapping: ColumnMapping | Path | None = None,
    profiles: "str | Path | pd.DataFrame | None" = None,
    tz: str | None = None,
    quarantine: Path | None = None,
    memory_limit: str = "1GB",
    unpack_limit: str | None = None,
    work: Path | None = None,
) -> Histories:
    """Read a whole table, check every row, and sort it on disk.

    Args:
        source: a file (CSV, JSON, Parquet, a spreadsheet; packed or not), a SQL URL, or a DataFrame.
        query: for a SQL URL, a SELECT or the name of a table.
        mapping: which column is what; None guesses (see `Histories.mapping.describe()`).
        profiles: a second table, one row for each customer.
        tz: an IANA time zone for times that name none, such as 'Europe/Berlin'.
        quarantine: a file for rows that can't be used, one JSON object a line; made anew.
        memory_limit: how much memory sorting may take, and what must be read in one piece.
        unpack_limit: most bytes that a packed file may hold; None: 100 times its size, and 1 GB at least.
        work: the folder below which temporary files are, such as the run's; the system's where None.

    Raises:
        InputError: a table that can't be read at all, is empty, or has times without a zone and no `tz`.
        MappingError: columns that are missing, or that nothing can be guessed from.
    """
    chosen = ColumnMapping.read(Path(mapping)) if isinstance(mapping, (str, Path)) else mapping
    limits = Limits(memory_limit, unpack_limit)
    loaded = load(source, query, chosen, profiles, tz, quarantine, limits, work)
    return Histories(loaded.mapping, loaded.counts, loaded.newest, loaded.digest, loaded)


def _history(customer: str, rows: Iterator[tuple[Any, ...]], mapping: ColumnMapping) -> CustomerHistory:
    events: list[Event] = []
    profile: dict[str, Scalar] = {}
    own: Mapping[str, Scalar] = {}
    for _, time, name, kind, channel, text, product, amount, currency, attributes, facts in rows:
        if kind is None:
            own = unpack(facts)
            continue
        if facts:
            profile.update(unpack(facts))
        when = None if time is None else from_microseconds(time)
        events.append(Event(name, when, kind, channel, text, product, amount, currency, unpack(attributes)))
    if mapping.rows == "lines":
        events = orders_of_lines(events, total_once="amount" in mapping.columns)
    return CustomerHistory(customer, tuple(with_own_ids(events)), {**profile, **own})
