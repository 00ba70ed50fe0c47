"""What happened to a customer: events, and the history that they make."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from fewsight.evidence import references

Scalar = str | int | float | bool
"""A value of a profile or of an event's attributes."""

AGENT_REPLY: Final = "agent reply"
"""The kind of what the firm itself wrote to a customer: never the customer's own words."""

EVENT_KINDS: Final = (
    "view",
    "search",
    "cart",
    "order",
    "payment",
    "delivery",
    "return",
    "refund",
    "message",
    "ticket",
    "call",
    "review",
    "survey",
    "campaign",
    "coupon",
    "subscription",
    "cancellation",
    "login",
    "note",
    AGENT_REPLY,
    "other",
)
"""Kinds that prompts can say in every language; any other word is a kind too, and is shown as it is."""

PRODUCTS: Final = "; "
"""Stands between the products of one order."""

_QUANTITY: Final = re.compile(r"\d+ x ")

_LONGEST_KIND: Final = 60
_MISSPELLED: Final = 0.88
"""Likeness (difflib's ratio) from which on a word is a known kind misspelled: 'ordr', not 'repayment'."""


def kind_problem(kind: str) -> str | None:
    """Why a word can't be a kind of event, or None: it is empty or far too long, or a known kind misspelled.

    >>> kind_problem("wishlist"), kind_problem("mesage")
    (None, " Did you mean 'message'?")
    """
    if kind in EVENT_KINDS:
        return None
    if not kind.strip() or len(kind) > _LONGEST_KIND or len(kind.splitlines()) > 1:
        return f" Write a word or two, at most {_LONGEST_KIND} characters."
    close = difflib.get_close_matches(kind.casefold(), EVENT_KINDS, n=1, cutoff=_MISSPELLED)
    return f" Did you mean {close[0]!r}?" if close and abs(len(close[0]) - len(kind)) <= 1 else None


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    `time` is aware and in UTC; it is None only where the table has no times at all. `amount` is in minor units (cents)
    of `currency` and negative for money that went back to the customer.
    """

    id: str
    time: datetime | None
    kind: str
    channel: str | None = None
    text: str | None = None
    product: str | None = None
    amount: int | None = None
    currency: str | None = None
    attributes: Mapping[str, Scalar] = field(default_factory=dict)

    @property
    def products(self) -> tuple[str, ...]:
        """Names of the products, each once and without its quantity; an order of several lines has several.

        >>> Event("1", None, "order", product="Beans 1kg; 2 x Kettle").products
        ('Beans 1kg', 'Kettle')
        """
        lines = (self.product or "").split(PRODUCTS)
        return tuple(
            dict.fromkeys(_QUANTITY.sub("", line, count=1) if _QUANTITY.match(line) else line for line in lines if line)
        )


@dataclass(frozen=True, slots=True)
class CustomerHistory:
    """One customer's profile and events, oldest first (events without a time keep the table's order).

    `until` is the moment (aware) up to which the history is known, and silence is counted; None: its newest event.
    """

    customer_id: str
    events: tuple[Event, ...] = ()
    profile: Mapping[str, Scalar] = field(default_factory=dict)
    until: datetime | None = None

    def as_of(self, moment: datetime | None) -> "CustomerHistory":
        """Cut away everything later than `moment` (aware), so that nothing of the future leaks in."""
        if moment is None:
            return self
        known = tuple(event for event in self.events if event.time is None or event.time <= moment)
        return replace(self, events=known, until=min(moment, self.until or moment))

    @property
    def newest(self) -> datetime | None:
        """The time of the newest event, where there is one."""
        return max((event.time for event in self.events if event.time), default=None)

    @property
    def now(self) -> datetime | None:
        """`until`, or the time of the newest event."""
        return self.until or self.newest

    @property
    def references(self) -> dict[str, str]:
        """Event id -> E1, E2, ... in the order of the events, by which labelled rows name evidence."""
        return dict(zip((event.id for event in self.events), references(len(self.events)), strict=True))


def history_record(history: CustomerHistory) -> dict[str, Any]:
    """A history as plain data, with the keys of labelled rows and shots; event ids are left to their order."""
    events = []
    for event in history.events:
        time = {"time": event.time.isoformat()} if event.time else {}
        values = {name: getattr(event, name) for name in ("kind", "channel", "text", "product", "amount", "currency")}
        attributes = {"attributes": dict(event.attributes)} if event.attributes else {}
        events.append(time | {name: value for name, value in values.items() if value is not None} | attributes)
    profile = {"profile": dict(history.profile)} if history.profile else {}
    until = {"as_of": history.until.isoformat()} if history.until else {}
    return {"customer_id": history.customer_id, "events": events} | profile | until
