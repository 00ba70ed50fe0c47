"""A made-up world of customers who leave, with effects of known size; true labels are recorded as a run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Final

import numpy as np

from fewsight.agents.reports.model import Condition, Statistic
from fewsight.events import CustomerHistory, Event
from fewsight.insight import Insight
from fewsight.ledger import Answer, Ledger, Result

STAYS: Final = "not_churning"
REASONS: Final = {
    "price/too_expensive": 0.3,
    "delivery/late": 0.25,
    "product/quality": 0.2,
    "service/unhelpful_support": 0.15,
    "experience/account_or_app": 0.1,
}
COLUMNS: Final[Mapping[tuple[str, str], Mapping[str, float]]] = {
    ("channel", ""): {"app": 0.3, "web": 0.5, "store": 0.2},
    ("product", ""): {"Kettle": 0.2, "Beans": 0.4, "Lamp": 0.15, "Rug": 0.25},
    ("profile", "region"): {"north": 0.25, "south": 0.25, "east": 0.25, "west": 0.25},
    ("profile", "plan"): {"basic": 0.6, "plus": 0.4},
    ("profile", "shoe_size"): {"small": 0.3, "medium": 0.4, "large": 0.3},
    ("period", ""): {"2025-01": 0.25, "2025-02": 0.25, "2025-03": 0.25, "2025-04": 0.25},
}
AS_OF: Final = datetime(2025, 5, 1, tzinfo=UTC)
LEAVING: Final = 0.5
TEXTS: Final = {
    "price/too_expensive": "Honestly this has become far too expensive for me.",
    "delivery/late": "Again the parcel came two weeks late and nobody told me.",
    "product/quality": "It broke after three days and smelled of burnt plastic.",
    "service/unhelpful_support": "Your support read the same answer to me four times.",
    "experience/account_or_app": "I could not log in for a month, the app just froze.",
}


@dataclass(frozen=True)
class Effect:
    """In customers with one value of a column, leaving (reason None) or a reason has its chance multiplied."""

    kind: str
    name: str
    value: str
    reason: str | None
    times: float


EFFECTS: Final = (
    Effect("channel", "", "app", "experience/account_or_app", 4.0),
    Effect("product", "", "Lamp", "product/quality", 2.5),
    Effect("period", "", "2025-02", "delivery/late", 2.2),
    Effect("profile", "region", "north", "service/unhelpful_support", 2.5),
    Effect("profile", "plan", "plus", None, 0.7),
)

Values = Mapping[tuple[str, str], str]


def chance_to_leave(values: Values, effects: Sequence[Effect]) -> float:
    """Of a customer with these values."""
    chance = LEAVING
    for effect in effects:
        if effect.reason is None and values[effect.kind, effect.name] == effect.value:
            chance *= effect.times
    return chance


def chances_of_reasons(values: Values, effects: Sequence[Effect]) -> dict[str, float]:
    """Of a customer who leaves."""
    weights = dict(REASONS)
    for effect in effects:
        if effect.reason is not None and values[effect.kind, effect.name] == effect.value:
            weights[effect.reason] *= effect.times
    total = sum(weights.values())
    return {reason: weight / total for reason, weight in weights.items()}


def true_gap(statistic: Statistic, scope: Condition, effects: Sequence[Effect]) -> float:
    """The difference of shares in this world, over all combinations of values, exactly; 0 where nothing was planted."""
    sums = np.zeros((2, 2))
    for combination in product(*(options.items() for options in COLUMNS.values())):
        values = {column: value for column, (value, _) in zip(COLUMNS, combination, strict=True)}
        weight = float(np.prod([share for _, share in combination]))
        leaves = chance_to_leave(values, effects)
        side = int(values[scope.kind, scope.name] == scope.value)
        if statistic.label is None:
            sums[side] += weight * np.array([leaves, 1.0])
        else:
            sums[side] += weight * leaves * np.array([chances_of_reasons(values, effects)[statistic.label], 1.0])
    gap = sums[1, 0] / sums[1, 1] - sums[0, 0] / sums[0, 1]
    return 0.0 if abs(gap) < 1e-9 else float(gap)


def customers(count: int, seed: int, effects: Sequence[Effect]) -> list[tuple[CustomerHistory, Insight]]:
    """Histories with the true answers."""
    chance = np.random.default_rng(seed)
    return [_customer(number, chance, effects) for number in range(count)]


def record(folder: Path, made: Sequence[tuple[CustomerHistory, Insight]]) -> Path:
    """A run's folder with these answers."""
    folder.mkdir(parents=True, exist_ok=True)
    with Ledger.open(folder / "ledger.sqlite") as ledger:
        answers = {insight.customer_id: Answer("{}") for _, insight in made}
        ledger.record(answers, [Result("main", "prompt", 0, i.customer_id, {}, i) for _, i in made])
    return folder


def answered(customer: str, reason: str, event: str | None) -> Insight:
    """A valid answer of the task churn_reason."""
    evidence = (event,) if event else ()
    answer = {"reason": reason, "evidence": list(evidence), "summary": "."}
    return Insight(customer, "churn_reason", AS_OF, answer, evidence, {"reason": {reason: 0.9}})


def _customer(number: int, chance: np.random.Generator, effects: Sequence[Effect]) -> tuple[CustomerHistory, Insight]:
    values = {
        column: str(chance.choice(list(options), p=list(options.values()))) for column, options in COLUMNS.items()
    }
    reason = STAYS
    if chance.random() < chance_to_leave(values, effects):
        shares = chances_of_reasons(values, effects)
        reason = str(chance.choice(list(shares), p=list(shares.values())))
    name, month = f"C{number:05}", datetime.fromisoformat(f"{values['period', '']}-10T00:00:00+00:00")
    amount = int(chance.integers(500, 20_000))
    order = Event(f"{name}-1", month, "order", values["channel", ""], None, values["product", ""], amount, "EUR")
    words = f"{TEXTS[reason]} Ticket of {name}." if reason != STAYS else "Thank you, all went well this time."
    message = Event(f"{name}-2", month + timedelta(days=2), "message", values["channel", ""], words)
    profile = {column[1]: value for column, value in values.items() if column[0] == "profile"}
    return CustomerHistory(name, (order, message), profile), answered(
        name, reason, message.id if reason != STAYS else None
    )
