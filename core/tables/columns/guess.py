"""Guessing which column is what, from names first and then from values."""

import re
from collections.abc import Mapping
from typing import Final

from fewsight.errors import MappingError
from fewsight.tables.columns.choice import Choice
from fewsight.tables.columns.clock import choose_time_of_day, choose_time_of_messages
from fewsight.tables.columns.later import later_columns, note_on
from fewsight.tables.columns.names import rank
from fewsight.tables.columns.orders import choose_money_of_lines, has_words, id_columns, order_of_lines
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

_STRIPE: Final = re.compile(r"(?:ch|pi|py|in|evt|re|txn|sub)_\w+")
_EVENT_LIKE: Final = frozenset({"time", "kind", "text", "amount", "price", "event_id"})


def guess(table: str, sheet: Sheet, messages: tuple[str, ...] = ()) -> ColumnMapping:
    """A mapping for a table without one; its `guessed` is True, its `reasons` say why.

    `messages` names columns that hold the messages of a ticket.

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
    rows = _choose_ids_and_money(choice, ids)
    _choose_rest(choice)
    found = choice.columns
    if "customer_id" not in found and "text" not in found and rows != "lines" and not messages:
        raise MappingError(
            f"{table}: no column looks like a customer's id, and none like a text. Its columns are "
            f"{', '.join(map(repr, sheet.columns))}. Say which is which with a mapping file: "
            "[columns] customer_id = '...'."
        )
    if _are_profiles(choice):
        reasons = {"customer_id": choice.reasons["customer_id"]}
        return ColumnMapping({"customer_id": found["customer_id"]}, rows="profiles", guessed=True, reasons=reasons)
    if "text" in found and found.keys() <= _BARE and not messages:
        return _bare_texts(choice)
    return _of_events(choice, rows, authors)


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


def _of_events(choice: Choice, rows: str, authors: Mapping[str, str]) -> ColumnMapping:
    found = choice.columns
    money = found.get("amount", "")
    minor = squash(money).endswith(("minor", "cents")) or money == "cents" or _is_stripes(choice)
    kind = default_kind(choice, rows)
    hidden = later_columns(choice, kind)
    return ColumnMapping(
        found,
        defaults={} if kind is None else {"kind": kind},
        authors=authors if {"author", "recipient"} & found.keys() else {},
        messages=choice.messages,
        hidden=hidden,
        rows=rows,
        amount_unit="minor" if minor else "major",
        notes=(*choice.notes, note_on(hidden)) if hidden else tuple(choice.notes),
        guessed=True,
        reasons=choice.reasons,
    )
