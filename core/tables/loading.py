"""From open tables to a sorted store, with every row counted."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

from fewsight.digest import digest
from fewsight.errors import InputError, did_you_mean
from fewsight.tables.columns import Sheet, guess
from fewsight.tables.columns.names import rank
from fewsight.tables.joins import note_on_join
from fewsight.tables.mapping import ColumnMapping
from fewsight.tables.newest import newest_of
from fewsight.tables.quarantine import Quarantine
from fewsight.tables.reading.cleaning import Cleaner
from fewsight.tables.reading.formats import settle
from fewsight.tables.reading.guess import Sample, has_naive_times, look_at_values
from fewsight.tables.reading.rows import RowReader
from fewsight.tables.records import Broken, Cells, OpenedSource, Source
from fewsight.tables.shapes import Head, Nested, Peeked, dotted, message_columns, reshape, sheet_through
from fewsight.tables.sources.limits import Limits
from fewsight.tables.sources.opening import open_source
from fewsight.tables.store import Store
from fewsight.tables.values.times import from_microseconds
from fewsight.tables.words import squash

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows.

    Always: rows + unfolded == events + lines + quarantined + duplicates, and profile_rows == profiles +
    profile_quarantined + profile_duplicates. Blank lines are no rows. `lines` counts further lines of orders, each of
    which has one event, `unfolded` messages that stood inside rows; both are 0 for most tables.
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
    lines: int = 0
    unfolded: int = 0

    def in_words(self) -> str:
        """The sum on one line, as it is told before a run.

        >>> Counts(rows=6, events=3, lines=3, customers=2).in_words()
        '6 rows = 3 events + 3 further lines of orders + 0 quarantined + 0 duplicates; 2 customers.'
        """
        unfolded = f" + {self.unfolded} messages in them" if self.unfolded else ""
        lines = f" + {self.lines} further lines of orders" if self.lines else ""
        left_out = f"{self.quarantined} quarantined + {self.duplicates} duplicates"
        return f"{self.rows} rows{unfolded} = {self.events} events{lines} + {left_out}; {self.customers} customers."


@dataclass(frozen=True, slots=True)
class Loaded:
    """A store with sorted events, and what is known about it."""

    store: Store
    mapping: ColumnMapping
    counts: Counts
    newest: datetime | None
    digest: str


_OF_PROFILES = ("profile_rows", "profiles", "profile_quarantined", "profile_duplicates")
_LINES = """SELECT count(*) - (SELECT count(*) FROM (SELECT DISTINCT customer, id FROM events WHERE kind IS NOT NULL))
    FROM events WHERE kind IS NOT NULL"""


class _Table:
    """A source with its first rows looked at, to be read once."""

    def __init__(self, source: OpenedSource) -> None:
        self.notes = source.notes
        self._peeked = Peeked(source)
        self._mapping = ColumnMapping()
        self.source: Source = self._peeked
        self.inner = dotted(self._peeked.sheet)
        self.sheet = self._peeked.sheet
        self.good = self.bad = 0

    @property
    def sample(self) -> Sample:
        """The first values of each column, without empty ones."""
        return self.sheet.sample

    @property
    def whole(self) -> Sheet:
        """The first rows with all that stands in objects."""
        return sheet_through(Nested(Head(self._peeked), self.inner))

    @property
    def unfolded(self) -> int:
        """Messages that stood inside rows."""
        return getattr(self.source, "unfolded", 0)

    def reshape(self, mapping: ColumnMapping) -> ColumnMapping:
        """Open objects and unfold messages as a mapping asks for; returns the mapping that fits."""
        self._mapping = mapping
        self.source, fitted = reshape(self._peeked, mapping, self.inner)
        self.sheet = sheet_through(reshape(Head(self._peeked), mapping, self.inner)[0])
        return fitted

    def column(self, name: str) -> Iterator[Any]:
        """All cells of a column, read anew from the source."""
        source, _ = reshape(self._peeked.source, self._mapping, self.inner)
        at = source.columns.index(name)
        return (cells[at] for _, cells in source.records() if not isinstance(cells, Broken))

    def pour(self, reader: RowReader, cleaner: Cleaner, store: Store, bad: Quarantine, where: str = "") -> None:
        """Read all rows into a store, and what is broken into the quarantine."""
        for number, (line, cells) in enumerate(self.source.records(), 1):
            row: Any = cells if isinstance(cells, Broken) else cleaner.clean(line, cells)
            row = row if isinstance(row, Broken) else reader.read(number, line, row)
            if isinstance(row, Broken):
                self.bad += 1
                bad.add(self._as_it_stood(row, cells), where)
            else:
                self.good += 1
                store.add(row)

    def _as_it_stood(self, row: Broken, cells: Cells | Broken) -> Broken:
        """With the value that the table had, where a word for nothing was taken for none."""
        if row.value is not None or row.column is None or isinstance(cells, Broken):
            return row
        return replace(row, value=cells[self.source.columns.index(row.column)])


def load(
    source: "str | Path | pd.DataFrame",
    query: str | None,
    mapping: ColumnMapping | None,
    profiles: "str | Path | pd.DataFrame | None",
    tz: str | None,
    quarantine: Path | None,
    limits: Limits,
    work: Path | None,
) -> Loaded:
    """Read, check and sort; see `open_histories` for the arguments and errors."""
    zone = _zone(tz)
    store = Store(limits.memory, work)
    try:
        events = _Table(open_source(source, query, limits))
        beside = None if profiles is None else _Table(open_source(profiles, limits=limits))
        fitted = _fit(events, mapping, zone, beside is not None)
        of_profiles = None if beside is None else _fit_profiles(beside, mapping)
        with Quarantine(quarantine) as bad:
            cleaner = Cleaner(fitted, events.source.columns)
            events.pour(RowReader(fitted, events.source.columns, zone), cleaner, store, bad)
            notes = [*events.notes, *cleaner.notes()]
            if beside is not None and of_profiles is not None:
                cleaner = Cleaner(of_profiles, beside.source.columns)
                beside.pour(RowReader(of_profiles, beside.source.columns, zone), cleaner, store, bad, "profiles: ")
                seen = ", ".join(map(repr, of_profiles.shown())) or "no column"
                by = of_profiles.columns["customer_id"]
                notes.append(f"profiles are in {beside.source.name}, by {by!r}; the model sees {seen} of them")
                notes += [*beside.notes, *cleaner.notes()]
            store.sort()
            counts = _count(store, fitted, events, beside, bad)
        newest, far = newest_of(store)
        notes += [note for note in (far, note_on_join(store) if beside is not None else None) if note]
        fitted = replace(fitted, notes=(*fitted.notes, *notes))
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
    name = table.source.name
    chosen = guess(name, whole := table.whole, message_columns(whole)) if mapping is None else mapping
    if has_profiles and chosen.rows == "profiles":
        raise InputError(f"The rows of {name} are profiles, so there can't be a second table of profiles beside it.")
    # with a table of profiles beside it, [profile] names columns of that one
    chosen = replace(chosen, profile=()) if has_profiles else chosen
    fitted = table.reshape(chosen).for_table(name, table.source.columns)
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
        ranked = sorted((place, name) for name in columns if (place := rank("customer_id", name)))
        bare = [name for name in columns if squash(name) == "id"]
        key = next((name for name in (*(name for _, name in ranked), *bare)), key or "customer_id")
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
    lines = store.one(_LINES) if mapping.rows == "lines" else 0
    if main_is_profiles:
        return Counts(0, 0, 0, 0, customers, *rows)
    counts = Counts(*rows, customers, lines=lines, unfolded=events.unfolded)
    counts = replace(counts, rows=counts.rows - counts.unfolded, events=counts.events - lines)
    if beside is None:
        return counts
    more = (beside.good + beside.bad, beside.good - doubles[True], beside.bad, doubles[True])
    return replace(counts, **dict(zip(_OF_PROFILES, more, strict=True)))


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
    names: tuple[str, ...] = (
        "columns",
        "defaults",
        "kinds",
        "profile",
        "attributes",
        "rows",
        "amount_unit",
        "day_first",
        "decimal",
    )
    names += tuple(name for name in ("authors", "messages") if getattr(mapping, name))  # digests of before stay
    return {name: value if not hasattr(value := getattr(mapping, name), "items") else dict(value) for name in names}
