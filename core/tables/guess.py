"""Guessing which column is what, from names first and then from values."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from fewsight.errors import MappingError
from fewsight.tables.mapping import ColumnMapping
from fewsight.tables.records import BadValue
from fewsight.tables.values.amounts import guess_mark, minor_units, symbol_currency
from fewsight.tables.values.times import guess_day_first, is_naive, read_time
from fewsight.tables.words import COLUMN_WORDS, KIND_WORDS, ROLES, WEAK_KIND_NAMES, squash

Sample = Mapping[str, Sequence[Any]]
"""The first values of each column, without empty ones."""

_BARE: Final = frozenset({"customer_id", "event_id", "text"})
"""All that a table of bare texts may have."""

_EVENT_LIKE: Final = frozenset({"time", "kind", "text", "amount", "event_id"})


def guess(table: str, sample: Sample) -> ColumnMapping:
    """A mapping for a table without one; its `guessed` is True.

    Raises:
        MappingError: nothing says whose row it is, and there is no text either.
    """
    found: dict[str, str] = {}
    for role in ROLES:
        column = _best(role, [name for name in sample if name not in found.values()], sample)
        if column is not None:
            found[role] = column
    loose = {squash(name): name for name in sample if name not in found.values()}
    if "id" in loose:
        found.setdefault("event_id" if "customer_id" in found else "customer_id", loose["id"])
    if "customer_id" not in found and "text" not in found:
        raise MappingError(
            f"{table}: no column looks like a customer's id, and none like a text. Its columns are "
            f"{', '.join(map(repr, sample))}. Say which is which with a mapping file: [columns] customer_id = '...'."
        )
    if not _EVENT_LIKE & found.keys():
        return ColumnMapping({"customer_id": found["customer_id"]}, rows="profiles", guessed=True)
    if "text" in found and found.keys() <= _BARE:
        return _bare_texts(found, sample)
    minor = squash(found.get("amount", "")).endswith(("minor", "cents")) or found.get("amount") == "cents"
    return ColumnMapping(found, amount_unit="minor" if minor else "major", guessed=True)


def _bare_texts(found: dict[str, str], sample: Sample) -> ColumnMapping:
    """A table of texts. Its other columns are often the very labels that are asked for, so none is shown."""
    hidden = [name for name in sample if name not in found.values()]
    note = f"columns that are not shown to the model: {', '.join(hidden)}; a mapping file can name them as attributes"
    return ColumnMapping(found, attributes=(), notes=(note,) if hidden else (), guessed=True)


def look_at_values(mapping: ColumnMapping, sample: Sample, has_tz: bool) -> ColumnMapping:
    """The mapping with what only values tell: day or month first, decimal mark; and notes on what is assumed."""
    notes = []
    times = sample.get(mapping.columns.get("time", ""), ())
    day_first = guess_day_first(times) if mapping.day_first is None else mapping.day_first
    if times and not has_tz and not any(_has_clock(value, day_first) for value in times):
        notes.append("dates without a time of day are midnight UTC")
    amounts = list(sample.get(mapping.columns.get("amount", ""), ()))
    if amounts and not {"currency"} & {*mapping.columns, *mapping.defaults} and not symbol_currency(amounts[0]):
        notes.append("amounts name no currency; give one with currency = 'EUR' under [defaults]")
    if mapping.amount_unit == "minor" and mapping.guessed:
        notes.append("amounts are taken for minor units (cents), as the column's name says")
    if mapping.rows == "events" and "customer_id" not in mapping.columns:
        notes.append("no customer id: each row is a customer of its own, named row-1, row-2, ...")
    return replace(
        mapping,
        defaults={**_default_kind(mapping), **mapping.defaults},
        day_first=day_first,
        decimal=mapping.decimal or guess_mark(amounts),
        notes=(*mapping.notes, *notes),
    )


def has_naive_times(mapping: ColumnMapping, sample: Sample) -> Any:  # noqa: ANN401 - the cell
    """The first time of day without a zone in the sample, or None."""
    times = sample.get(mapping.columns.get("time", ""), ())
    return next((value for value in times if is_naive(value, mapping.day_first)), None)


def _best(role: str, columns: Sequence[str], sample: Sample) -> str | None:
    words = COLUMN_WORDS[role]
    ranked = sorted((words.index(squash(name)), name) for name in columns if squash(name) in words)
    if role == "kind" and not ranked:
        ranked = [(0, name) for name in columns if squash(name) in WEAK_KIND_NAMES and _are_kinds(sample[name])]
    # a column that is named just as its role is one, whatever it holds: its bad values are to be seen
    return next((name for at, name in ranked if at == 0 or _plausible(role, sample[name])), None)


def _plausible(role: str, values: Sequence[Any]) -> bool:
    """Whether half of the values at least can be what the column's name says."""
    if role not in ("time", "amount") or not values:
        return True
    read = (lambda v: read_time(v, True)) if role == "time" else (lambda v: minor_units(v, "KWD", "major", None))
    return 2 * sum(_readable(read, value) for value in values) >= len(values)


def _readable(read: Any, value: Any) -> bool:  # noqa: ANN401 - any reader of any cell
    try:
        read(value)
    except BadValue as bad:
        return "ambiguous" in str(bad) or "more decimals" in str(bad)
    return True


def _are_kinds(values: Sequence[Any]) -> bool:
    return bool(values) and 2 * sum(squash(str(value)) in KIND_WORDS for value in values) >= len(values)


def _default_kind(mapping: ColumnMapping) -> dict[str, str]:
    """What every row is, where no column says it."""
    found = mapping.columns
    if "kind" in found or mapping.rows == "profiles":
        return {}
    if "text" in found:
        reviews = squash(found["text"]).startswith(("review", "评论", "评价"))
        return {"kind": "review" if reviews else "message"}
    return {"kind": "order" if "amount" in found or "product" in found else "other"}


def _has_clock(value: Any, day_first: bool | None) -> bool:  # noqa: ANN401 - any cell
    try:
        moment = read_time(value, day_first)
    except BadValue:
        return False
    return moment.tzinfo is not None or is_naive(value, day_first)
