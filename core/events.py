"""What happened to a customer: events, and the history that they make."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

Scalar = str | int | float | bool
"""A value of a profile or of an event's attributes."""

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
    "other",
)


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


@dataclass(frozen=True, slots=True)
class CustomerHistory:
    """One customer's profile and events, oldest first (events without a time keep the table's order)."""

    customer_id: str
    events: tuple[Event, ...] = ()
    profile: Mapping[str, Scalar] = field(default_factory=dict)

    def as_of(self, moment: datetime | None) -> "CustomerHistory":
        """Cut away everything later than `moment` (aware), so that nothing of the future leaks in."""
        if moment is None:
            return self
        return replace(self, events=tuple(e for e in self.events if e.time is None or e.time <= moment))
