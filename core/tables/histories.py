"""Opening a table as a stream of customer histories."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from fewsight.errors import InputError, did_you_mean
from fewsight.events import CustomerHistory, Event, Scalar
from fewsight.tables.counts import Counts
from fewsight.tables.loading import Loaded, Reading, load
from fewsight.tables.mapping import ColumnMapping
from fewsight.tables.order_lines import orders_of_lines, with_own_ids
from fewsight.tables.reading.rows import unpack
from fewsight.tables.several import merged_orders, one_profile
from fewsight.tables.several.mapping_file import Given
from fewsight.tables.several.profiles import Told
from fewsight.tables.sources.inputs import TableLike, asked_tables
from fewsight.tables.sources.limits import Limits
from fewsight.tables.store import Store
from fewsight.tables.values.times import from_microseconds

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
    """Histories of one table or several, sorted on disk; use it in a `with` block, or call `close`.

    Iterating streams them in order of first appearance, each with its events oldest first; it may be done any number
    of times, also at once. `newest` is the time of the newest event (aware, UTC), None where no event has a time.
    `digest` (SHA-256, hex) is that of content, mapping and time zone. `mapping` is that of the first table of events;
    `mappings` has those of several tables by their names, and is empty for one.
    """

    mapping: ColumnMapping
    counts: Counts
    newest: datetime | None
    digest: str
    mappings: Mapping[str, ColumnMapping]
    _loaded: Loaded

    @property
    def guessed(self) -> bool:
        """Whether the mapping of any table was guessed."""
        return any(mapping.guessed for mapping in self.mappings.values()) or self.mapping.guessed

    @property
    def names_customers(self) -> bool:
        """Whether ids name customers, and are not just the numbers of rows."""
        first = next(iter(self), None)
        numbered = first is not None and re.fullmatch(r"row-[0-9]+", first.customer_id) is not None
        return "customer_id" in self.mapping.columns or not numbered

    def shown(self) -> frozenset[str]:
        """The columns of any table whose values reach the model."""
        mappings = self.mappings.values() or (self.mapping,)
        return frozenset(column for mapping in mappings for column in mapping.shown())

    def describe(self, reasons: bool = False) -> str:
        """How every table is understood, for the user to check; with `reasons` also why."""
        if not self.mappings:
            return self.mapping.describe(reasons)
        tables = [f"Table {name!r}. {mapping.describe(reasons)}" for name, mapping in self.mappings.items()]
        notes = [f"note: {note}" for note in self._loaded.notes]
        return "\n".join([*tables, *(["All tables together:", *(f"  {note}" for note in notes)] if notes else [])])

    def __iter__(self) -> Iterator[CustomerHistory]:
        """Yield every customer; memory holds one history at a time."""
        for customer, rows in groupby(self._loaded.store.events(), key=itemgetter(0)):
            yield self._history(customer, rows)

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
        return self._history(customer_id, iter(rows))

    def _history(self, customer: str, rows: Iterator[tuple[Any, ...]]) -> CustomerHistory:
        if not self.mappings:
            return _history(customer, rows, self.mapping)
        return history_of_tables(customer, rows, self._loaded)

    @property
    def folds_rows(self) -> bool:
        """Whether several rows of the store may become one event or profile."""
        return bool(self.mappings) or self.mapping.rows == "lines"

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
    source: "TableLike | Sequence[TableLike]",
    *,
    query: str | Sequence[str] | None = None,
    mapping: "Given | str | Sequence[Given | str] | None" = None,
    profiles: "TableLike | None" = None,
    identities: "TableLike | None" = None,
    lookups: "Sequence[TableLike | tuple[str, TableLike]]" = (),
    tz: str | None = None,
    quarantine: Path | None = None,
    memory_limit: str = "1GB",
    unpack_limit: str | None = None,
    work: Path | None = None,
) -> Histories:
    """Read whole tables, check every row, and sort them on disk.

    Args:
        source: a file (CSV, JSON, Parquet, a spreadsheet; packed or not), a SQL URL, or a DataFrame; or a list of such
            tables, whose events become one history for each customer. A DataFrame is called `frame.attrs["name"]`.
        query: for a SQL URL, a SELECT or the name of a table; a list where there are several, in their order.
        mapping: which column is what; None guesses (see `Histories.describe()`). Of several tables: a list in their
            order, a file with a section for each, or a dict by their names.
        profiles: a table with one row for each customer.
        identities: a table of ids that are one customer: (table, id, customer), or pairs (old, new).
        lookups: tables without customers, such as products, whose columns are put beside events by the column of ids
            that both have, or by a column of events that stands with the table: ("product_id", "products.csv").
        tz: an IANA time zone for times that name none, such as 'Europe/Berlin'.
        quarantine: a file for rows that can't be used, one JSON object a line; made anew.
        memory_limit: how much memory sorting may take, and what must be read in one piece.
        unpack_limit: most bytes that a packed file may hold; None: 100 times its size, and 1 GB at least.
        work: the folder below which temporary files are, such as the run's; the system's where None.

    Raises:
        InputError: a table that can't be read at all, is empty, or has times without a zone and no `tz`; a map of ids
            that contradicts itself, or a lookup with a key twice.
        MappingError: columns that are missing, or that nothing can be guessed from; tables that do not fit each other.
    """
    several = isinstance(mapping, (list, tuple))
    given = [one for one in (mapping if several else [mapping]) if one is not None]  # type: ignore[union-attr]
    mappings = [Path(one) if isinstance(one, str) else one for one in given]
    how = Reading(tz, quarantine, Limits(memory_limit, unpack_limit), work)
    named = [(one[1], one[0]) if isinstance(one, tuple) else (one, None) for one in lookups]
    loaded = load(asked_tables(source, query), mappings, profiles, identities, how, named)  # type: ignore[arg-type]
    first = next((table.mapping for table in loaded.tables if not table.are_profiles), loaded.tables[0].mapping)
    if loaded.linking is None:
        first, mappings_by_name = replace(first, notes=(*first.notes, *loaded.notes)), {}
    else:
        mappings_by_name = {str(table.name): table.mapping for table in loaded.tables}
    return Histories(first, loaded.counts, loaded.newest, loaded.digest, mappings_by_name, loaded)


def history_of_tables(customer: str, rows: Iterator[tuple[Any, ...]], loaded: Loaded) -> CustomerHistory:
    """One customer's history from rows of several tables."""
    linking = loaded.linking
    assert linking is not None, "one table has no links"
    mappings = [table.mapping for table in loaded.tables]
    events: list[tuple[int, Event]] = []
    told: list[Told] = []
    profile: dict[str, Scalar] = {}
    for row in rows:
        facts, source, line = row[10:]
        if row[3] is None:
            told.append((source, line, unpack(facts)))
            continue
        profile.update(unpack(facts))
        events.append((source, _event(row)))
    lines = {source: "amount" in mappings[source].columns for source in linking.lines}
    whole = merged_orders(events, lines, linking.named)
    own = one_profile(told, [str(table.name) for table in loaded.tables])
    return CustomerHistory(customer, tuple(with_own_ids(whole)), {**profile, **own})


def _history(customer: str, rows: Iterator[tuple[Any, ...]], mapping: ColumnMapping) -> CustomerHistory:
    events: list[Event] = []
    profile: dict[str, Scalar] = {}
    own: Mapping[str, Scalar] = {}
    for row in rows:
        facts = row[10]
        if row[3] is None:
            own = unpack(facts)
            continue
        if facts:
            profile.update(unpack(facts))
        events.append(_event(row))
    if mapping.rows == "lines":
        events = orders_of_lines(events, total_once="amount" in mapping.columns)
    return CustomerHistory(customer, tuple(with_own_ids(events)), {**profile, **own})


def _event(row: tuple[Any, ...]) -> Event:
    _, time, name, kind, channel, text, product, amount, currency, attributes, *_ = row
    when = None if time is None else from_microseconds(time)
    return Event(name, when, kind, channel, text, product, amount, currency, unpack(attributes))
