"""The worked example's tables, filled with the orders of any customers' histories.

What a history does not tell is set by rule: an order without a delivery was pending for two days, sent until the
seventh, and delivered then. Days are counted up to the customer's newest event.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Final

from fewsight.events import CustomerHistory, Event

_SENT: Final = timedelta(days=2)
_ARRIVES: Final = timedelta(days=7)
_WORDS: Final = ("message", "ticket", "call", "cancellation")
_BACK: Final = ("return", "refund")


def fill(database: Connection, histories: Iterable[CustomerHistory]) -> None:
    """Write customers, orders and items."""
    for history in histories:
        name, email = history.profile.get("name"), history.profile.get("email")
        row = (history.customer_id, str(name or history.customer_id), None if email is None else str(email))
        database.execute("INSERT INTO customers VALUES (?, ?, ?)", row)
        for order in history.events:
            if order.kind == "order" and order.amount and order.amount > 0 and order.time and history.newest:
                _add(database, history, order, order.time, history.newest)
    database.commit()


def newest_words(history: CustomerHistory) -> Event | None:
    """The newest event in which the customer writes to the shop."""
    return next((event for event in reversed(history.events) if event.kind in _WORDS and event.text), None)


def _add(database: Connection, history: CustomerHistory, order: Event, time: datetime, newest: datetime) -> None:
    key = _key(order)
    if database.execute("SELECT 1 FROM orders WHERE id = ?", (key,)).fetchone():
        key = order.id  # a number that two orders share
    later = list(_of_order(history, key))
    arrived = next((event.time for event in later if event.kind == "delivery" and event.time), None)
    if arrived is None and newest - time >= _ARRIVES:
        arrived = time + _ARRIVES
    status = "delivered" if arrived else "sent" if newest - time >= _SENT else "pending"
    days = (newest - arrived).days if arrived else None
    database.execute(
        "INSERT INTO orders VALUES (?, ?, ?, ?, ?)", (key, history.customer_id, status, f"{time:%Y-%m-%d}", days)
    )
    is_back = any(event.kind in _BACK for event in later)
    row = (f"{key}-1", key, "; ".join(order.products) or "order", order.amount, is_back)
    database.execute("INSERT INTO items VALUES (?, ?, ?, ?, ?)", row)


def _of_order(history: CustomerHistory, key: str) -> Iterator[Event]:
    return (event for event in history.events if event.kind != "order" and _key(event) == key)


def _key(event: Event) -> str:
    return str(event.attributes.get("order_id") or event.id)
