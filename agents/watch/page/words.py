"""How the page says facts, money and events."""

from typing import Final

from fewsight.agents.watch.model import Alert, FactThen, Moved, Seen, Value
from fewsight.pages.formats import percent
from fewsight.tables.values.currencies import grouped_money

_SHARES: Final = ("share, 0 to 1", "share", "probability")
_NAMES: Final = {
    "order_recency_days": "since the last order",
    "idle_days": "since the last event",
    "gap_median_days": "usual gap between orders",
    "silence_ratio": "silence, in usual gaps",
    "orders_90d_count": "orders, last 90 days",
    "orders_90_to_180d_count": "orders, 90 days before",
    "ticket_rate": "tickets an order",
    "return_share": "orders sent back",
    "discount_share": "orders with a discount",
}
_SAID: Final = ("own gaps", "orders", "tickets an order")
"""Units that the name says already."""


def at_stake(value: Value | None) -> str:
    """Value of an alert; empty where it is not known."""
    return grouped_money(value.amount, value.currency) if value else ""


def event(seen: Seen) -> str:
    """An event in a few words."""
    told = [seen.kind, *([seen.product] if seen.product else [])]
    if seen.amount is not None:
        told.append(grouped_money(seen.amount, seen.currency))
    return f"{seen.time:%Y-%m-%d}: {', '.join(told)}"


def number(fact: FactThen, value: float | str | None) -> str:
    """A fact's value with its unit; a dash where it is not known.

    >>> number(FactThen(name="a", words="", unit="days", now=12.0), 12.0)
    '12 days'
    """
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if fact.unit in _SHARES:
        return percent(value)
    written = f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"
    unit = "day" if value == 1 and fact.unit == "days" else fact.unit
    return written if unit in _SAID else f"{written} {unit}"


def name(words: str) -> str:
    """A column as words.

    >>> name("order_recency_days"), name("tenure_days")
    ('since the last order', 'tenure')
    """
    short = words.removesuffix("_days").removesuffix("_count").removesuffix("_minor").replace("_", " ")
    return _NAMES.get(words, short)


def changed(alert: Alert) -> str:
    """What was otherwise at the look before, in a sentence; empty at the first look."""
    if alert.since is None:
        return ""
    events = ", ".join(f"{count} {kind}" for kind, count in alert.since.events.items()) or "nothing"
    risk = "unknown" if alert.since.risk is None else percent(alert.since.risk)
    return f"On {alert.since.moment:%Y-%m-%d} the risk was {risk}; since then: {events}."


def often(moved: Moved) -> str:
    """Which way an input or an answer has moved."""
    return "higher now" if moved.often.value > 0.5 else "lower now"
