"""Quality against cost."""

import math
from collections.abc import Mapping
from functools import partial

from markupsafe import Markup

from fewsight.pages.charts.svg import (
    Frame,
    axes,
    both,
    curve,
    dot,
    linear,
    logarithmic,
    picture,
    powers_of_ten,
    text,
    titled,
)
from fewsight.pages.formats import percent, shortened


def scatter(costs_and_shares: Mapping[str, tuple[float, float]], cost: str) -> Markup:
    """A share (up) against a cost above 0 (right, on a scale of powers of ten); the best for their cost are joined."""
    return both(partial(_draw, costs_and_shares, cost))


def _draw(costs_and_shares: Mapping[str, tuple[float, float]], cost: str, frame: Frame) -> Markup:
    costs = [across for across, _ in costs_and_shares.values()]
    shares = [up for _, up in costs_and_shares.values()]
    margin = 10**0.15
    least, most = min(costs) / margin, max(costs) * margin
    low, high = max(0.0, min(shares) - 0.05), min(1.0, max(shares) + 0.05)
    left, right, top, bottom = plot = (48, frame.width - 20, 10, 270)
    x, y = logarithmic(least, most, left, right), linear(low, high, bottom, top)
    parts = [axes(plot, cost, f"{100 * low:.0f} %", f"{100 * high:.0f} %")]
    parts += [text(x(power), bottom + 14, f"{power:g}", "tick") for power in powers_of_ten(least, most)]
    front = pareto(costs_and_shares)
    parts.append(curve([(x(costs_and_shares[name][0]), y(costs_and_shares[name][1])) for name in front], "front"))
    for name, (across, up) in costs_and_shares.items():
        at, is_right = (x(across), y(up)), x(across) > (left + right) / 2
        parts.append(
            titled(
                f"{name}: {percent(up)}, {across:.3g}",
                dot(at, is_hollow=name not in front),
                text(
                    at[0] + (-9 if is_right else 9),
                    at[1] + 4,
                    shortened(name, 26 if frame.legend else 18),
                    "end" if is_right else "",
                ),
            )
        )
    return picture(frame.width, bottom + 36, f"Quality against {cost}", parts)


def pareto(costs_and_shares: Mapping[str, tuple[float, float]]) -> list[str]:
    """Names of the points that no other beats in both, the cheapest first.

    >>> pareto({"a": (1, 0.5), "b": (2, 0.4), "c": (3, 0.9)})
    ['a', 'c']
    """
    front: list[str] = []
    best = -math.inf
    for name in sorted(costs_and_shares, key=lambda n: (costs_and_shares[n][0], -costs_and_shares[n][1])):
        if costs_and_shares[name][1] > best:
            front.append(name)
            best = costs_and_shares[name][1]
    return front
