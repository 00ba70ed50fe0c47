"""Bars by name."""

from collections.abc import Callable, Mapping
from typing import Final

from markupsafe import Markup

from fewsight.pages.charts.svg import ROW, WIDTH, linear, picture, text, titled
from fewsight.pages.formats import percent, shortened

_NAMES: Final = 190
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
    right = WIDTH - 70
    x = linear(0.0, most if most is not None else max(values.values(), default=0.0), _NAMES, right)
    parts = []
    for number, (name, value) in enumerate(values.items()):
        y = ROW * number + 16
        bar = Markup('<rect x="{}" y="{}" width="{:.1f}" height="{}" rx="3" class="amount"/>')
        parts.append(
            titled(
                f"{name}: {written(value)}",
                text(_NAMES - 10, y + 4, shortened(name, 28), "end"),
                bar.format(_NAMES, y - _HEIGHT / 2, x(value) - _NAMES, _HEIGHT),
                text(right + 10, y + 4, written(value), "value"),
            )
        )
    return picture(WIDTH, ROW * len(values) + 4, label, parts)
