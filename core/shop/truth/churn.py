"""Why a made-up customer left, if at all."""

from collections import Counter
from datetime import timedelta
from typing import Final

from fewsight.events import Event
from fewsight.shop.truth.record import Record, gap, ids
from fewsight.shop.truth.truth import QUIET, Finding

_BEFORE_FAREWELL: Final = timedelta(days=90)
_BEFORE_LAST_ORDER: Final = timedelta(days=30)


def read_churn(record: Record) -> tuple[Finding, tuple[str, ...]]:
    """The reason for leaving, and a note where words and acts disagree.

    Who announces the end, cancels, or orders nothing for 180 days has left, unless an order follows: acts beat words.
    The reason is the one given with the newest announcement that gives one; else the one complained of most around the
    end (the newest when tied); else unknown. Who never did anything is unknown as well.
    """
    orders = record.orders
    if not record.events:
        return Finding("unknown"), ()
    if record.farewells:
        farewell = record.farewells[-1]
        later = [order for order in orders if gap(farewell, order) > timedelta(0)]
        if later:
            note = f"{farewell.id} announces the end, but {later[0].id} is an order after it; the order wins."
            return Finding("not_churning", ids(later)), (note,)
        return _reason(record, farewell, _BEFORE_FAREWELL), ()
    if orders and record.age(orders[-1]) >= QUIET:
        return _reason(record, orders[-1], _BEFORE_LAST_ORDER), ()
    return Finding("not_churning", ids(orders[-1:])), ()


def _reason(record: Record, end: Event, before: timedelta) -> Finding:
    last_order = record.orders[-1] if record.orders else None
    for event, phrasing in reversed(record.told):
        if phrasing.leaving and phrasing.reason and (last_order is None or gap(last_order, event) > timedelta(0)):
            return Finding(phrasing.reason, _complaints(record, phrasing.reason))
    near = [reason for reason, event in record.grievances if gap(event, end) <= before]
    if not near:
        return Finding("unknown", ids(record.farewells[-1:]))
    counts = Counter(near)
    value = max(reversed(near), key=lambda reason: counts[reason])
    return Finding(value, _complaints(record, value))


def _complaints(record: Record, reason: str) -> tuple[str, ...]:
    return ids([event for given, event in record.grievances if given == reason])
