"""Which mapping a table is read with: the given or a guessed one, with what its values tell."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import tzinfo
from zoneinfo import ZoneInfo, available_timezones

from fewsight.errors import InputError, MappingError, did_you_mean
from fewsight.tables.columns import guess
from fewsight.tables.columns.guess import Among
from fewsight.tables.columns.names import rank
from fewsight.tables.mapping import ColumnMapping
from fewsight.tables.reading.formats import settle
from fewsight.tables.reading.guess import has_naive_times, look_at_values
from fewsight.tables.reading.rows import identifier
from fewsight.tables.reading.table import Table
from fewsight.tables.several.names import kind_by_name, says_customers
from fewsight.tables.shapes import message_columns
from fewsight.tables.words import squash


def fit(table: Table, mapping: ColumnMapping | None, tz: str | None, has_profiles: bool) -> None:
    """Settle how a table is read.

    Raises:
        InputError: profiles beside profiles, or times without a zone and no `tz`.
        MappingError: columns that are missing, or that nothing can be guessed from.
    """
    name, alone = table.source.name, table.name is None
    among = None if table.name is None else Among(kind_by_name(table.name), says_customers(table.name))
    chosen = guess(name, whole := table.whole, message_columns(whole), among) if mapping is None else mapping
    if has_profiles and alone and chosen.rows == "profiles":
        raise InputError(f"The rows of {name} are profiles, so there can't be a second table of profiles beside it.")
    # with a table of profiles beside it, [profile] names columns of that one
    chosen = replace(chosen, profile=()) if has_profiles and alone else chosen
    fitted = table.reshape(chosen).for_table(name, table.source.columns)
    table.zone = zone_of(chosen.tz or tz)
    chosen = look_at_values(fitted, table.sample, table.zone is not None, alone)
    chosen = settle(fitted, chosen, name, table.sample, table.column)
    naive = None if table.zone else has_naive_times(chosen, table.sample)
    if naive is not None:
        raise InputError(
            f"{name}: times such as {str(naive)!r} in column {chosen.columns['time']!r} name no time zone. "
            "Say which one they are in, for example --tz Europe/Berlin (in Python tz='Europe/Berlin')."
        )
    table.mapping = chosen


def fit_profiles(table: Table, mapping: ColumnMapping | None) -> None:
    """Settle how a table of profiles that stands beside others is read.

    Raises:
        MappingError: columns that are missing.
    """
    columns = table.source.columns
    key = mapping.columns.get("customer_id") if mapping else None
    if key not in columns:
        ranked = sorted((place, name) for name in columns if (place := rank("customer_id", name)))
        bare = [name for name in columns if squash(name) == "id"]
        key = next((name for name in (*(name for _, name in ranked), *bare)), key or "customer_id")
    chosen = ColumnMapping({"customer_id": key}, profile=mapping.profile if mapping else None, rows="profiles")
    table.mapping = chosen.for_table(f"profiles: {table.source.name}", columns)


def agree_on_ids(tables: Sequence[Table]) -> None:
    """Of guessed mappings, take the customer's id by which most other tables are joined, as the first rows show it."""
    for table in tables:
        mapping = table.mapping
        now = mapping.columns.get("customer_id")
        if not mapping.guessed or now is None:
            continue
        others = [_ids(other) for other in tables if other is not table]
        joined = {name: _joined(table, name, others) for name in _candidates(table)}
        best = max(joined, key=lambda name: joined[name])
        if joined[best] <= _joined(table, now, others):
            continue
        tell = f"{joined[best]} other table{'s'[: joined[best] != 1]}"
        reason = f"its values are customers of {tell}, those of {now!r} are not"
        table.mapping = replace(
            mapping,
            columns={**{role: name for role, name in mapping.columns.items() if name != best}, "customer_id": best},
            profile=_swapped(mapping.profile, best, now),
            attributes=_swapped(mapping.attributes, best, now),
            reasons={**mapping.reasons, "customer_id": reason},
        )


def _candidates(table: Table) -> list[str]:
    """Columns that may be the customer's id: by name, and for a table of customers a bare id."""
    bare = [name for name in table.source.columns if table.are_profiles and squash(name) == "id"]
    named = [name for name in table.source.columns if rank("customer_id", name)]
    return list(dict.fromkeys([table.mapping.columns["customer_id"], *named, *bare]))


def _ids(table: Table) -> set[str]:
    return _values(table, table.mapping.columns["customer_id"]) if "customer_id" in table.mapping.columns else set()


def _values(table: Table, column: str) -> set[str]:
    return {identifier(value) for value in table.sample.get(column, ())}


def _joined(table: Table, column: str, others: Sequence[set[str]]) -> int:
    """How many other tables have a customer of these."""
    values = _values(table, column)
    return sum(not values.isdisjoint(other) for other in others)


def _swapped(columns: tuple[str, ...] | None, taken: str, free: str) -> tuple[str, ...] | None:
    """Names of columns where one has become the customer's, and another is no longer it."""
    if columns is None or not columns:
        return columns
    return tuple(free if name == taken else name for name in columns)


def check_together(tables: Sequence[Table]) -> None:
    """Refuse, among several tables, what could not be told apart later.

    Raises:
        MappingError: events without times beside events with them, or rows that are nobody's.
    """
    timed = [table for table in tables if "time" in table.mapping.columns]
    for table in tables:
        found, mapping = table.mapping.columns, table.mapping
        if mapping.rows == "events" and not {"customer_id", "order"} & found.keys():
            raise MappingError(
                f"{table.source.name}: no column says whose row it is. Name it with customer_id = '...', or order = "
                f"'...' where rows belong to an order of another table, under [{table.name}.columns] of a mapping "
                "file. A table that says more of products, campaigns or stores is a --lookup."
            )
        has_order = "customer_id" not in found
        if timed and not has_order and mapping.rows != "profiles" and "time" not in found:
            raise MappingError(
                f"{table.source.name}: no column says when its rows happened, so that nobody could tell which of them "
                f"are later than --as-of. Name it with time = '...' under [{table.name}.columns]; join it from the "
                "table that has it (SQL JOIN, pandas merge); or, where a row is a customer, say rows = 'profiles'."
            )


def zone_of(tz: str | None) -> tzinfo | None:
    """The time zone of a name.

    Raises:
        InputError: there is no such zone.
    """
    if tz is None:
        return None
    try:
        return ZoneInfo(tz)
    except (ValueError, OSError, LookupError):
        raise InputError(f"No time zone {tz!r}." + _zone_hint(tz)) from None


def _zone_hint(tz: str) -> str:
    hint = did_you_mean(tz, available_timezones())
    return hint if "Did you mean" in hint else " Use a name such as 'Europe/Berlin' or 'UTC'."
