"""Who a made-up customer is: what was said outright, what acts show, and which of them wins."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Final

from fewsight.events import Event
from fewsight.shop.truth.record import Record, gap, ids
from fewsight.shop.truth.truth import QUIET, TraitTruth
from fewsight.shop.words.products import products

TRAITS: Final = (
    "household",
    "price_sensitivity",
    "shopping_style",
    "main_interest",
    "channel_preference",
    "activity",
)
_UNKNOWN: Final = TraitTruth()
_SHARE: Final = 2 / 3
_MONTHS_2: Final = timedelta(days=60)
_MONTHS_3: Final = timedelta(days=90)


def read_persona(record: Record) -> tuple[dict[str, TraitTruth], tuple[str, ...]]:
    """All traits, and notes on contradictions.

    A statement is a fact and the newest one counts; a hint or an act is an inference. Where they disagree, acts win
    over words about how somebody shops, since three orders say more than one sentence; about the household the words
    win.
    """
    persona = {"activity": _activity(record)}
    said = _told(record)
    notes: list[str] = []
    for trait in TRAITS[:-1]:
        told, shown = said.get(trait, _UNKNOWN), _ACTS[trait](record)
        if told.basis == "fact" and shown.basis != "unknown" and told.value != shown.value:
            winner = told if trait == "household" else shown
            why = "who somebody lives with is best said" if trait == "household" else "acts say more than words"
            notes.append(f"{trait}: {told.value} is said, {shown.value} is done; {winner.value} wins, {why}.")
            persona[trait] = winner
        else:
            persona[trait] = told if told.basis == "fact" or shown.basis == "unknown" else shown
    return {trait: persona[trait] for trait in TRAITS}, tuple(notes)


def _told(record: Record) -> dict[str, TraitTruth]:
    """The newest statement about each trait, or else the newest hint."""
    told: dict[str, TraitTruth] = {}
    for event, phrasing in record.told:
        for trait, value in phrasing.traits.items():
            if phrasing.basis == "fact" or trait not in told or told[trait].basis != "fact":
                told[trait] = TraitTruth(value, phrasing.basis, (event.id,))
    return told


def _activity(record: Record) -> TraitTruth:
    orders, farewells = record.orders, record.farewells
    if not orders:
        return _UNKNOWN
    ages = [record.age(order) for order in orders]
    recent = sum([age < _MONTHS_3 for age in ages])
    before = sum([_MONTHS_3 <= age < 2 * _MONTHS_3 for age in ages])
    left = [event for event in farewells[-1:] if gap(orders[-1], event) > timedelta(0)]
    if ages[-1] >= QUIET or left:
        return TraitTruth("lapsed", "fact", ids([orders[-1], *left]))
    if ages[0] <= _MONTHS_2:
        return TraitTruth("new", "fact", ids(orders[:1]))
    if before >= 2 and recent <= before / 2:
        return TraitTruth("slowing", "fact", ids(orders[-1:]))
    return TraitTruth("active", "fact", ids(orders[-1:]))


def _household(record: Record) -> TraitTruth:
    own = [o for o in record.orders if _category(o) == "children" and "gift_wrap" not in o.attributes]
    return _shown("family_with_children", own) if len(own) >= 2 else _UNKNOWN


def _price(record: Record) -> TraitTruth:
    orders = record.orders
    if len(orders) < 3:
        return _UNKNOWN
    with_coupon = [order for order in orders if "coupon" in order.attributes]
    express = [order for order in orders if order.attributes.get("shipping") == "express"]
    if len(with_coupon) >= _SHARE * len(orders):
        return _shown("high", with_coupon)
    if len(with_coupon) >= 0.2 * len(orders):
        return _shown("medium", orders)
    return _shown("low", express) if len(express) >= _SHARE * len(orders) else _UNKNOWN


def _style(record: Record) -> TraitTruth:
    orders = record.orders
    if len(orders) < 3:
        return _UNKNOWN
    most, count = Counter([order.product for order in orders]).most_common(1)[0]
    candidates: dict[str, Callable[[Event], bool]] = {
        "gift_buyer": lambda order: "gift_wrap" in order.attributes,
        "loyal_repeat": lambda order: count >= 3 and order.product == most,
        "bargain_hunter": lambda order: "coupon" in order.attributes,
        "planner": lambda order: _prepared(order, record.events),
        "impulse": lambda order: _regretted(order, record.events),
    }
    for style, fits in candidates.items():
        shown = [order for order in orders if fits(order)]
        if len(shown) >= _SHARE * len(orders):
            return _shown(style, shown)
    return _UNKNOWN


def _prepared(order: Event, events: Sequence[Event]) -> bool:
    """Whether the same product was searched for, looked at or put aside at least two days before."""
    return any(
        event.product == order.product
        and event.kind in ("search", "view", "cart")
        and timedelta(days=2) <= gap(event, order) <= _MONTHS_2
        for event in events
    )


def _regretted(order: Event, events: Sequence[Event]) -> bool:
    number = order.attributes.get("order_id")
    return any(event.kind == "return" and event.attributes.get("order_id") == number for event in events)


def _interest(record: Record) -> TraitTruth:
    sought = [(e, _category(e)) for e in record.events if e.kind in _SEEKING]
    if len(sought) < 3:
        return _UNKNOWN
    category, count = Counter([category for _, category in sought]).most_common(1)[0]
    if count >= _SHARE * len(sought):
        return _shown(category, [event for event, own in sought if own == category])
    return _shown("other", [e for e, _ in sought]) if len(sought) >= 5 and count < len(sought) / 2 else _UNKNOWN


def _channel(record: Record) -> TraitTruth:
    orders = record.orders
    if len(orders) < 3:
        return _UNKNOWN
    channel, count = Counter([order.channel or "" for order in orders]).most_common(1)[0]
    if count < _SHARE * len(orders):
        return _UNKNOWN
    return _shown(channel, [order for order in orders if order.channel == channel])


_SEEKING: Final = frozenset(("order", "search", "view", "cart"))
_ACTS: Final[Mapping[str, Callable[[Record], TraitTruth]]] = {
    "household": _household,
    "price_sensitivity": _price,
    "shopping_style": _style,
    "main_interest": _interest,
    "channel_preference": _channel,
}


@lru_cache(maxsize=1)
def _categories() -> dict[str, str]:
    return {name: product.category for product in products() for name in (product.name, product.zh)}


def _category(event: Event) -> str:
    return _categories()[event.product or ""]


def _shown(value: str, events: Sequence[Event]) -> TraitTruth:
    return TraitTruth(value, "inferred", ids(events[-3:]))
