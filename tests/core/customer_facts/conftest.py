"""Histories with a few events, and their facts."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fewsight.customer_facts import FactOptions, open_facts
from fewsight.events import CustomerHistory, Event

START = datetime(2024, 1, 1, 12, tzinfo=UTC)  # a Monday


def at(days: float) -> datetime:
    """A moment so many days after the first one."""
    return START + timedelta(days=days)


def order(days: float, amount: int | None = 1000, **more: Any) -> Event:
    """An order in euros."""
    return Event(f"o{days}", at(days), "order", amount=amount, currency=None if amount is None else "EUR", **more)


def event(days: float, kind: str, **more: Any) -> Event:
    """An event of any kind."""
    return Event(f"{kind}{days}", at(days), kind, **more)


Computed = Callable[..., list[dict[str, Any]]]


def facts_of(
    histories: Iterable[CustomerHistory], as_of: datetime | None = None, **options: Any
) -> list[dict[str, Any]]:
    """The rows of a stream."""
    with open_facts(histories, FactOptions(**options), as_of=as_of) as table:
        return [row for batch in table.batches() for row in batch.to_pylist()]


@pytest.fixture
def one() -> Callable[..., dict[str, Any]]:
    """Facts of one customer with these events, as of a number of days after the start."""

    def compute(*events: Event, until: float | None = None, **options: Any) -> dict[str, Any]:
        moment = None if until is None else at(until)
        (row,) = facts_of([CustomerHistory("C1", events, until=moment)], **options)
        return row

    return compute
