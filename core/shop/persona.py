"""Who a made-up customer is: what was said outright, what acts show, and which of them wins."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Final

from fewsight.events import Event
from fewsight.shop.products import products
from fewsight.shop.truth import QUIET, Said, TraitTruth

TRAITS: Final = (
    "household",
    "price_sensitivity",
    "shopping_style",
    "main_interest",
    "channel_preference",
    "activity",
)
_SHARE: Final = 2 / 3
_MONTHS_2: Final = timedelta(days=60)
_MONTHS_3: Final = timedelta(days=90)


def read_persona(events: Sequence[Event], said: Said) -> tuple[dict[str, TraitTruth], tuple[str, ...]]:
    """All traits, and notes on contradictions.

    A statement is a fact and the newest one counts; a hint or an act is an inference. Where they disagree, acts win over
    words about how somebody shops, since three orders say more than one sentence; about the household the words win.
    """
    orders = [event for event in events if event.kind == "order"]
    persona = {"activity": _activity(events, orders, said)}
    notes: list[str] = []
    for trait in TRAITS[:-1]:
        told, shown = _told(events, said, trait), _ACTS[trait](events, orders)
        if told.basis == "fact" and shown.basis != "unknown" and told.value != shown.value:
            winner = told if trait == "household" else shown
            why = "who somebody lives with is best said" if trait == "household" else "acts say more than words"
            notes.append(f"{trait}: {told.value} is said, {shown.value} is done; {winner.value} wins, {why}.")
            persona[trait] = winner
        else:
            persona[trait] = told if told.basis == "fact" or shown.basis == "unknown" else shown
    return {trait: persona[trait] for trait in TRAITS}, tuple(notes)


def _told(events: Sequence[Event], said: Said, trait: str) -> TraitTruth:
    hint = TraitTruth()
    for event in reversed(events):
        for phrasing in said.get(event.id, ()):
            if trait in phrasing.traits:
                told = TraitTruth(phrasing.traits[trait], phrasing.basis, (event.id,))
                if told.basis == "fact":
                    return told
                hint = hint if hint.evidence else told
    return hint


def _activity(events: Sequence[Event], orders: Sequence[Event], said: Said) -> TraitTruth:
    if not orders:
        return TraitTruth()
    now = events[-1].time
    ages = [now - order.time for order in orders if now is not None and order.time is not None]
    left = [e for e in events if e.kind == "cancellation" or any(p.leaving for p in said.get(e.id, ()))]
    recent = sum(age < _MONTHS_3 for age in ages)
    before = sum(_MONTHS_3 <= age < 2 * _MONTHS_3 for age in ages)
    if ages[-1] >= QUIET or (left and events.index(left[-1]) > events.index(orders[-1])):
        return TraitTruth("lapsed", "fact", _ids([orders[-1], *left[-1:]]))
    if ages[0] <= _MONTHS_2:
        return TraitTruth("new", "fact", _ids(orders[:1]))
    if before >= 2 and recent <= before / 2:
        return TraitTruth("slowing", "fact", _ids(orders[-1:]))
    return TraitTruth("active", "fact", _ids(orders[-1:]))


def _household(events: Sequence[Event], orders: Sequence[Event]) -> TraitTruth:
    own = [o for o in orders if _category(o) == "children" and not o.attributes.get("gift_wrap")]
    return _shown("family_with_children", own) if len(own) >= 2 else TraitTruth()


def _price(events: Sequence[Event], orders: Sequence[Event]) -> TraitTruth:
    with_coupon = [order for order in orders if "coupon" in order.attributes]
    share = len(with_coupon) / len(orders) if orders else 0.0
    if len(orders) >= 3 and share >= _SHARE:
        return _shown("high", with_coupon)
    if len(orders) >= 3 and share >= 0.2:
        return _shown("medium", orders)
    express = [order for order in orders if order.attributes.get("shipping") == "express"]
    if len(orders) >= 3 and len(express) >= _SHARE * len(orders):
        return _shown("low", express)
    return TraitTruth()


def _style(events: Sequence[Event], orders: Sequence[Event]) -> TraitTruth:
    if len(orders) < 3:
        return TraitTruth()
    most = Counter(order.product for order in orders).most_common(1)[0][0]
    candidates: dict[str, list[Event]] = {
        "gift_buyer": [order for order in orders if order.attributes.get("gift_wrap")],
        "loyal_repeat": [order for order in orders if order.product == most],
        "bargain_hunter": [order for order in orders if "coupon" in order.attributes],
        "planner": [order for order in orders if _prepared(order, events)],
        "impulse": [order for order in orders if _regretted(order, events)],
    }
    for style, shown in candidates.items():
        if len(shown) >= max(3 if style == "loyal_repeat" else 2, _SHARE * len(orders)):
            return _shown(style, shown)
    return TraitTruth()


def _prepared(order: Event, events: Sequence[Event]) -> bool:
    """Whether the same product was searched for, looked at or put aside at least two days before."""
    return any(
        event.kind in ("search", "view", "cart")
        and event.product == order.product
        and order.time is not None
        and event.time is not None
        and timedelta(days=2) <= order.time - event.time <= _MONTHS_2
        for event in events
    )


def _regretted(order: Event, events: Sequence[Event]) -> bool:
    number = order.attributes.get("order_id")
    return any(event.kind == "return" and event.attributes.get("order_id") == number for event in events)


def _interest(events: Sequence[Event], orders: Sequence[Event]) -> TraitTruth:
    sought = [e for e in events if e.kind in ("order", "search", "view", "cart") and _category(e)]
    if len(sought) < 3:
        return TraitTruth()
    category, count = Counter(_category(event) for event in sought).most_common(1)[0]
    if category and count >= _SHARE * len(sought):
        return _shown(category, [event for event in sought if _category(event) == category])
    return _shown("other", sought) if len(sought) >= 5 and count < len(sought) / 2 else TraitTruth()


def _channel(events: Sequence[Event], orders: Sequence[Event]) -> TraitTruth:
    if len(orders) < 3:
        return TraitTruth()
    channel, count = Counter(order.channel for order in orders).most_common(1)[0]
    if channel is None or count < _SHARE * len(orders):
        return TraitTruth()
    return _shown(channel, [order for order in orders if order.channel == channel])


_ACTS: Final[Mapping[str, Callable[[Sequence[Event], Sequence[Event]], TraitTruth]]] = {
    "household": _household,
    "price_sensitivity": _price,
    "shopping_style": _style,
    "main_interest": _interest,
    "channel_preference": _channel,
}


@lru_cache(maxsize=1)
def _categories() -> dict[str, str]:
    return {name: product.category for product in products() for name in (product.name, product.zh)}


def _category(event: Event) -> str | None:
    return _categories().get(event.product or "")


def _shown(value: str, events: Sequence[Event]) -> TraitTruth:
    return TraitTruth(value, "inferred", _ids(events[-3:]))


def _ids(events: Sequence[Event]) -> tuple[str, ...]:
    return tuple(event.id for event in events)
