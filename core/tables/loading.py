"""From open tables to a sorted store, with every row counted."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo, available_timezones

from fewsight.digest import digest
from fewsight.errors import InputError, did_you_mean
from fewsight.tables.formats import settle
from fewsight.tables.guess import Sample, guess, has_naive_times, look_at_values
from fewsight.tables.mapping import ColumnMapping
from fewsight.tables.newest import newest_of
from fewsight.tables.quarantine import Quarantine
from fewsight.tables.records import Broken, Record, Source
from fewsight.tables.rows import RowReader
from fewsight.tables.sources.opening import open_source
from fewsight.tables.store import Store
from fewsight.tables.values.times import from_microseconds
from fewsight.tables.words import COLUMN_WORDS, squash

if TYPE_CHECKING:
    import pandas as pd

_SAMPLED_ROWS: Final = 1_000
_SAMPLED_CHARACTERS: Final = 4_000_000


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows.

    Always: rows == events + quarantined + duplicates, and profile_rows == profiles + profile_quarantined +
    profile_duplicates. Blank lines are no rows.
    """

    rows: int = 0
    events: int = 0
    quarantined: int = 0
    duplicates: int = 0
    customers: int = 0
    profile_rows: int = 0
    profiles: int = 0
    profile_quarantined: int = 0
    profile_duplicates: int = 0


@dataclass(frozen=True, slots=True)
class Loaded:
    """A store with sorted events, and what is known about it."""

    store: Store
    mapping: ColumnMapping
    counts: Counts
    newest: datetime | None
    digest: str


class _Table:
    """A source with its first rows looked at, to be read once."""

    def __init__(self, source: Source) -> None:
        self.source = source
        rows = source.records()
        head = list(_head(rows))
        if not head:
            raise InputError(f"{source.name} has columns, but no rows.")
        self._rows = chain(head, rows)
        cells = [found for _, found in head if not isinstance(found, Broken)]
        self.sample: Sample = {
            name: [row[at] for row in cells if row[at] is not None and row[at] != ""]
            for at, name in enumerate(source.columns)
        }
        self.good = self.bad = 0

    def column(self, name: str) -> Iterator[Any]:
        """All cells of a column, read anew from the source."""
        at = self.source.columns.index(name)
        return (cells[at] for _, cells in self.source.records() if not isinstance(cells, Broken))

    def pour(self, reader: RowReader, store: Store, quarantine: Quarantine, where: str = "") -> None:
        """Read all rows into a store, and what is broken into the quarantine."""
        for number, (line, cells) in enumerate(self._rows, 1):
            row = cells if isinstance(cells, Broken) else reader.read(number, line, cells)
            if isinstance(row, Broken):
                self.bad += 1
                quarantine.add(row, where)
            else:
                self.good += 1
                store.add(row)


def load(
    source: "str | Path | pd.DataFrame",
    query: str | None,
    mapping: ColumnMapping | None,
    profiles: "str | Path | pd.DataFrame | None",
    tz: str | None,
    quarantine: Path | None,
    memory_limit: str,
) -> Loaded:
    """Read, check and sort; see `open_histories` for the arguments and errors."""
    zone = _zone(tz)
    store = Store(memory_limit)
    try:
        events = _Table(open_source(source, query))
        beside = None if profiles is None else _Table(open_source(profiles))
        fitted = _fit(events, mapping, zone, beside is not None)
        of_profiles = None if beside is None else _fit_profiles(beside, mapping)
        with Quarantine(quarantine) as bad:
            events.pour(RowReader(fitted, events.source.columns, zone), store, bad)
            if beside is not None and of_profiles is not None:
                beside.pour(RowReader(of_profiles, beside.source.columns, zone), store, bad, "profiles: ")
                note = f"profiles are in {beside.source.name}, by {of_profiles.columns['customer_id']!r}"
                fitted = replace(fitted, notes=(*fitted.notes, note))
            store.sort()
            counts = _count(store, fitted, events, beside, bad)
        newest, far = newest_of(store)
        fitted = replace(fitted, notes=(*fitted.notes, *([far] if far else [])))
        contents = [table.source.digest() for table in (events, beside) if table is not None]
        identity = digest({"content": contents, "mapping": _plain(fitted), "profiles": _plain(of_profiles), "tz": tz})
        return Loaded(store, fitted, counts, None if newest is None else from_microseconds(newest), identity)
    except (OSError, EOFError, zlib.error) as error:
        store.close()
        raise InputError(f"Reading stopped: {error}. Is the disk full, or the file damaged?") from error
    except BaseException:
        store.close()
        raise


