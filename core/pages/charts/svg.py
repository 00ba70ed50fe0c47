"""What charts are drawn with: scales, axes, and marks of the page's style."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from markupsafe import Markup

WIDTH: Final = 640
ROW: Final = 30
"""Height of a row of a chart with names at the left."""

PLOT: Final = (60, WIDTH - 180, 10, 270)
"""Left, right, top and bottom of a plot with names at its right."""

_DASHES: Final = ("", "6 3", "2 3", "8 3 2 3", "1 2", "12 4")

Scale = Callable[[float], float]
"""From a value to a place in pixels."""

Point = tuple[float, float]


def linear(low: float, high: float, start: float, end: float) -> Scale:
    """The scale that puts `low` at `start` and `high` at `end`."""
    return lambda value: start + (end - start) * (value - low) / max(high - low, 1e-9)


def logarithmic(low: float, high: float, start: float, end: float) -> Scale:
    """The same by logarithms; all values must be above 0."""
    place = linear(math.log10(low), math.log10(high), start, end)
    return lambda value: place(math.log10(value))


def picture(width: float, height: float, label: str, parts: Iterable[Markup]) -> Markup:
    """A whole chart; `label` tells what it shows to those who can't see it."""
    head = Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">').format(width, height, label)
    return head + Markup("").join(parts) + Markup("</svg>")


def titled(title: str, *parts: Markup) -> Markup:
    """Marks that say `title` where they are pointed at."""
    return Markup("<g><title>{}</title>").format(title) + Markup("").join(parts) + Markup("</g>")


def text(x: float, y: float, words: str, kind: str = "") -> Markup:
    """Words at a place; `kind` is '', 'end' (they end there), 'tick' (quiet, around it) or 'value'."""
    return Markup('<text x="{:.1f}" y="{:.1f}" class="{}">{}</text>').format(x, y, kind, words)


def line(start: Point, end: Point, kind: str, dash: str = "") -> Markup:
    """A straight line; `kind` is 'grid', 'reach' or 'curve'."""
    return Markup('<line x1="{:.1f}" x2="{:.1f}" y1="{:.1f}" y2="{:.1f}" class="{}"{}/>').format(
        start[0], end[0], start[1], end[1], kind, _dashed(dash)
    )


def curve(points: Sequence[Point], kind: str = "curve", dash: str = "", title: str = "") -> Markup:
    """A line through points; `kind` is 'curve' or 'front'."""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    name = Markup("<title>{}</title>").format(title) if title else Markup("")
    return Markup('<polyline points="{}" class="{}"{}>{}</polyline>').format(path, kind, _dashed(dash), name)


def dot(place: Point, *, is_hollow: bool = False, radius: int = 5) -> Markup:
    """A mark, filled or hollow."""
    kind = "hollow" if is_hollow else "dot"
    return Markup('<circle cx="{:.1f}" cy="{:.1f}" r="{}" class="{}"/>').format(*place, radius, kind)


def axes(plot: tuple[float, float, float, float], across: str, low: str, high: str) -> Markup:
    """Both axes of a plot (left, right, top, bottom), what goes across, and the ends of what goes up."""
    left, right, top, bottom = plot
    return (
        Markup('<path d="M{} {}V{}H{}" class="axis"/>').format(left, top, bottom, right)
        + text((left + right) / 2, bottom + 30, across, "tick")
        + text(left - 6, bottom, low, "end")
        + text(left + 6, top + 8, high)
    )


def dash_of(number: int) -> str:
    """The dashes of the line with this number."""
    return _DASHES[number % len(_DASHES)]


def powers_of_ten(low: float, high: float) -> list[float]:
    """Those from `low` to `high`, both above 0.

    >>> powers_of_ten(0.5, 200)
    [1, 10, 100]
    """
    return [10**power for power in range(math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9) + 1)]


def _dashed(dash: str) -> Markup:
    return Markup(' stroke-dasharray="{}"').format(dash) if dash else Markup("")
