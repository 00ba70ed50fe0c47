"""From open tables to a sorted store, with every row counted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from fewsight.digest import digest
from fewsight.errors import InputError
from fewsight.tables.counts import Counts
from fewsight.tables.joins import note_on_join
from fewsight.tables.mapping import ColumnMapping
from fewsight.tables.newest import newest_of
from fewsight.tables.quarantine import Quarantine
from fewsight.tables.reading.fitting import agree_on_ids, check_together, fit, fit_profiles, zone_of
from fewsight.tables.reading.table import Table, no_rows
from fewsight.tables.several import Identities, Linking, mappings_of, names_of, notes_across, read_identities
from fewsight.tables.several.lookups import Joined, NamedLookup, with_lookups
from fewsight.tables.several.mapping_file import Given
from fewsight.tables.sources.inputs import Asked, TableLike
from fewsight.tables.sources.limits import Limits
from fewsight.tables.sources.opening import open_source
from fewsight.tables.store import Store
from fewsight.tables.values.times import from_microseconds


@dataclass(frozen=True, slots=True)
class Loaded:
    """A store with sorted events, and what is known about it.

    `tables` are those that were read, in the order of their numbers; with one table of events `linking` is None.
    """

    store: Store
    tables: tuple[Table, ...]
    linking: Linking | None
    notes: tuple[str, ...]
    counts: Counts
    newest: datetime | None
    digest: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How tables are read: see `open_histories`."""

    tz: str | None
    quarantine: Path | None
    limits: Limits
    work: Path | None


_LINES = """SELECT count(*) - (SELECT count(*) FROM (SELECT DISTINCT customer, id FROM events WHERE kind IS NOT NULL))
    FROM events WHERE kind IS NOT NULL"""


def load(
    asked: Sequence[Asked],
    mappings: Sequence[Given | None],
    profiles: TableLike | None,
    identities: TableLike | None,
    how: Reading,
    lookups: Sequence[tuple[TableLike, str | None]] = (),
) -> Loaded:
    """Read, check and sort; see `open_histories` for the arguments and errors."""
    zone_of(how.tz)
    several = len(asked) > 1 or identities is not None
    store = Store(how.limits.memory, how.work)
    try:
        tables, empty = _opened(asked, mappings, profiles, how, several, lookups)
        ids = None if identities is None else _identities(identities, tables, how)
        with Quarantine(how.quarantine) as bad:
            for number, table in enumerate(tables):
                table.number = number
                table.pour(store, bad, ids)
            linking = _linking(tables) if several else None
            store.sort(linking)
            counts = _count(store, tables, linking, bad)
        newest, far = newest_of(store)
        notes = [*empty, *_of_profiles(tables), *([far] if far else []), *_of_lookups(tables)]
        if several:
            notes += notes_across(store, [(str(table.name), table.mapping) for table in tables])
            notes += ids.notes() if ids else ()
        elif len(tables) > 1 and (note := note_on_join(store)):
            notes.append(note)
        identity = _digest(tables, ids, how.tz)
        when = None if newest is None else from_microseconds(newest)
        return Loaded(store, tuple(tables), linking, tuple(notes), counts, when, identity)
    except BaseException:
        store.close()
        raise


def _opened(
    asked: Sequence[Asked],
    mappings: Sequence[Given | None],
    profiles: TableLike | None,
    how: Reading,
    several: bool,
    lookups: Sequence[tuple[TableLike, str | None]],
) -> tuple[list[Table], list[str]]:
    """The tables, each with its mapping: the one of events and that of profiles, or several in the order of names.

    Of several, those without rows are left out; the second part says which.
    """
    beside = [] if profiles is None else [Asked(profiles)]
    called = [*asked, *beside] if several else asked
    own = names_of([one.source for one in called], [one.query for one in called])
    given = mappings_of(mappings, own, len(asked))
    names = own if several else [None] * (len(asked) + len(beside))
    sources = [open_source(one.source, one.query, how.limits) for one in asked]
    sources = with_lookups(sources, _named(lookups, how))
    tables = [Table(source, name) for source, name in zip(sources, names, strict=False)]
    empty = [no_rows(table.source.name) for table in tables if table.is_empty]
    if len(empty) == len(tables):
        raise InputError(" ".join(empty))
    pairs = [(table, mapping) for table, mapping in zip(tables, given, strict=False) if not table.is_empty]
    tables = [table for table, _ in pairs]
    for table, mapping in pairs:
        fit(table, mapping, how.tz, bool(beside))
    if profiles is not None:
        tables.append(Table(open_source(profiles, limits=how.limits), names[-1], beside=True))
        if tables[-1].is_empty:
            raise InputError(no_rows(tables[-1].source.name))
        fit_profiles(tables[-1], given[-1] if several else given[0])
    if several:
        agree_on_ids(tables)
        check_together(tables)
        tables.sort(key=lambda table: str(table.name))
    return tables, empty


