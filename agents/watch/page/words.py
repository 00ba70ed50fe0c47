"""How the page says facts, money and events."""

from fewsight.agents.watch.model import Alert, FactThen, Moved, Seen, Value
from fewsight.pages.formats import percent
from fewsight.tables.values.currencies import EXPONENTS

_SHARES = ("share, 0 to 1", "share", "probability")
_DIGITS = 3


def money(amount: int, currency: str | None) -> str:
    """Minor units as people write them.

    >>> money(123456, "EUR"), money(500, "JPY")
    ('1,234.56 EUR', '500 JPY')
    """
    digits = EXPONENTS.get(currency or "", 2)
    return f"{amount / 10**digits:,.{digits}f} {currency or ''}".strip()


def at_stake(value: Value | None) -> str:
    """Value of an alert; empty where it is not known."""
    return money(value.amount, value.currency) if value else ""


def event(seen: Seen) -> str:
    """An event in a few words."""
    told = [seen.kind, *([seen.product] if seen.product else [])]
    if seen.amount is not None:
        told.append(money(seen.amount, seen.currency))
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
    return f"{written} {fact.unit}"


def name(words: str) -> str:
    """A column as words.

    >>> name("order_recency_days")
    'order recency'
    """
    return words.removesuffix("_days").removesuffix("_count").removesuffix("_minor").replace("_", " ")


def changed(alert: Alert) -> str:
    """What happened since the look before, in a few words."""
    if alert.since is None:
        return "first look"
    events = ", ".join(f"{count} {kind}" for kind, count in alert.since.events.items())
    return events or "nothing happened"


def risk_before(alert: Alert) -> str:
    """The risk at the look before."""
    return percent(alert.since.risk) if alert.since and alert.since.risk is not None else "–"


def often(moved: Moved) -> str:
    """Which way an input or an answer has moved."""
    return "higher now" if moved.often.value > 0.5 else "lower now"
