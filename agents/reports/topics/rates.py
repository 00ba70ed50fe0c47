"""Whether a topic is spoken of more than before: a test of two rates, with a budget of false alerts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

BUDGET: Final = 0.1
"""False alerts that are expected of a report in which nothing has changed."""


@dataclass(frozen=True, slots=True)
class Spike:
    """More customers than expected spoke of something in the newest period."""

    name: str
    customers: int
    expected: float
    p: float


def spikes(counts: Mapping[str, Sequence[int]], writers: Sequence[int]) -> list[Spike]:
    """What is spoken of more in the last period than in all before, given how many customers wrote in each.

    The test is the exact conditional one of two Poisson rates (Przyborowski and Wilenski, Biometrika 31, 1940), one
    sided. Each of m names is held to BUDGET / m, so that BUDGET false alerts are expected.
    """
    from scipy.stats import binom

    if len(writers) < 2 or not writers[-1] or not sum(writers[:-1]):
        return []
    part = writers[-1] / sum(writers)
    alerts = []
    for name, several in counts.items():
        now, whole = several[-1], sum(several)
        p = float(binom.sf(now - 1, whole, part)) if now else 1.0
        if p <= BUDGET / len(counts):
            expected = (whole - now) / sum(writers[:-1]) * writers[-1]
            alerts.append(Spike(name, now, expected, p))
    return sorted(alerts, key=lambda one: one.p)
