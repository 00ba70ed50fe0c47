"""What might be done, as data: reach, money, cost, and the experiment that would tell whether it helps."""

from typing import Literal

from fewsight.agents.reports.model.claims import Data, Words

ActionKind = Literal["fix", "message", "points", "coupon", "call"]


class Holdout(Data):
    """A random half is left alone, and both are compared.

    `needed` customers in each half show a difference of `effect` (a share) with the given power; with the `possible`
    ones differences from `smallest` on are seen.
    """

    effect: float
    needed: int
    possible: int
    smallest: float
    power: float
    level: float


class Action(Data):
    """One action of the catalogue: whom it reaches, what is at stake, what it costs.

    `cost` is in minor units of `currency`. `break_even` is the part of the money at stake that must be kept for it to
    pay; None where no money is known, or in another currency.
    """

    id: str
    kind: ActionKind
    words: Words
    reasons: tuple[str, ...]
    customers: int
    at_stake: int | None
    cost: int
    currency: str
    break_even: float | None
    holdout: Holdout
    evidence: Literal["no causal evidence"] = "no causal evidence"
