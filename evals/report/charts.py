"""Pictures as inline SVG. Colours are the page's, so they follow light and dark; all text in them is escaped."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from markupsafe import Markup, escape

from fewsight.evals.report.formats import percent, points, share, shortened
from fewsight.evals.report.model import CurvePoint, EvenPoint, Figure, Pair, ReliabilityPart

WIDTH: Final = 640
ROW: Final = 30
FAR: Final = 2.0
"""An arm so many times the others' spread below them, as the majority's label often is, is marked at the edge."""

NAMES: Final = 190
SQUARE: Final = 300
DASHES: Final = ("", "6 3", "2 3", "8 3 2 3", "1 2", "12 4")
"""Lines are told apart by dashes and by their names, not by colour alone."""


def forest(figures: Mapping[str, Figure], baselines: frozenset[str]) -> Markup:
    """A share by arm with its interval, the highest first; baselines are hollow."""
    order = sorted(figures, key=lambda name: -figures[name].value)
    low = _least_shown([f.value if f.low is None else f.low for f in figures.values()])
    high = max((f.high if f.high is not None else f.value) for f in figures.values())
    low, high = max(0.0, low - 0.03), min(1.0, high + 0.03)
    left, right, height = NAMES, WIDTH - 70, ROW * len(order) + 26

    def x(value: float) -> float:
        return left + (right - left) * max(value - low, 0.0) / max(high - low, 1e-9)

    parts = [_grid(low, high, x, height - 20)]
    for number, name in enumerate(order):
        figure, y = figures[name], ROW * number + 16
        begin, end = (figure.value if limit is None else limit for limit in (figure.low, figure.high))
        kind = "hollow" if name in baselines else "dot"
        value = percent(figure.value) if figure.value >= low else f"‹ {percent(figure.value)}"
        parts.append(
            Markup('<g><title>{}: {}</title><text x="{}" y="{}" class="end">{}</text>').format(
                name, share(figure), left - 10, y + 4, shortened(name, 28)
            )
            + Markup('<line x1="{:.1f}" x2="{:.1f}" y1="{}" y2="{}" class="reach"/>').format(x(begin), x(end), y, y)
            + Markup('<circle cx="{:.1f}" cy="{}" r="5" class="{}"/>').format(x(figure.value), y, kind)
            + Markup('<text x="{}" y="{}" class="value">{}</text></g>').format(right + 10, y + 4, value)
        )
    return _svg(WIDTH, height, "Figure with interval by arm", parts)


def _least_shown(lows: Sequence[float]) -> float:
    """Where an axis begins: at the least value, unless that lies so far off that the others could not be told apart.

    >>> _least_shown([0.013, 0.9, 0.92]), _least_shown([0.3, 0.5, 0.7])
    (0.9, 0.3)
    """
    least, *others = sorted(lows)
    if len(others) < 2 or others[0] - least <= FAR * (others[-1] - others[0]):
        return least
    return others[0]


def _grid(low: float, high: float, x: Callable[[float], float], bottom: float) -> Markup:
    step = next(s for s in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0) if (high - low) / s <= 7)
    first = math.ceil(low / step - 1e-9)
    ticks = [k * step for k in range(first, int(high / step + 1e-9) + 1)]
    return Markup("").join(
        Markup('<line x1="{0:.1f}" x2="{0:.1f}" y1="4" y2="{1}" class="grid"/>').format(x(t), bottom)
        + Markup('<text x="{:.1f}" y="{}" class="tick">{:.0f}</text>').format(x(t), bottom + 14, 100 * t)
        for t in ticks
    )


def scatter(points_by_name: Mapping[str, tuple[float, float]], label: str) -> Markup:
    """Quality (up) against a cost (right, logarithmic); the best for their cost are joined."""
    costs = [cost for cost, _ in points_by_name.values()]
    values = [value for _, value in points_by_name.values()]
    low_x, high_x = math.log10(min(costs)) - 0.15, math.log10(max(costs)) + 0.15
    low_y, high_y = max(0.0, min(values) - 0.05), min(1.0, max(values) + 0.05)
    left, right, top, bottom = 60, WIDTH - 20, 10, 270

    def x(cost: float) -> float:
        return left + (right - left) * (math.log10(cost) - low_x) / (high_x - low_x)

    def y(value: float) -> float:
        return bottom - (bottom - top) * (value - low_y) / max(high_y - low_y, 1e-9)

    parts = [_axes(left, right, top, bottom, label, f"{100 * low_y:.0f} %", f"{100 * high_y:.0f} %")]
    parts += [
        Markup('<text x="{:.1f}" y="{}" class="tick">{:g}</text>').format(x(10**power), bottom + 14, 10**power)
        for power in range(math.ceil(low_x), math.floor(high_x) + 1)
    ]
    front = pareto(points_by_name)
    path = " ".join(f"{x(points_by_name[n][0]):.1f},{y(points_by_name[n][1]):.1f}" for n in front)
    parts.append(Markup('<polyline points="{}" class="front"/>').format(path))
    for name, (cost, value) in points_by_name.items():
        side = "end" if x(cost) > (left + right) / 2 else ""
        parts.append(
            Markup('<g><title>{}: {}, {:.3g}</title><circle cx="{:.1f}" cy="{:.1f}" r="5" class="{}"/>').format(
                name, percent(value), cost, x(cost), y(value), "dot" if name in front else "hollow"
            )
            + Markup('<text x="{:.1f}" y="{:.1f}" class="{}">{}</text></g>').format(
                x(cost) + (-9 if side else 9), y(value) + 4, side, shortened(name, 26)
            )
        )
    return _svg(WIDTH, bottom + 36, f"Quality against {label}", parts)


def pareto(points_by_name: Mapping[str, tuple[float, float]]) -> list[str]:
    """Names of the points that no other beats in both, the cheapest first.

    >>> pareto({"a": (1, 0.5), "b": (2, 0.4), "c": (3, 0.9)})
    ['a', 'c']
    """
    found: list[str] = []
    best = -math.inf
    for name in sorted(points_by_name, key=lambda n: (points_by_name[n][0], -points_by_name[n][1])):
        if points_by_name[name][1] > best:
            found.append(name)
            best = points_by_name[name][1]
    return found


def lines(
    series: Mapping[str, Sequence[tuple[float, float]]], across: str, up: str, *, is_share: bool = True
) -> Markup:
    """Curves over shares, as risk over coverage; `is_share`: so is what is drawn upwards."""
    top_value = max((value for points_ in series.values() for _, value in points_), default=1.0) or 1.0
    left, right, top, bottom = 54, WIDTH - 180, 10, 270
    highest = f"{100 * top_value:.0f} % {up}" if is_share else f"{top_value:.2f}"
    parts = [_axes(left, right, top, bottom, across, "0", highest)]
    for number, (name, values) in enumerate(series.items()):
        path = " ".join(
            f"{left + (right - left) * a:.1f},{bottom - (bottom - top) * b / top_value:.1f}" for a, b in values
        )
        y = top + 12 + 20 * number
        parts.append(
            Markup('<polyline points="{}" class="curve" stroke-dasharray="{}"><title>{}</title></polyline>').format(
                path, _dash(number), name
            )
            + Markup('<line x1="{}" x2="{}" y1="{}" y2="{}" class="curve" stroke-dasharray="{}"/>').format(
                right + 10, right + 38, y - 4, y - 4, _dash(number)
            )
            + Markup('<text x="{}" y="{}">{}</text>').format(right + 44, y, shortened(name, 20))
        )
    parts.append(_hundred(right, bottom))
    return _svg(WIDTH, max(bottom + 36, top + 24 + 20 * len(series)), f"{up} over {across}", parts)


def learning(curve: Sequence[CurvePoint]) -> Markup:
    """A figure over the number of labels (logarithmic), with intervals."""
    labels = [point.labels for point in curve]
    low_x, high_x = math.log10(min(labels)), math.log10(max(labels))
    left, right, top, bottom = 60, WIDTH - 180, 10, 270

    def place(point: CurvePoint, value: float) -> tuple[float, float]:
        across = (math.log10(point.labels) - low_x) / max(high_x - low_x, 1e-9)
        return left + (right - left) * across, bottom - (bottom - top) * value

    parts = [_axes(left, right, top, bottom, "labels", "0 %", "100 %")]
    for count in sorted(set(labels)):
        at = left + (right - left) * (math.log10(count) - low_x) / max(high_x - low_x, 1e-9)
        parts.append(Markup('<text x="{:.1f}" y="{}" class="tick">{:,}</text>').format(at, bottom + 14, count))
    for number, family in enumerate(dict.fromkeys(point.family for point in curve)):
        mine = [point for point in curve if point.family == family]
        places = [place(point, point.figure.value) for point in mine]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in places)
        parts.append(
            Markup('<polyline points="{}" class="curve" stroke-dasharray="{}"/>').format(path, _dash(number))
            + Markup('<text x="{}" y="{:.1f}">{}</text>').format(right + 10, places[-1][1] + 4, shortened(family, 22))
        )
        for point in mine:
            ends = (point.figure.value if end is None else end for end in (point.figure.low, point.figure.high))
            (a, b), (_, c) = (place(point, end) for end in ends)
            parts.append(
                Markup('<line x1="{0:.1f}" x2="{0:.1f}" y1="{1:.1f}" y2="{2:.1f}" class="reach"/>').format(a, b, c)
            )
    return _svg(WIDTH, bottom + 36, "Learning curves", parts)


def reliability(name: str, before: ReliabilityPart, after: ReliabilityPart | None) -> Markup:
    """How often answers are right over how sure they are; a calibrated arm lies on the diagonal."""
    left, top, size = 44, 10, SQUARE - 70
    parts = [
        _axes(left, left + size, top, top + size, "confidence", "0", "right"),
        Markup('<line x1="{}" y1="{}" x2="{}" y2="{}" class="grid"/>').format(left, top + size, left + size, top),
        _hundred(left + size, top + size),
    ]
    for part, kind in ((before, "hollow"), (after, "dot")):
        for point in part.bins if part else ():
            x, y = left + size * point.confidence, top + size * (1 - point.right)
            parts.append(
                Markup('<circle cx="{:.1f}" cy="{:.1f}" r="4" class="{}">').format(x, y, kind)
                + Markup("<title>{} sure, {} right, {:,} rows</title></circle>").format(
                    percent(point.confidence), percent(point.right), point.rows
                )
            )
    return _svg(SQUARE, SQUARE, f"Reliability of {name}", parts)


def even(found: Sequence[EvenPoint]) -> Markup:
    """From how many customers on a candidate is cheaper (logarithmic); those that never are have no mark."""
    known = [point for point in found if point.customers]
    if not known:
        return Markup("")
    ends = [end for point in known for end in (point.low, point.customers, point.high) if end]
    low, high = math.floor(math.log10(min(ends))), math.ceil(math.log10(max(ends)) + 1e-9)
    left, right, height = 300, WIDTH - 90, ROW * len(known) + 26

    def x(customers: float) -> float:
        return left + (right - left) * (math.log10(max(customers, 10**low)) - low) / max(high - low, 1)

    parts = [
        Markup('<line x1="{0:.1f}" x2="{0:.1f}" y1="4" y2="{1}" class="grid"/>').format(x(10**power), height - 20)
        + Markup('<text x="{:.1f}" y="{}" class="tick">{:,}</text>').format(x(10**power), height - 6, 10**power)
        for power in range(low, high + 1)
    ]
    for number, point in enumerate(known):
        y = ROW * number + 16
        middle = point.customers or 1.0
        parts.append(
            Markup('<g><title>{}</title><text x="{}" y="{}" class="end">{}</text>').format(
                point.sentence, left - 10, y + 4, shortened(f"{point.candidate} / {point.baseline}", 44)
            )
            + Markup('<line x1="{:.1f}" x2="{:.1f}" y1="{}" y2="{}" class="reach"/>').format(
                x(point.low or middle), x(point.high or 10**high), y, y
            )
            + Markup('<circle cx="{:.1f}" cy="{}" r="5" class="dot"/></g>').format(x(middle), y)
        )
    return _svg(WIDTH, height, "Customers from which on an arm is cheaper", parts)


def pair_cell(pairs: Sequence[Pair], row: str, column: str) -> tuple[str, bool]:
    """The row's figure less the column's in points, and whether it is shown after Holm's correction."""
    for pair in pairs:
        if (pair.first, pair.second) == (row, column):
            return points(pair.difference), pair.p_holm <= 0.05
        if (pair.second, pair.first) == (row, column):
            low, high = pair.difference.high, pair.difference.low
            turned = Figure(
                value=-pair.difference.value, low=None if low is None else -low, high=None if high is None else -high
            )
            return points(turned), pair.p_holm <= 0.05
    return "", False


def _axes(left: float, right: float, top: float, bottom: float, across: str, low: str, high: str) -> Markup:
    return (
        Markup('<path d="M{0} {1}V{2}H{3}" class="axis"/>').format(left, top, bottom, right)
        + Markup('<text x="{}" y="{}" class="tick">{}</text>').format((left + right) / 2, bottom + 30, across)
        + Markup('<text x="{}" y="{}" class="end">{}</text>').format(left - 6, bottom, low)
        + Markup('<text x="{}" y="{}">{}</text>').format(left + 6, top + 8, high)
    )


def _hundred(right: float, bottom: float) -> Markup:
    return Markup('<text x="{}" y="{}" class="tick">100 %</text>').format(right, bottom + 14)


def _dash(number: int) -> str:
    return DASHES[number % len(DASHES)]


def _svg(width: float, height: float, label: str, parts: Sequence[Markup]) -> Markup:
    head = Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">').format(width, height, escape(label))
    return head + Markup("").join(parts) + Markup("</svg>")