def _named(lookups: Sequence[tuple[TableLike, str | None]], how: Reading) -> list[NamedLookup]:
    names = names_of([table for table, _ in lookups], [None] * len(lookups))
    tables = [open_source(table, limits=how.limits) for table, _ in lookups]
    return [NamedLookup(name, table, key) for name, table, (_, key) in zip(names, tables, lookups, strict=True)]


def _of_lookups(tables: Sequence[Table]) -> Iterator[str]:
    for table in tables:
        if isinstance(table.opened, Joined):
            yield from table.opened.of_lookups()


def _identities(identities: TableLike, tables: Sequence[Table], how: Reading) -> Identities:
    return read_identities(open_source(identities, limits=how.limits), [str(table.name) for table in tables])


def _linking(tables: Sequence[Table]) -> Linking:
    named = tuple(table.number for table in tables if "event_id" in table.mapping.columns)
    return Linking(named, tuple(table.number for table in tables if table.mapping.rows == "lines"))


def _of_profiles(tables: Sequence[Table]) -> Iterator[str]:
    """Notes of the tables as they were read, and which columns those of profiles show."""
    for table in tables:
        notes = table.notes
        if table.beside:
            seen = ", ".join(map(repr, table.mapping.shown())) or "no column"
            by = table.mapping.columns["customer_id"]
            notes = [f"profiles are in {table.source.name}, by {by!r}; the model sees {seen} of them", *notes]
        if table.name is None:
            yield from notes
        else:
            table.mapping = replace(table.mapping, notes=(*table.mapping.notes, *notes))


def _count(store: Store, tables: Sequence[Table], linking: Linking | None, bad: Quarantine) -> Counts:
    doubles = [0] * len(tables)
    for number, row in store.duplicates():
        doubles[number] += 1
        bad.add(row, "profiles: " if tables[number].beside else "", tables[number].name)
    for number, row in store.unplaced() if linking else ():
        tables[number].bad += 1
        tables[number].good -= 1
        bad.add(row, "", tables[number].name)
    for number, row in store.doubles_across([str(table.name) for table in tables]) if linking else ():
        doubles[number] += 1
        bad.add(row, "", tables[number].name)
    customers = store.one("SELECT count(*) FROM people")
    counts = Counts(customers=customers)
    for table in tables:
        counts = _with_table(counts, table, doubles[table.number])
    lines = 0
    if linking is not None:
        lines = int(store.one(linking.further_lines))
    elif tables[0].mapping.rows == "lines":
        lines = store.one(_LINES)
    return replace(counts, lines=lines, events=counts.events - lines)


def _with_table(counts: Counts, table: Table, doubles: int) -> Counts:
    rows, kept = table.good + table.bad, table.good - doubles
    if table.are_profiles:
        return replace(
            counts,
            profile_rows=counts.profile_rows + rows,
            profiles=counts.profiles + kept,
            profile_quarantined=counts.profile_quarantined + table.bad,
            profile_duplicates=counts.profile_duplicates + doubles,
        )
    return replace(
        counts,
        rows=counts.rows + rows - table.unfolded,
        events=counts.events + kept,
        quarantined=counts.quarantined + table.bad,
        duplicates=counts.duplicates + doubles,
        unfolded=counts.unfolded + table.unfolded,
    )


def _digest(tables: Sequence[Table], identities: Identities | None, tz: str | None) -> str:
    if tables[0].name is None:
        plain = [_plain(table.mapping) for table in tables]
        contents = [table.source.digest() for table in tables]
        of_profiles = plain[1] if len(plain) > 1 else None
        return digest({"content": contents, "mapping": plain[0], "profiles": of_profiles, "tz": tz})
    each = [[table.name, table.source.digest(), _plain(table.mapping)] for table in tables]
    return digest({"tables": each, "identities": identities.digest if identities else None, "tz": tz})


def _plain(mapping: ColumnMapping) -> dict[str, Any]:
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
    names += tuple(name for name in ("authors", "messages", "tz") if getattr(mapping, name))  # digests of before stay
    return {name: value if not hasattr(value := getattr(mapping, name), "items") else dict(value) for name in names}
