"""Shares with intervals over a number that grows, as in learning curves."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from markupsafe import Markup

from fewsight.pages.charts.svg import (
    Frame,
    axes,
    both,
    curve,
    dash_of,
    legend,
    line,
    linear,
    logarithmic,
    picture,
    text,
)
from fewsight.pages.formats import Estimate, grouped, limits

_APART: Final = 34
"""Least pixels between two numbers on the axis."""


def growth(series: Mapping[str, Sequence[tuple[int, Estimate]]], label: str, across: str) -> Markup:
    """Curves by name of (number, share) over numbers above 0, on a scale of powers of ten."""
    return both(partial(_draw, series, label, across))


def _draw(series: Mapping[str, Sequence[tuple[int, Estimate]]], label: str, across: str, frame: Frame) -> Markup:
    numbers = sorted({number for points in series.values() for number, _ in points})
    left, right, top, bottom = plot = frame.plot(60, len(series))
    x, y = logarithmic(numbers[0], numbers[-1], left, right), linear(0.0, 1.0, bottom, top)
    parts = [axes(plot, across, "0 %", "100 %")]
    last = float("-inf")
    for number in numbers:
        if x(number) - last >= _APART:
            last = x(number)
            parts.append(text(last, bottom + 14, grouped(number), "tick"))
    for place, (name, points) in enumerate(series.items()):
        path = [(x(number), y(figure.value)) for number, figure in points]
        parts += [curve(path, dash=dash_of(place), title=name), legend(frame, place, bottom, name)]
        for number, figure in points:
            low, high = (figure.value if end is None else end for end in limits(figure))
            parts.append(line((x(number), y(low)), (x(number), y(high)), "reach"))
    return picture(frame.width, frame.height(bottom, len(series)), label, parts)
