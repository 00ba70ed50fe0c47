"""Histories that hypothesis draws."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from fewsight.events import CustomerHistory, Event

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 200


def at(day: float) -> datetime:
    """So many days after the beginning."""
    return BEGIN + timedelta(days=day)


def event(day: float, kind: str = "order", amount: int | None = 1000, currency: str | None = "EUR") -> Event:
    """An event whose id is its time."""
    return Event(f"{kind}-{day}-{amount}", at(day), kind, text=f"{kind} of day {day}", amount=amount, currency=currency)


def history(*events: Event, name: str = "ann", **profile: str) -> CustomerHistory:
    """Sorted by time."""
    ordered = sorted(events, key=lambda one: (one.time or BEGIN, one.id))
    return CustomerHistory(name, tuple(ordered), profile)


DRAWN_EVENTS = st.builds(
    event,
    st.integers(0, DAYS * 24).map(lambda hours: hours / 24),
    st.sampled_from(["order", "return", "refund", "view", "upgrade"]),
    st.one_of(st.none(), st.integers(-5_000, 50_000)),
    st.sampled_from(["EUR", "USD", None]),
)
