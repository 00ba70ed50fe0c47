"""Writes customers as the tables that `fewsight run` reads, with the truth beside them."""

import csv
import json
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, Final

from fewsight.events import Event
from fewsight.shop.answers import TASKS
from fewsight.shop.generate import Customer
from fewsight.shop.labels import labelled_row

ATTRIBUTES: Final = (
    *("order_id", "coupon", "gift_wrap", "shipping", "paid_by", "days_late", "stars"),
    *("opened", "offer", "cancels", "step"),
)
"""All attributes that an event of the shop may have; each is a column."""

EVENT_COLUMNS: Final = (
    *("event_id", "customer_id", "time", "kind", "channel", "text", "product", "amount", "currency"),
    *ATTRIBUTES,
)
PROFILE_COLUMNS: Final = ("customer_id", "name", "email", "phone", "city", "joined", "newsletter")


ORDER_COLUMNS: Final = (
    *("event_id", "customer_id", "time", "channel", "amount", "currency"),
    *("order_id", "coupon", "gift_wrap", "shipping"),
)
LINE_COLUMNS: Final = ("order", "product")
APART: Final = {
    "tickets": ("ticket", "message", "call", "note", "review", "survey", "cancellation"),
    "web": ("view", "search", "cart", "login"),
    "campaigns": ("campaign", "coupon"),
    "after_sales": ("delivery", "return", "refund", "payment", "subscription", "other"),
}
"""Tables of a sample that is written apart, beside orders.csv and order_lines.csv, and the kinds of events in each."""


def write_sample(
    customers: Iterable[Customer], folder: Path, labels: bool = False, apart: bool = False
) -> tuple[int, int]:
    """Write histories.csv, profiles.csv and truth.jsonl; returns the numbers of customers and of events.

    With `labels` also a file of labelled rows for each task, labels/intent.jsonl and so on. With `apart`, orders.csv,
    order_lines.csv and the tables of `APART` in the place of histories.csv, and customers.csv in that of profiles.csv.

    Customers without a profile (bare texts) have no row in profiles.csv, those without events none in histories.csv;
    truth.jsonl has a line for each. Amounts are written with their decimals. Memory does not grow with the number of
    customers.
    """
    (folder / "labels" if labels else folder).mkdir(parents=True, exist_ok=True)
    count = events = 0
    with ExitStack() as stack:
        # Words of our own, which no spreadsheet runs; phone numbers ('+49 ...') are to be read back as they are.
        write_events = _apart(stack, folder) if apart else _together(stack, folder)
        profiles = csv.writer(stack.enter_context(_open(folder / ("customers.csv" if apart else "profiles.csv"))))
        truth = stack.enter_context(_open(folder / "truth.jsonl"))
        rows = {task: stack.enter_context(_open(folder / "labels" / f"{task}.jsonl")) for task in TASKS if labels}
        profiles.writerow(PROFILE_COLUMNS)
        for customer in customers:
            history = customer.history
            for event in history.events:
                write_events(history.customer_id, event)
            if history.profile:
                profiles.writerow([history.customer_id, *(history.profile[name] for name in PROFILE_COLUMNS[1:])])
            truth.write(json.dumps(truth_record(customer), ensure_ascii=False) + "\n")
            for task, file in rows.items():
                if row := labelled_row(customer, task):
                    file.write(row + "\n")
            count, events = count + 1, events + len(history.events)
    return count, events


def truth_record(customer: Customer) -> dict[str, Any]:
    """A customer's truth as plain data, with the time at which it holds."""
    now = customer.history.now
    record = {"customer_id": customer.history.customer_id, "as_of": now.isoformat() if now else None}
    return record | asdict(customer.truth)


def _together(stack: ExitStack, folder: Path) -> Callable[[str, Event], None]:
    """What writes an event to histories.csv."""
    histories = csv.writer(stack.enter_context(_open(folder / "histories.csv")))
    histories.writerow(EVENT_COLUMNS)
    return lambda customer_id, event: histories.writerow(_row(customer_id, event))


def _apart(stack: ExitStack, folder: Path) -> Callable[[str, Event], None]:
    """What writes an event to the table of its kind, an order to two: the order, and its products as lines."""
    columns = {"orders": ORDER_COLUMNS, "order_lines": LINE_COLUMNS, **dict.fromkeys(APART, EVENT_COLUMNS)}
    tables = {name: csv.writer(stack.enter_context(_open(folder / f"{name}.csv"))) for name in columns}
    for name, header in columns.items():
        tables[name].writerow(header)
    place = {kind: name for name, kinds in APART.items() for kind in kinds}

    def write(customer_id: str, event: Event) -> None:
        if event.kind != "order":
            tables[place[event.kind]].writerow(_row(customer_id, event))
            return
        cells = dict(zip(EVENT_COLUMNS, _row(customer_id, event), strict=True))
        tables["orders"].writerow(cells[name] for name in ORDER_COLUMNS)
        tables["order_lines"].writerows([event.id, product] for product in event.products)

    return write


def _open(path: Path) -> IO[str]:
    return path.open("w", encoding="utf-8", newline="")


def _row(customer_id: str, event: Event) -> list[object]:
    assert event.time is not None, "the shop's events have times"
    amount = None if event.amount is None else f"{event.amount / 100:.2f}"
    head = [event.id, customer_id, event.time.isoformat(), event.kind, event.channel, event.text, event.product]
    return [*head, amount, event.currency, *(event.attributes.get(name) for name in ATTRIBUTES)]
