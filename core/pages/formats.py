"""How pages write numbers."""

import math
from typing import Protocol


class Estimate(Protocol):
    """A figure with the limits of its interval; None or infinite where nothing bounds it."""

    @property
    def value(self) -> float:
        """The figure."""

    @property
    def low(self) -> float | None:
        """The lower limit."""

    @property
    def high(self) -> float | None:
        """The upper limit."""


def percent(value: float) -> str:
    """A share as percent.

    >>> percent(0.9314)
    '93.1 %'
    """
    return f"{100 * value:.1f} %"


def share(figure: Estimate) -> str:
    """A share with its interval, as 93.0 % (92.1 to 93.9)."""
    low, high = limits(figure)
    if low is None or high is None:
        return percent(figure.value)
    return f"{percent(figure.value)} ({100 * low:.1f} to {100 * high:.1f})"


def points(figure: Estimate) -> str:
    """A difference of shares with its interval, in points, as -1.0 (-2.0 to +0.5)."""
    low, high = ("?" if end is None else f"{100 * end:+.1f}" for end in limits(figure))
    return f"{100 * figure.value:+.1f} ({low} to {high})"


def number(figure: Estimate, digits: int = 3) -> str:
    """A figure that is no share, with its interval, as 0.412 (0.380 to 0.444)."""
    low, high = ("?" if end is None else f"{end:.{digits}f}" for end in limits(figure))
    return f"{figure.value:.{digits}f} ({low} to {high})"


def sized(value: float) -> str:
    """A number in units of its own, with the digits that count.

    >>> sized(30.4123), sized(1234.6), sized(-0.0456)
    ('30.4', '1,235', '-0.046')
    """
    size = abs(value)
    return f"{value:,.{0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3}f}"


def limits(figure: Estimate) -> tuple[float | None, float | None]:
    """Both limits; None for one that is not known or infinite."""
    low, high = figure.low, figure.high
    return (
        None if low is None or not math.isfinite(low) else low,
        None if high is None or not math.isfinite(high) else high,
    )


def seconds(value: float | None) -> str:
    """A time; empty where it is not known.

    >>> seconds(75), seconds(7200), seconds(None)
    ('75 s', '2.0 h', '')
    """
    if value is None:
        return ""
    if value < 10:
        return f"{value:.1f} s"
    return f"{value:.0f} s" if value < 600 else f"{value / 60:.0f} min" if value < 7200 else f"{value / 3600:.1f} h"


def grouped(value: int) -> str:
    """A whole number with its thousands apart.

    >>> grouped(12345)
    '12,345'
    """
    return f"{value:,}"


def shortened(name: str, most: int) -> str:
    """A name of at most `most` characters.

    >>> shortened("a long name", 6)
    'a lon…'
    """
    return name if len(name) <= most else name[: most - 1] + "…"
