"""Guessing which column is what, from names first and then from values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from fewsight.errors import MappingError
from fewsight.tables.columns.choice import BY_NAME, Choice
from fewsight.tables.columns.clock import choose_time_of_day, choose_time_of_messages
from fewsight.tables.columns.later import later_columns, note_on
from fewsight.tables.columns.names import rank
from fewsight.tables.columns.orders import choose_money_of_lines, choose_order, has_words, id_columns, order_of_lines
from fewsight.tables.columns.people import (
    choose_author,
    choose_author_by_id,
    choose_conversation,
    choose_customer,
    choose_recipient,
)
from fewsight.tables.columns.sheet import Sheet
from fewsight.tables.columns.telling import choose_kind, choose_texts, default_kind
from fewsight.tables.columns.values import is_amount, is_time, mostly
from fewsight.tables.mapping import ColumnMapping
from fewsight.tables.words import squash

_BARE: Final = frozenset({"customer_id", "event_id", "text"})
"""All that a table of bare texts may have."""

_LOOKED_UP: Final = (
    " Rows that belong to an order of another table name it with order = '...'. A table that only describes products "
    "or campaigns is to be joined to the table that names them (SQL JOIN, pandas merge) before it is read."
)
_STRIPE: Final = re.compile(r"(?:ch|pi|py|in|evt|re|txn|sub)_\w+")
_WORDLESS: Final = frozenset(("order", "payment", "delivery", "return", "refund", "view", "cart", "coupon", "login"))
"""Kinds of events in which nobody writes: a long cell is no text there unless its column says so."""
_EVENT_LIKE: Final = frozenset({"time", "kind", "text", "amount", "price", "event_id"})


@dataclass(frozen=True, slots=True)
class Among:
    """A table is one of several.

    `kind` is what its name says of its rows, and why, None where it says nothing; `customers` whether it says that each
    row is one.
    """

    kind: tuple[str, str] | None
    customers: bool = False


def guess(table: str, sheet: Sheet, messages: tuple[str, ...] = (), among: Among | None = None) -> ColumnMapping:
    """A mapping for a table without one; its `guessed` is True, its `reasons` say why.

    `messages` names columns that hold the messages of a ticket. Where the table is one `among` several, its name says
    what its rows are if no column does, and rows without a customer may name an order of another table.

    Raises:
        MappingError: nothing says whose row it is, and there is no text either.
    """
    choice = Choice(sheet, messages)
    authors = choose_author(choice)
    choose_customer(choice)
    choice.take("time", choice.best("time", lambda values: not values or mostly(is_time, values)))
    choose_time_of_day(choice)
    choose_kind(choice)
    choose_texts(choice)
    choose_author_by_id(choice)
    ids = id_columns(choice)
    choose_conversation(choice, authors, ids)
    authors = authors or choose_recipient(choice)
    choose_time_of_messages(choice, ids)
    if (
        among is not None
        and among.kind is not None
        and among.kind[0] in _WORDLESS
        and choice.reasons.get("text") != BY_NAME
    ):
        choice.drop("text")
    if among is not None and "time" not in choice.columns and not _could_be_profiles(choice, among):
        choice.take("time", _times_by_values(choice), "its values are times, and no column is named for them")
        ids = [name for name in ids if name in choice.free]
    rows = _choose_ids_and_money(choice, ids)
    _choose_rest(choice)
    found = choice.columns
    if among is not None:
        rows = choose_order(choice, ids, rows, among.kind)
    if (
        "customer_id" not in found
        and "order" not in found
        and rows != "lines"
        and (among or not ("text" in found or messages))
    ):
        raise MappingError(
            f"{table}: no column looks like a customer's id, and none like a text. Its columns are "
            f"{', '.join(map(repr, sheet.columns))}. Say which is which with a mapping file: "
            "[columns] customer_id = '...'." + (_LOOKED_UP if among else "")
        )
    if among and _is_timeless(choice):
        return _of_events(choice, rows, authors, among)
    if _are_profiles(choice) or (among and _describes_customers(choice, among)):
        reasons = {"customer_id": choice.reasons["customer_id"]}
        return ColumnMapping({"customer_id": found["customer_id"]}, rows="profiles", guessed=True, reasons=reasons)
    if "text" in found and found.keys() <= _BARE and not messages:
        return _named(_bare_texts(choice), among)
    return _of_events(choice, rows, authors, among)


def _could_be_profiles(choice: Choice, among: Among) -> bool:
    """Whether rows may be customers: nothing says what happened, and most customers stand once."""
    return among.kind is None and "customer_id" in choice.columns and not _is_timeless(choice)


def _describes_customers(choice: Choice, among: Among) -> bool:
    """Whether rows without a time are customers: nothing is named for an event, and each customer stands once."""
    if among.customers:
        return _stand_once(choice)
    named = {role for role in ("kind", "text", "author") if choice.reasons.get(role) == BY_NAME}
    return "time" not in choice.columns and not named and "customer_id" in choice.columns and among.kind is None


def _stand_once(choice: Choice) -> bool:
    """Whether each customer has one row."""
    groups = choice.sheet.groups(choice.columns["customer_id"]) if "customer_id" in choice.columns else iter(())
    return "customer_id" in choice.columns and all(len(places) == 1 for places in groups)


def _times_by_values(choice: Choice) -> str | None:
    """The first free column of times that are written as text; numbers are times by name alone."""
    for name in choice.free:
        values = choice.sheet.sample[name]
        text = [value for value in values if not str(value).replace(".", "").isdigit()]
        if not rank("profile", name) and 10 * len(text) >= 9 * len(values) and mostly(is_time, text, 0.9):
            return name
    return None


def _is_timeless(choice: Choice) -> bool:
    """Whether rows without a time can't be customers: many customers have several that differ."""
    if "customer_id" not in choice.columns or "time" in choice.columns:
        return False
    groups = list(choice.sheet.groups(choice.columns["customer_id"]))
    several = sum(len({tuple(choice.sheet.rows[at]) for at in places}) > 1 for places in groups)
    return 4 * several > len(groups)


