"""Curves: several over a share, or one over steps."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from fewsight.pages.charts.svg import PLOT, WIDTH, Point, axes, curve, dash_of, line, linear, picture, text
from fewsight.pages.formats import shortened


def lines(series: Mapping[str, Sequence[Point]], across: str, up: str, *, is_share: bool = True) -> Markup:
    """Curves by name over shares from 0 to 1, as risk over coverage; `is_share`: so is what is drawn upwards."""
    highest = max((value for points in series.values() for _, value in points), default=1.0) or 1.0
    left, right, top, bottom = plot = (54, *PLOT[1:])
    x, y = linear(0.0, 1.0, left, right), linear(0.0, highest, bottom, top)
    parts = [axes(plot, across, "0", f"{100 * highest:.0f} % {up}" if is_share else f"{highest:.2f}")]
    for number, (name, points) in enumerate(series.items()):
        row, dash = top + 12 + 20 * number, dash_of(number)
        parts += [
            curve([(x(at), y(value)) for at, value in points], dash=dash, title=name),
            line((right + 10, row - 4), (right + 38, row - 4), "curve", dash),
            text(right + 44, row, shortened(name, 20)),
        ]
    parts.append(text(right, bottom + 14, "100 %", "tick"))
    return picture(WIDTH, max(bottom + 36, top + 24 + 20 * len(series)), f"{up} over {across}", parts)


def trend(
    points: Sequence[Point],
    label: str,
    across: str,
    highest: str,
    *,
    top: float | None = None,
    last: float | None = None,
) -> Markup:
    """One curve in a plot that begins at (0, 0), as a loss over steps.

    Args:
        points: at least one, none negative.
        label: what the chart shows.
        across: what goes across.
        highest: how the value at the top is written.
        top: that value; the largest one where it is None.
        last: the end of what goes across; the last point's where it is None.
    """
    left, right, above, below = plot = (60, WIDTH - 30, 10, 170)
    end = last if last is not None else max(at for at, _ in points)
    x = linear(0.0, end, left, right)
    y = linear(0.0, top if top is not None else max(value for _, value in points), below, above)
    parts = [
        axes(plot, across, "0", highest),
        curve([(x(at), y(value)) for at, value in points]),
        text(right, below + 14, f"{end:g}", "tick"),
    ]
    return picture(WIDTH, below + 36, label, parts)
