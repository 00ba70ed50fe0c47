"""How often answers are right over how sure they are."""

from collections.abc import Sequence
from typing import Final, Protocol

from markupsafe import Markup

from fewsight.pages.charts.svg import axes, dot, line, linear, picture, text, titled
from fewsight.pages.formats import grouped, percent

_SIZE: Final = 300


class Bin(Protocol):
    """Rows of similar confidence: their mean confidence, the share that is right, and their number."""

    @property
    def confidence(self) -> float:
        """From 0 to 1."""

    @property
    def right(self) -> float:
        """From 0 to 1."""

    @property
    def rows(self) -> int:
        """At least one."""


def reliability(name: str, before: Sequence[Bin], after: Sequence[Bin] = ()) -> Markup:
    """A reliability diagram: hollow marks before calibration, filled ones after it; on the diagonal is calibrated."""
    left, top, side = 44, 10, _SIZE - 70
    x, y = linear(0.0, 1.0, left, left + side), linear(0.0, 1.0, top + side, top)
    parts = [
        axes((left, left + side, top, top + side), "confidence", "0", "right"),
        line((x(0), y(0)), (x(1), y(1)), "grid"),
        text(x(1), y(0) + 14, "100 %", "tick"),
    ]
    for bins, is_hollow in ((before, True), (after, False)):
        for one in bins:
            words = f"{percent(one.confidence)} sure, {percent(one.right)} right, {grouped(one.rows)} rows"
            parts.append(titled(words, dot((x(one.confidence), y(one.right)), is_hollow=is_hollow, radius=4)))
    return picture(_SIZE, _SIZE, f"Reliability of {name}", parts)
