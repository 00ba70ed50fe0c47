"""Histories become labelled moments: cut at the moment, with the value of what came after it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from fewsight.errors import ConfigError
from fewsight.events import CustomerHistory, Event
from fewsight.outcomes.outcome import ORDER, Outcome
from fewsight.outcomes.sides import Side, Sides
from fewsight.outcomes.windows import Reason, Windows


@dataclass(frozen=True, slots=True)
class LabelledMoment:
    """A customer at a moment. `history` is cut there and has it as `until`; `value` is the outcome's (`Outcome.value`).

    `is_newest` tells a customer's first row from the others.
    """

    history: CustomerHistory
    moment: datetime
    side: Side
    value: int
    is_newest: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """How customers are labelled.

    With `newest_for_test` customers of the test are asked at the newest moment alone, and others where their window has
    ended by then: the test lies ahead in time too. `without` are columns of profiles that are left out.
    """

    windows: Windows
    sides: Sides
    newest_for_test: bool = False
    without: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Refuse a newest moment where each customer has one.

        Raises:
            ConfigError: both are asked for.
        """
        if self.newest_for_test and self.windows.at is not None:
            raise ConfigError(
                "A test at the newest moment takes moments that are the same for all; leave out one of both."
            )

    @property
    def outcome(self) -> Outcome:
        """What is asked."""
        return self.windows.outcome

    def reason(self, moment: datetime, side: Side) -> Reason | None:
        """Why customers of a side are not asked at a moment, or None."""
        newest = max(self.windows.moments, default=self.windows.last)
        if not self.newest_for_test:
            return None
        if side == "test":
            return None if moment == newest else Reason.OLDER
        return None if moment + self.outcome.span <= newest else Reason.OVERLAP


@dataclass
class Tally:
    """What became of customers and moments. `kinds`, `currencies` (of orders) and `columns` are of all histories.

    `never` counts customers without a row, `mixed` rows with orders in other currencies than the outcome.
    `asked_columns` are those of events at which customers are asked.
    """

    customers: int = 0
    never: int = 0
    left_out: Counter[Reason] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    currencies: Counter[str | None] = field(default_factory=Counter)
    columns: set[str] = field(default_factory=set)
    mixed: int = 0
    asked_columns: set[str] = field(default_factory=set)


def labelled_moments(histories: Iterable[CustomerHistory], plan: Plan, tally: Tally) -> Iterator[LabelledMoment]:
    """All moments at which customers are asked, customer after customer, the newest first; memory holds one of them.

    Raises:
        InputError: an event has no time.
    """
    for history in histories:
        tally.customers += 1
        _count(history, plan, tally)
        if plan.without:
            profile = {name: value for name, value in history.profile.items() if name not in plan.without}
            history = replace(history, profile=profile)
        asked = 0
        for one in _moments(history, plan, tally):
            yield replace(one, is_newest=not asked)
            asked += 1
        tally.never += not asked


def _moments(history: CustomerHistory, plan: Plan, tally: Tally) -> Iterator[LabelledMoment]:
    side = plan.sides.of(history.customer_id)
    for moment, why in plan.windows.of(history):
        reason = why or plan.reason(moment, side)
        if reason is not None:
            tally.left_out[reason] += 1
            continue
        begin, end = plan.outcome.window(moment)
        others = (
            event.time and begin < event.time <= end and _is_other(event, plan.outcome) for event in history.events
        )
        tally.mixed += any(others)
        value = plan.outcome.value(history.events, moment, plan.windows.like(history, moment))
        yield LabelledMoment(history.as_of(moment), moment, side, value, False)


def _is_other(event: Event, outcome: Outcome) -> bool:
    """Whether it is an order in another currency than the outcome's, which spend leaves out."""
    foreign = event.amount is not None and event.currency != outcome.currency
    return outcome.happens == "spend" and event.kind == ORDER and foreign


def _count(history: CustomerHistory, plan: Plan, tally: Tally) -> None:
    tally.columns.update(history.profile)
    at = plan.windows.at
    for event in history.events:
        tally.kinds[event.kind] += 1
        if at is not None and event.kind in at.kinds:
            tally.asked_columns.update(event.attributes)
        if event.kind == ORDER and event.amount is not None:
            tally.currencies[event.currency] += 1