def _named(mapping: ColumnMapping, among: Among | None) -> ColumnMapping:
    """With the kind that the table's name says, where no column says it."""
    if among is None or among.kind is None or "kind" in mapping.columns:
        return mapping
    kind, why = among.kind
    return replace(mapping, defaults={**mapping.defaults, "kind": kind}, reasons={**mapping.reasons, "kind": why})


def _choose_ids_and_money(choice: Choice, ids: list[str]) -> str:
    """Take what names an event, and its money; returns what a row is."""
    ids = [name for name in ids if name in choice.free]
    order = order_of_lines(choice, ids)
    if order is not None:
        choice.take("event_id", order, "several rows have the same one: they are lines of one order")
        _choose_product(choice)
        choose_money_of_lines(choice, order)
        return "lines"
    unique = next((name for name in ids if choice.sheet.is_unique(name) or _is_named_so(choice, name)), None)
    if unique is not None:
        choice.take("event_id", unique, "by its name; each row has one of its own")
    elif ids:
        choice.notes.append(f"{ids[0]!r} repeats in rows that differ, so it is an attribute and names no event")
    _choose_product(choice)
    choice.take("amount", choice.best("amount", lambda values: not values or mostly(is_amount, values)))
    if "amount" not in choice.columns:
        choice.take("price", choice.best("price", lambda values: mostly(is_amount, values)))
        if "price" in choice.columns:
            choice.take("quantity", choice.best("quantity", lambda values: mostly(is_amount, values)))
    return "events"


def _is_named_so(choice: Choice, name: str) -> bool:
    """Whether a column is named for the id of events, and most values stand once: one that repeats is to be seen."""
    values = [str(value) for value in choice.sheet.sample[name]]
    return squash(name) == "eventid" and 2 * len(set(values)) >= len(values)


def _choose_product(choice: Choice) -> None:
    """Take the product's name; a description beside money and a code is one."""
    name = next((name for name in choice.ranked("product") if choice.sheet.sample[name]), None)
    described = next((one for one in choice.ranked("weak_text") if has_words(choice, one)), None)
    money = bool(choice.ranked("amount") or choice.ranked("price"))
    if (
        described is not None
        and money
        and "text" not in choice.columns
        and (name is None or not has_words(choice, name))
    ):
        choice.take("product", described, "it stands beside amounts, and says what they are for")
    else:
        choice.take("product", name)


def _choose_rest(choice: Choice) -> None:
    for role in ("currency", "channel"):
        name = choice.best(role, lambda values: bool(values) and all(len(str(value)) <= 60 for value in values))
        choice.take(role, name)


def _are_profiles(choice: Choice) -> bool:
    """Whether rows are customers: no event's column, or columns that only customers have and each customer once."""
    found = choice.columns
    if "customer_id" not in found or "kind" in found:
        return False
    if choice.messages:
        return False
    if not _EVENT_LIKE & found.keys():
        return True
    marks = [name for name in choice.free if rank("profile", name)]
    once = all(len(places) == 1 for places in choice.sheet.groups(found["customer_id"]))
    note = "text" not in found or squash(found["text"]) in ("note", "notes", "remark", "notiz", "备注", "備考")
    return bool(marks) and once and note and not {"product", "price", "subject", "author"} & found.keys()


def _is_stripes(choice: Choice) -> bool:
    """Whether amounts are those of Stripe's interface: whole cents beside ids that begin with what they name."""
    sample = choice.sheet.sample
    amounts = sample.get(choice.columns.get("amount", ""), [])
    ids = sample.get(choice.columns.get("event_id", ""), [])
    return mostly(_is_whole, amounts, 1.0) and mostly(lambda v: bool(_STRIPE.match(str(v))), ids, 0.9)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) or (isinstance(value, str) and value.strip().lstrip("-").isdigit())


def _bare_texts(choice: Choice) -> ColumnMapping:
    """A table of texts. Its other columns are often the very labels that are asked for, so none is shown."""
    hidden = [name for name in choice.sheet.columns if name not in choice.columns.values()]
    note = f"columns that are not shown to the model: {', '.join(hidden)}; a mapping file can name them as attributes"
    notes = (*choice.notes, note) if hidden else tuple(choice.notes)
    return ColumnMapping(choice.columns, attributes=(), notes=notes, guessed=True, reasons=choice.reasons)


def _of_events(choice: Choice, rows: str, authors: Mapping[str, str], among: Among | None) -> ColumnMapping:
    found = choice.columns
    money = found.get("amount", "")
    minor = squash(money).endswith(("minor", "cents")) or money == "cents" or _is_stripes(choice)
    kind = default_kind(choice, rows)
    if among is not None and among.kind is not None and "kind" not in found:
        kind = among.kind[0]
    hidden = later_columns(choice, kind)
    row_ids = tuple(name for name in choice.free if squash(name) == "id") if among and rows == "lines" else ()
    mapping = ColumnMapping(
        found,
        defaults={} if kind is None else {"kind": kind},
        authors=authors if {"author", "recipient"} & found.keys() else {},
        messages=choice.messages,
        hidden=(*hidden, *row_ids),
        rows=rows,
        amount_unit="minor" if minor else "major",
        notes=(*choice.notes, note_on(hidden)) if hidden else tuple(choice.notes),
        guessed=True,
        reasons=choice.reasons,
    )
    return _named(mapping, among)
