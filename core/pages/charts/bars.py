"""Bars by name."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from markupsafe import Markup

from fewsight.pages.charts.svg import Frame, both, linear, picture, row_name, text, titled
from fewsight.pages.formats import percent

_VALUES: Final = 70
_HEIGHT: Final = 14


def bars(
    values: Mapping[str, float], label: str, *, most: float | None = None, written: Callable[[float], str] = percent
) -> Markup:
    """A bar by name, in the order of `values`, none of which may be negative.

    Args:
        values: by name.
        label: what the chart shows.
        most: what a bar over the whole width stands for; the largest value where it is None.
        written: how a value is written beside its bar.
    """
    end = most if most is not None else max(values.values(), default=0.0)
    return both(partial(_draw, values, label, end, written))


def _draw(
    values: Mapping[str, float], label: str, most: float, written: Callable[[float], str], frame: Frame
) -> Markup:
    right = frame.width - _VALUES
    x = linear(0.0, most, frame.names, right)
    parts = []
    for number, (name, value) in enumerate(values.items()):
        top = frame.row * number + 2
        y = top + frame.middle
        bar = Markup('<rect x="{}" y="{}" width="{:.1f}" height="{}" rx="3" class="amount"/>')
        parts.append(
            titled(
                f"{name}: {written(value)}",
                row_name(frame, top, name),
                bar.format(frame.names, y - _HEIGHT / 2, x(value) - frame.names, _HEIGHT),
                text(right + 10, y + 4, written(value), "value"),
            )
        )
    return picture(frame.width, frame.row * len(values) + 4, label, parts)
