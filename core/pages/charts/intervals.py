"""Rows with a mark and the line of its interval: shares by name, and ranges over powers of ten."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from markupsafe import Markup

from fewsight.pages.charts.svg import (
    Frame,
    Scale,
    both,
    dot,
    line,
    linear,
    logarithmic,
    picture,
    row_name,
    text,
    titled,
)
from fewsight.pages.formats import Estimate, grouped, limits, percent, share

FAR: Final = 2.0
"""A row so many times the others' spread below them, as a trivial answer's often is, is marked at the edge."""

_LONG_NAMES: Final = 300
_VALUES: Final = 70
_EDGE: Final = 8
_TICK: Final = 30
"""Pixels for names of pairs, for values, for a mark at the edge, and for half a number at the edge."""

_STEPS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


def intervals(shares: Mapping[str, Estimate], label: str, hollow: Collection[str] = ()) -> Markup:
    """A share by name with its interval, the highest first; `hollow` names have hollow marks."""
    return both(partial(_intervals, shares, label, hollow))


def _intervals(shares: Mapping[str, Estimate], label: str, hollow: Collection[str], frame: Frame) -> Markup:
    order = sorted(shares, key=lambda name: -shares[name].value)
    ends = {name: _ends(shares[name]) for name in order}
    low = max(0.0, _least_shown([begin for begin, _ in ends.values()]) - 0.03)
    high = min(1.0, max(end for _, end in ends.values()) + 0.03)
    right, height = frame.width - _VALUES, frame.row * len(order) + 26
    inside = linear(low, high, frame.names + _EDGE, right)

    def x(value: float) -> float:
        return inside(max(value, low))

    parts = [_grid(low, high, x, height - 20)]
    for number, name in enumerate(order):
        value, top = shares[name].value, frame.row * number + 2
        y = top + frame.middle
        begin, end = ends[name]
        parts.append(
            titled(
                f"{name}: {share(shares[name])}",
                row_name(frame, top, name),
                line((x(begin), y), (x(end), y), "reach"),
                dot((x(value), y), is_hollow=name in hollow),
                text(right + 10, y + 4, percent(value) if value >= low else f"‹ {percent(value)}", "value"),
            )
        )
    return picture(frame.width, height, label, parts)


@dataclass(frozen=True, slots=True)
class Range:
    """A number above 0 with its limits, None where it has no end; `title` says it in words."""

    name: str
    value: float
    low: float | None
    high: float | None
    title: str


def ranges(rows: Sequence[Range], label: str) -> Markup:
    """Numbers with their limits on an axis of powers of ten."""
    return both(lambda frame: _ranges(rows, label, frame.wide_names(_LONG_NAMES)))


def _ranges(rows: Sequence[Range], label: str, frame: Frame) -> Markup:
    ends = [end for row in rows for end in (row.low, row.value, row.high) if end]
    least, most = math.floor(math.log10(min(ends))), math.ceil(math.log10(max(ends)) + 1e-9)
    low, high = 10.0**least, 10.0 ** max(most, least + 1)
    right, height = frame.width - (_VALUES if frame.names else _TICK), frame.row * len(rows) + 26
    x = logarithmic(low, high, frame.names + (0 if frame.names else _TICK), right)
    parts = []
    for power in range(least, most + 1):
        at = x(10.0**power)
        parts += [
            line((at, 4), (at, height - 20), "grid"),
            text(at, height - 6, grouped(10**power) if power >= 0 else f"{10.0**power:g}", "tick"),
        ]
    for number, row in enumerate(rows):
        top = frame.row * number + 2
        y = top + frame.middle
        begin, end = max(row.low or row.value, low), row.high or 10.0**most
        parts.append(
            titled(
                row.title,
                row_name(frame, top, row.name),
                line((x(begin), y), (x(end), y), "reach"),
                dot((x(row.value), y)),
            )
        )
    return picture(frame.width, height, label, parts)


def _ends(figure: Estimate) -> tuple[float, float]:
    low, high = limits(figure)
    return figure.value if low is None else low, figure.value if high is None else high


def _least_shown(lows: Sequence[float]) -> float:
    """Where an axis begins: at the least value, unless that lies so far off that the others could not be told apart.

    >>> _least_shown([0.013, 0.9, 0.92]), _least_shown([0.3, 0.5, 0.7])
    (0.9, 0.3)
    """
    least, *others = sorted(lows)
    if len(others) < 2 or others[0] - least <= FAR * (others[-1] - others[0]):
        return least
    return others[0]


def _grid(low: float, high: float, x: Scale, bottom: float) -> Markup:
    step = next(step for step in _STEPS if (high - low) / step <= 7)
    first = math.ceil(low / step - 1e-9)
    ticks = [k * step for k in range(first, int(high / step + 1e-9) + 1)]
    return Markup("").join(
        line((x(tick), 4), (x(tick), bottom), "grid") + text(x(tick), bottom + 14, f"{100 * tick:.0f}", "tick")
        for tick in ticks
    )
