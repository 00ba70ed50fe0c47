"""Curves: several over a share, or one over steps."""

from collections.abc import Mapping, Sequence
from functools import partial

from markupsafe import Markup

from fewsight.pages.charts.svg import Frame, Point, axes, both, curve, dash_of, legend, linear, picture, text


def lines(series: Mapping[str, Sequence[Point]], across: str, up: str, *, is_share: bool = True) -> Markup:
    """Curves by name over shares from 0 to 1, as risk over coverage; `is_share`: so is what is drawn upwards."""
    return both(partial(_lines, series, across, up, is_share))


def _lines(series: Mapping[str, Sequence[Point]], across: str, up: str, is_share: bool, frame: Frame) -> Markup:
    highest = max((value for points in series.values() for _, value in points), default=1.0) or 1.0
    left, right, top, bottom = plot = frame.plot(54, len(series))
    x, y = linear(0.0, 1.0, left, right), linear(0.0, highest, bottom, top)
    parts = [axes(plot, across, "0", f"{100 * highest:.0f} % {up}" if is_share else f"{highest:.2f}")]
    for number, (name, points) in enumerate(series.items()):
        path = [(x(at), y(value)) for at, value in points]
        parts += [curve(path, dash=dash_of(number), title=name), legend(frame, number, bottom, name)]
    parts.append(text(right, bottom + 14, "100 %", "tick"))
    return picture(frame.width, frame.height(bottom, len(series)), f"{up} over {across}", parts)


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
    end = last if last is not None else max(at for at, _ in points)
    most = top if top is not None else max(value for _, value in points)
    return both(partial(_trend, points, label, across, highest, most, end))


def _trend(
    points: Sequence[Point], label: str, across: str, highest: str, most: float, end: float, frame: Frame
) -> Markup:
    left, right, above, below = plot = (60, frame.width - 30, 10, 170)
    x, y = linear(0.0, end, left, right), linear(0.0, most, below, above)
    parts = [
        axes(plot, across, "0", highest),
        curve([(x(at), y(value)) for at, value in points]),
        text(right, below + 14, f"{end:g}", "tick"),
    ]
    return picture(frame.width, below + 36, label, parts)
