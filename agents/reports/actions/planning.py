"""What each action of a catalogue would reach and cost, and the hold-out that would tell whether it helps.

A report counts who leaves for which reason; that says nothing of what an action would change. So each action comes
with the experiment to run: a random half is left alone. Sizes are those of the two-sided test of two proportions with
unlike variances (Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions, 3rd ed. 2003, ch. 4, without
continuity correction), taken at a share of one half, where they are largest.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

from fewsight.agents.reports.actions.catalogue import Catalogue, Entry
from fewsight.agents.reports.model import FEWEST, Action, Holdout

LEVEL: Final = 0.05
POWER: Final = 0.8
_HALF: Final = 0.5


@dataclass(frozen=True, slots=True)
class Reached:
    """Customers who leave for a reason, and what they bought, in minor units; None where no money is known."""

    customers: int
    worth: int | None


def plan(catalogue: Catalogue, reached: Mapping[str, Reached], currency: str | None) -> tuple[Action, ...]:
    """The actions that at least FEWEST customers would be reached by, the most money at stake first.

    `reached` are the reasons that a report shows; `currency` is that of their money.
    """
    actions = [action for entry in catalogue.action if (action := _action(entry, catalogue, reached, currency))]
    return tuple(sorted(actions, key=lambda one: (-(one.at_stake or 0), -one.customers)))


def holdout(customers: int, effect: float) -> Holdout:
    """The experiment on so many customers, to see a difference of `effect`.

    >>> holdout(1000, 0.1)
    Holdout(effect=0.1, needed=385, possible=500, smallest=0.088, power=0.8, level=0.05)
    """
    half = customers // 2
    return Holdout(
        effect=effect, needed=_needed(effect), possible=half, smallest=_smallest(half), power=POWER, level=LEVEL
    )


def _action(entry: Entry, catalogue: Catalogue, reached: Mapping[str, Reached], currency: str | None) -> Action | None:
    reasons = entry.about(reached)
    customers = sum(reached[reason].customers for reason in reasons)
    if customers < FEWEST:
        return None
    worths = [worth for reason in reasons if (worth := reached[reason].worth) is not None]
    at_stake = max(sum(worths), 0) if worths else None
    cost = entry.each * customers + entry.once
    is_comparable = at_stake is not None and at_stake > 0 and currency in (catalogue.currency, "")
    return Action(
        id=entry.id,
        kind=entry.kind,
        words=entry.words,
        reasons=reasons,
        customers=customers,
        at_stake=at_stake,
        cost=cost,
        currency=catalogue.currency,
        break_even=cost / at_stake if is_comparable and at_stake else None,
        holdout=holdout(customers, entry.effect),
    )


def _needed(effect: float) -> int:
    quantiles = NormalDist().inv_cdf(1 - LEVEL / 2) + NormalDist().inv_cdf(POWER)
    other = _HALF - effect
    return math.ceil(quantiles**2 * (_HALF**2 + other * (1 - other)) / effect**2)


def _smallest(half: int) -> float:
    """To three digits, rounded up."""
    return next((step / 1000 for step in _steps() if _needed(step / 1000) <= half), _HALF)


def _steps() -> Iterator[int]:
    yield from range(1, int(_HALF * 1000))
