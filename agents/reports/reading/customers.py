"""What a table of events tells of the customers of a run, in one pass over their histories."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from fewsight.agents.reports.model import Condition, Why
from fewsight.agents.reports.reading.answered import Answered, RunAnswers
from fewsight.events import CustomerHistory, Event, Scalar
from fewsight.masking import CustomerKeys
from fewsight.masking.columns import HIDDEN, plain_key, role

OWN_WORDS: Final = ("message", "ticket", "call", "review", "survey", "cancellation", "return")
"""Kinds of events whose text is the customer's own."""

_BOUGHT: Final = ("order", "return", "refund")
_YEAR: Final = timedelta(days=365)


Visit = Callable[[Answered, CustomerHistory], None]
"""Looks at a customer's history, up to the moment of the answer, while the table is read."""


def has_own_words(event: Event) -> bool:
    """Whether the customer wrote or said something there."""
    return event.kind in OWN_WORDS and bool(event.text and event.text.strip())


@dataclass
class Told:
    """By row (customers of the run in the order of their ids), or by condition the rows that it keeps.

    `bought` is by currency what was ordered, less what was paid back, in the 365 days up to the newest event. `newest`
    is the month of the newest event as (year, month). `why` says how the reasons of those who leave are known.
    `numbers` are profile columns of numbers. `strangers` are customers of the table who are not in the run.
    """

    groups: dict[Condition, list[int]] = field(default_factory=lambda: defaultdict(list))
    numbers: dict[Condition, dict[int, float]] = field(default_factory=lambda: defaultdict(dict))
    bought: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    newest: dict[int, tuple[int, int]] = field(default_factory=dict)
    why: dict[int, Why] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    strangers: int = 0


def read_customers(
    histories: Iterable[CustomerHistory],
    answers: RunAnswers,
    rows: Mapping[str, int],
    keys: CustomerKeys,
    stays: str,
    visit: Visit,
) -> Told:
    """Look at every history up to the moment of its answer; none stays in memory."""
    told = Told()
    for history in histories:
        customer = keys.of(history.customer_id)
        answer = answers.by_customer.get(customer)
        if answer is None:
            told.strangers += customer not in answers.failed
            continue
        row, known = rows[customer], history.as_of(answer.as_of)
        told.seen.add(row)
        _add_groups(told, row, known)
        _add_money(told, row, known)
        if (newest := known.newest) is not None:
            told.newest[row] = (newest.year, newest.month)
        if answer.label != stays:
            told.why[row] = why_of(answer, known)
        visit(answer, known)
    return told


def why_of(answer: Answered, history: CustomerHistory) -> Why:
    """Stated where own words are among the evidence, signs where only other events are, else a model's attribution."""
    named = [event for event in history.events if event.id in answer.evidence]
    if not named:
        return "attribution"
    return "stated" if any(map(has_own_words, named)) else "signs"


def _add_groups(told: Told, row: int, history: CustomerHistory) -> None:
    for name, value in history.profile.items():
        if plain_key(name) in HIDDEN or role(name, value) is not None:
            continue
        _add_value(told, row, "profile", name, value)
    if channels := Counter(event.channel for event in history.events if event.channel):
        told.groups[Condition(kind="channel", value=channels.most_common(1)[0][0])].append(row)
    for product in {name for event in history.events if event.kind == "order" for name in event.products}:
        told.groups[Condition(kind="product", value=product)].append(row)


def _add_value(told: Told, row: int, kind: str, name: str, value: Scalar) -> None:
    if isinstance(value, str | bool):
        text = value if isinstance(value, str) else ("yes" if value else "no")
        told.groups[Condition.model_validate({"kind": kind, "name": name, "value": text})].append(row)
    else:
        told.numbers[Condition.model_validate({"kind": kind, "name": name})][row] = float(value)


def _add_money(told: Told, row: int, history: CustomerHistory) -> None:
    begin = _begin(history.newest)
    for event in history.events:
        is_late = begin is None or event.time is None or event.time > begin
        if event.kind in _BOUGHT and event.amount is not None and is_late:
            of_currency = told.bought[event.currency or ""]
            of_currency[row] = of_currency.get(row, 0) + event.amount


def _begin(newest: datetime | None) -> datetime | None:
    return newest - _YEAR if newest is not None else None
