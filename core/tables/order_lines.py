"""Lines of orders to orders: one event with all products, and an amount that is counted once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from fewsight.events import PRODUCTS, Event, Scalar


def orders_of_lines(events: Iterable[Event], total_once: bool) -> list[Event]:
    """One event for each id, at the place of its first line.

    `total_once`: the lines' amounts are the order's total, told on its first line or on each; else they are summed.
    Where totals differ within an order they are no totals, and are summed too.
    """
    lines: dict[str, list[Event]] = {}
    for event in events:
        lines.setdefault(event.id, []).append(event)
    return [_order(same, total_once) if len(same) > 1 else same[0] for same in lines.values()]


def with_own_ids(events: Sequence[Event]) -> list[Event]:
    """The events with ids that differ: a second 'T900' becomes 'T900#2'. A guessed id may repeat far down a table."""
    seen: dict[str, int] = {}
    own = []
    for event in events:
        seen[event.id] = count = seen.get(event.id, 0) + 1
        own.append(event if count == 1 else replace(event, id=f"{event.id}#{count}"))
    return own


def _order(lines: Sequence[Event], total_once: bool) -> Event:
    amounts = [line.amount for line in lines if line.amount is not None]
    amount = amounts[0] if total_once and len(set(amounts)) == 1 else sum(amounts)
    return replace(
        lines[0],
        channel=_first(line.channel for line in lines),
        text=_together((line.text for line in lines), "\n"),
        product=_together((line.product for line in lines), PRODUCTS),
        amount=amount if amounts else None,
        currency=_first(line.currency for line in lines),
        attributes=_attributes([line.attributes for line in lines]),
    )


def _first(values: Iterable[str | None]) -> str | None:
    return next((value for value in values if value), None)


def _together(values: Iterable[str | None], between: str) -> str | None:
    return between.join(dict.fromkeys(value for value in values if value)) or None


def _attributes(lines: Sequence[Mapping[str, Scalar]]) -> Mapping[str, Scalar]:
    """What all lines say once, and what they say differently beside each other."""
    said: dict[str, dict[Scalar, None]] = {}
    for line in lines:
        for name, value in line.items():
            said.setdefault(name, {})[value] = None
    return {
        name: next(iter(values)) if len(values) == 1 else PRODUCTS.join(map(str, values))
        for name, values in said.items()
    }
