"""What only values tell: day or month first, decimal mark, and what is assumed of times and amounts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fewsight.tables.mapping import ColumnMapping
from fewsight.tables.records import BadValue
from fewsight.tables.values.amounts import guess_mark, symbol_currency
from fewsight.tables.values.times import guess_day_first, is_naive, read_time
from fewsight.tables.words import squash

Sample = Mapping[str, Sequence[Any]]
"""The first values of each column, without empty ones."""


def look_at_values(mapping: ColumnMapping, sample: Sample, has_tz: bool, alone: bool = True) -> ColumnMapping:
    """The mapping with what only values tell: day or month first, decimal mark; and notes on what is assumed.

    Of a table that is not `alone`, customers and currencies are looked at together with those of the others.
    """
    notes = []
    times = sample.get(mapping.columns.get("time", ""), ())
    day_first = guess_day_first(times) if mapping.day_first is None else mapping.day_first
    if times and not has_tz and not any(_has_clock(value, day_first) for value in times):
        notes.append("dates without a time of day are midnight UTC")
    amounts = list(sample.get(mapping.columns.get("amount", mapping.columns.get("price", "")), ()))
    if (
        amounts
        and not {"currency"} & {*mapping.columns, *mapping.defaults}
        and not symbol_currency(amounts[0])
        and alone
    ):
        notes.append("amounts name no currency; give one with currency = 'EUR' under [defaults]")
    if mapping.amount_unit == "minor" and mapping.guessed:
        notes.append("amounts are taken for minor units (cents), as the column's name or its ids say")
    if alone and mapping.rows == "lines" and "customer_id" not in mapping.columns:
        notes.append("no customer id: each order is a customer of its own, named by its number")
    if alone and mapping.rows == "events" and "customer_id" not in mapping.columns:
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


def _default_kind(mapping: ColumnMapping) -> dict[str, str]:
    """What every row is, where no column says it."""
    found = mapping.columns
    if "kind" in found or mapping.rows == "profiles":
        return {}
    if "text" in found:
        reviews = squash(found["text"]).startswith(("review", "评论", "评价"))
        return {"kind": "review" if reviews else "message"}
    is_order = bool({"amount", "price", "product"} & found.keys())
    return {"kind": "order" if is_order else "other"}


def _has_clock(value: Any, day_first: bool | None) -> bool:  # noqa: ANN401 - any cell
    try:
        moment = read_time(value, day_first)
    except BadValue:
        return False
    return moment.tzinfo is not None or is_naive(value, day_first)
