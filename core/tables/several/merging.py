"""The events of one customer from several tables: lines to orders, and an order that two tables tell to one event."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from fewsight.events import EVENT_KINDS, Event
from fewsight.tables.order_lines import orders_of_lines

_RANKS: Final = {kind: at for at, kind in enumerate(EVENT_KINDS)}
_NEVER: Final = datetime.min.replace(tzinfo=UTC)

Placed = tuple[int, Event]
"""The number of a table and an event of it."""


def merged_orders(events: Sequence[Placed], lines: Mapping[int, bool], named: Collection[int]) -> list[Event]:
    """The events of a customer with lines folded to orders and these to the orders of other tables, by time.

    Args:
        events: oldest first.
        lines: for each table of lines, whether its amounts are the order's total.
        named: tables whose events have ids that the table gives.

    What an order's lines say of products and amounts completes what the order itself says. It stands at the latest of
    their times, so that nothing of it is shown before it was known.
    """
    whole = _folded(events, lines)
    told = [event for source, event in whole if source not in lines]
    own = [source in named for source, _ in whole if source not in lines]
    orders: dict[str, int] = {}
    for at, event in enumerate(told):
        if event.kind == "order" and own[at]:
            orders.setdefault(event.id, at)
    for source, event in whole:
        if source not in lines:
            continue
        place = orders.get(event.id) if event.kind == "order" else None
        if place is None:
            if event.kind == "order":
                orders[event.id] = len(told)
            told.append(event)
        elif place < len(own):
            told[place] = whole_order(told[place], event)
        else:
            (told[place],) = orders_of_lines([told[place], event], total_once=False)
    return _by_time(told)


def whole_order(order: Event, lines: Event) -> Event:
    """An order as its own table and its lines tell it together."""
    has_money = order.amount is not None
    return replace(
        order,
        time=max((time for time in (order.time, lines.time) if time), default=None),
        channel=order.channel or lines.channel,
        text=order.text or lines.text,
        product=lines.product or order.product,
        amount=order.amount if has_money else lines.amount,
        currency=order.currency if has_money and order.currency else lines.currency,
        attributes={**lines.attributes, **order.attributes},
    )


def _folded(events: Sequence[Placed], lines: Mapping[int, bool]) -> list[Placed]:
    """The events with each order's lines as one event, at the place of the first line."""
    groups: dict[tuple[int, str, str] | int, list[Event]] = {}
    for at, (source, event) in enumerate(events):
        groups.setdefault((source, event.id, event.kind) if source in lines else at, []).append(event)
    folded = []
    for key, same in groups.items():
        source = key[0] if isinstance(key, tuple) else events[key][0]
        (event,) = orders_of_lines(same, lines[source]) if source in lines else same
        times = [line.time for line in same if line.time]
        folded.append((source, replace(event, time=max(times)) if len(same) > 1 and times else event))
    return folded


def _by_time(events: Sequence[Event]) -> list[Event]:
    """As the rows were sorted: by time, those without one first, then as things happen."""
    return sorted(
        events, key=lambda event: (event.time is not None, event.time or _NEVER, _RANKS.get(event.kind, len(_RANKS)))
    )
