"""Shares with intervals over a number that grows, as in learning curves."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from fewsight.pages.charts.svg import PLOT, WIDTH, axes, curve, dash_of, line, linear, logarithmic, picture, text
from fewsight.pages.formats import Estimate, grouped, limits, shortened


def growth(series: Mapping[str, Sequence[tuple[int, Estimate]]], label: str, across: str) -> Markup:
    """Curves by name of (number, share) over numbers above 0, on a scale of powers of ten."""
    numbers = sorted({number for points in series.values() for number, _ in points})
    left, right, top, bottom = PLOT
    x, y = logarithmic(numbers[0], numbers[-1], left, right), linear(0.0, 1.0, bottom, top)
    parts = [axes(PLOT, across, "0 %", "100 %")]
    parts += [text(x(number), bottom + 14, grouped(number), "tick") for number in numbers]
    for place, (name, points) in enumerate(series.items()):
        path = [(x(number), y(figure.value)) for number, figure in points]
        parts += [
            curve(path, dash=dash_of(place), title=name),
            text(right + 10, path[-1][1] + 4, shortened(name, 22)),
        ]
        for number, figure in points:
            low, high = (figure.value if end is None else end for end in limits(figure))
            parts.append(line((x(number), y(low)), (x(number), y(high)), "reach"))
    return picture(WIDTH, bottom + 36, label, parts)