def _fit(table: _Table, mapping: ColumnMapping | None, zone: ZoneInfo | None, has_profiles: bool) -> ColumnMapping:
    name, columns = table.source.name, table.source.columns
    chosen = guess(name, table.sample) if mapping is None else mapping
    if has_profiles and chosen.rows == "profiles":
        raise InputError(f"The rows of {name} are profiles, so there can't be a second table of profiles beside it.")
    # with a table of profiles beside it, [profile] names columns of that one
    chosen = replace(chosen, profile=()) if has_profiles else chosen
    fitted = chosen.for_table(name, columns)
    chosen = look_at_values(fitted, table.sample, zone is not None)
    chosen = settle(fitted, chosen, name, table.sample, table.column)
    naive = None if zone else has_naive_times(chosen, table.sample)
    if naive is not None:
        raise InputError(
            f"{name}: times such as {str(naive)!r} in column {chosen.columns['time']!r} name no time zone. "
            "Say which one they are in, for example --tz Europe/Berlin (in Python tz='Europe/Berlin')."
        )
    return chosen


def _fit_profiles(table: _Table, mapping: ColumnMapping | None) -> ColumnMapping:
    columns = table.source.columns
    key = mapping.columns.get("customer_id") if mapping else None
    if key not in columns:
        names = {squash(name): name for name in reversed(columns)}
        key = next(
            (names[word] for word in (*COLUMN_WORDS["customer_id"], "id") if word in names), key or "customer_id"
        )
    chosen = ColumnMapping({"customer_id": key}, profile=mapping.profile if mapping else None, rows="profiles")
    return chosen.for_table(f"profiles: {table.source.name}", columns)


def _count(store: Store, mapping: ColumnMapping, events: _Table, beside: _Table | None, bad: Quarantine) -> Counts:
    doubles = {False: 0, True: 0}
    main_is_profiles = mapping.rows == "profiles"
    for is_profile, row in store.duplicates():
        doubles[is_profile] += 1
        bad.add(row, "profiles: " if is_profile and not main_is_profiles else "")
    customers = store.one("SELECT count(*) FROM people")
    rows = (events.good + events.bad, events.good - doubles[main_is_profiles], events.bad, doubles[main_is_profiles])
    if main_is_profiles:
        return Counts(0, 0, 0, 0, customers, *rows)
    if beside is None:
        return Counts(*rows, customers)
    return Counts(*rows, customers, beside.good + beside.bad, beside.good - doubles[True], beside.bad, doubles[True])


def _head(rows: Iterator[Record]) -> Iterator[Record]:
    size = 0
    for number, row in enumerate(rows, 1):
        yield row
        size += 0 if isinstance(row[1], Broken) else sum(len(cell) for cell in row[1] if isinstance(cell, str))
        if number >= _SAMPLED_ROWS or size >= _SAMPLED_CHARACTERS:
            return


def _zone(tz: str | None) -> ZoneInfo | None:
    if tz is None:
        return None
    try:
        return ZoneInfo(tz)
    except (ValueError, OSError, LookupError):
        raise InputError(f"No time zone {tz!r}." + _zone_hint(tz)) from None


def _zone_hint(tz: str) -> str:
    hint = did_you_mean(tz, available_timezones())
    return hint if "Did you mean" in hint else " Use a name such as 'Europe/Berlin' or 'UTC'."


def _plain(mapping: ColumnMapping | None) -> dict[str, Any] | None:
    if mapping is None:
        return None
    names = ("columns", "defaults", "kinds", "profile", "attributes", "rows", "amount_unit", "day_first", "decimal")
    return {name: value if not hasattr(value := getattr(mapping, name), "items") else dict(value) for name in names}
