"""Where segments lie by value and risk."""

from collections.abc import Sequence
from functools import partial
from math import sqrt

from markupsafe import Markup

from fewsight.agents.segments.cards import Card
from fewsight.pages.charts.svg import Frame, axes, both, dot, linear, picture, text, titled
from fewsight.pages.formats import grouped, percent

_LARGEST = 15


def value_map(cards: Sequence[Card]) -> Markup:
    """Segments whose place and size may be shown: value to the right, risk up, the area of a dot for the size."""
    return both(partial(_draw, [card for card in cards if card.place is not None and card.size]))


def money(value: float, unit: str) -> str:
    """A value of a place in words.

    >>> money(12345, "minor units of eur"), money(3, "orders")
    ('123.45 EUR', '3 orders')
    """
    if unit.startswith("minor units of "):
        return f"{value / 100:,.2f} {unit.removeprefix('minor units of ').upper()}"
    return f"{value:,.4g} {unit}".strip()


def _draw(cards: Sequence[Card], frame: Frame) -> Markup:
    placed = [(card, card.place, card.size or 0) for card in cards if card.place is not None]
    unit = placed[0][1].unit
    worth = [place.value for _, place, _ in placed]
    margin = (max(worth) - min(worth)) * 0.1 or abs(worth[0]) * 0.1 or 1.0
    left, right, top, bottom = plot = frame.plot(48)
    x, y = linear(min(worth) - margin, max(worth) + margin, left, right), linear(0.0, 1.0, bottom, top)
    biggest = max(size for _, _, size in placed)
    parts = [axes(plot, "value", "0 %", "100 %")]
    parts += [text(x(at), bottom + 14, money(at, unit), "tick") for at in {min(worth), max(worth)}]
    for card, place, size in placed:
        at, radius = (x(place.value), y(place.risk)), max(round(_LARGEST * sqrt(size / biggest)), 3)
        told = f"{card.id}: {grouped(size)} customers, value {money(place.value, unit)}, risk {percent(place.risk)}"
        parts.append(titled(told, dot(at, is_hollow=True, radius=radius), text(at[0] + radius + 3, at[1] + 4, card.id)))
    return picture(frame.width, bottom + 40, "Segments by value and risk", parts)
