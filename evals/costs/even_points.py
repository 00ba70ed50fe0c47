"""From how many customers on one arm is cheaper than another, from what a suite says things cost."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from fewsight.evals.costs.break_even import Amount, ArmCost, break_even
from fewsight.evals.model import ArmPart, EvenPoint

SPREAD = 0.25
"""A price of a customer is taken to be this sure: machines are shared, and prompts differ."""


class Prices(BaseModel):
    """What things cost, in `currency`: a label, an hour of the machine, a million prompt and answer tokens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    currency: str = ""
    per_label: float | None = Field(None, ge=0)
    per_hour: float | None = Field(None, ge=0)
    per_million_tokens: float | None = Field(None, ge=0)


def even_points(arms: Sequence[ArmPart], prices: Prices) -> tuple[EvenPoint, ...]:
    """Each arm that cost something beforehand against each that needs no training; empty where prices are missing."""
    if prices.per_label is None:
        return ()
    known = [arm for arm in arms if arm.cost.price_per_1000 is not None]
    trained = [arm for arm in known if arm.kind == "adapter"]
    plain = [arm for arm in known if arm.kind == "prompt"]
    return tuple(_even(one, other, prices) for one in trained for other in plain)


def _even(candidate: ArmPart, baseline: ArmPart, prices: Prices) -> EvenPoint:
    point = break_even(_cost(candidate, prices), _cost(baseline, prices))
    limits = [limit if limit != float("inf") else None for limit in (point.customers, point.low, point.high)]
    return EvenPoint(
        candidate=candidate.name,
        baseline=baseline.name,
        customers=limits[0],
        low=limits[1],
        high=limits[2],
        ever=point.ever,
        sentence=_sentence(candidate.name, baseline.name, *limits),
    )


def _cost(arm: ArmPart, prices: Prices) -> ArmCost:
    hours = (arm.cost.training_seconds or 0.0) / 3600
    each = (arm.cost.price_per_1000 or 0.0) / 1000
    return ArmCost(
        labels=arm.cost.labels,
        per_label=Amount.exact(prices.per_label or 0.0),
        training=Amount.exact(hours * (prices.per_hour or 0.0)),
        per_customer=Amount(each, each * (1 - SPREAD), each * (1 + SPREAD)),
    )


def _sentence(candidate: str, baseline: str, value: float | None, low: float | None, high: float | None) -> str:
    if value is None:
        return f"{candidate} never becomes cheaper than {baseline}."
    if value == 0:
        return f"{candidate} is cheaper than {baseline} from the first customer on."
    upper = "no end" if high is None else f"{high:,.0f}"
    return (
        f"{candidate} pays for itself against {baseline} after {value:,.0f} customers "
        f"({low or 0:,.0f} to {upper} where a customer costs a quarter more or less)."
    )
