"""What charts are drawn with: scales, axes, and marks of the page's style."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from markupsafe import Markup

from fewsight.pages.formats import shortened

Scale = Callable[[float], float]
"""From a value to a place in pixels."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """The room that a chart has, in pixels as they are shown.

    `names` is the room for names at the left of rows; 0: each name has a line of its own above its row. `row` is the
    height of a row, with its name where that stands above. `legend` is the room at the right of a plot; 0: it is below.
    """

    width: int
    names: int
    row: int
    legend: int

    @property
    def middle(self) -> int:
        """From the top of a row to the middle of its marks."""
        return self.row - 14

    def wide_names(self, room: int) -> "Frame":
        """With at least so much room for names, where they stand at the left."""
        return replace(self, names=max(self.names, room) if self.names else 0)

    def plot(self, left: int, series: int = 0) -> tuple[int, int, int, int]:
        """Left, right, top and bottom of a plot with the legend of `series` curves beside or below it."""
        return left, self.width - (self.legend if series and self.legend else 24), 10, 270 if self.legend else 200

    def legend_at(self, number: int, bottom: int) -> Point:
        """Where the legend of a curve begins."""
        return (self.width - self.legend + 10, 22 + 20 * number) if self.legend else (8, bottom + 56 + 20 * number)

    def height(self, bottom: int, series: int) -> int:
        """Of a picture with a plot down to `bottom` and the legend of `series` curves."""
        _, last = self.legend_at(max(series - 1, 0), bottom)
        return max(bottom + 38, int(last) + 10 if series else 0)


WIDE: Final = Frame(640, 190, 30, 180)
NARROW: Final = Frame(330, 0, 46, 0)
"""A phone's: what a panel leaves of 390 pixels."""

CHARACTER: Final = 6.5
"""Pixels of a character, on average."""

_DASHES: Final = ("", "6 3", "2 3", "8 3 2 3", "1 2", "12 4")


def linear(low: float, high: float, start: float, end: float) -> Scale:
    """The scale that puts `low` at `start` and `high` at `end`."""
    return lambda value: start + (end - start) * (value - low) / max(high - low, 1e-9)


def logarithmic(low: float, high: float, start: float, end: float) -> Scale:
    """The same by logarithms; all values must be above 0."""
    place = linear(math.log10(low), math.log10(high), start, end)
    return lambda value: place(math.log10(value))


def both(draw: Callable[[Frame], Markup]) -> Markup:
    """A chart drawn for wide places and for phones, of which the page shows one; so its words are never scaled down."""
    return Markup('<div class="chart"><div class="on-wide">{}</div><div class="on-narrow">{}</div></div>').format(
        draw(WIDE), draw(NARROW)
    )


def row_name(frame: Frame, top: float, name: str) -> Markup:
    """The name of a row that begins at `top`: at its left, or above it."""
    if frame.names:
        return text(frame.names - 10, top + frame.middle + 4, shortened(name, frame.names // 7), "end")
    return text(2, top + 14, shortened(name, frame.width // 7))


def legend(frame: Frame, number: int, bottom: int, name: str) -> Markup:
    """A curve's dashes and name."""
    x, y = frame.legend_at(number, bottom)
    shown = shortened(name, 20 if frame.legend else 38)
    return line((x, y - 4), (x + 28, y - 4), "curve", dash_of(number)) + text(x + 34, y, shown)


def picture(width: float, height: float, label: str, parts: Iterable[Markup]) -> Markup:
    """A whole chart; `label` tells what it shows to those who can't see it."""
    head = Markup('<svg viewBox="0 0 {} {}" width="{}" role="img" aria-label="{}">').format(width, height, width, label)
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
    most = int((right - left) / CHARACTER)
    return (
        Markup('<path d="M{} {}V{}H{}" class="axis"/>').format(left, top, bottom, right)
        + text((left + right) / 2, bottom + 30, shortened(across, most), "tick")
        + text(left - 6, bottom, low, "end")
        + text(left + 6, top + 8, shortened(high, most))
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
