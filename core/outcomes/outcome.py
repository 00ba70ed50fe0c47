"""What is asked of the time after a moment, and its value in a customer's events."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from fewsight.errors import ConfigError, did_you_mean
from fewsight.events import EVENT_KINDS, Event, kind_problem
from fewsight.tables.values.currencies import EXPONENTS

Happens = Literal["any", "none", "first", "count", "spend"]
HAPPENS: Final[tuple[Happens, ...]] = ("any", "none", "first", "count", "spend")

YES: Final = "yes"
NO: Final = "no"

ORDER: Final = "order"
_MOST_DAYS: Final = 3_660


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happens in the `horizon_days` that begin `gap_days` after a moment.

    `happens`: any, at least one event of the kind; none, not one (a lapse); first, any, asked only of customers without
    one before; count, how many; spend, the money of `currency` (None: of events that name none), whose kind is 'order'.
    `same` is a column in which events must have the value of the event at which a customer is asked: a coupon of the
    same campaign.

    Raises:
        ConfigError: everything that is wrong.

    >>> print(Outcome("none", "order", 90, gap_days=7))
    no order within 90 days after a gap of 7 days
    """

    happens: Happens
    kind: str
    horizon_days: int
    gap_days: int = 0
    currency: str | None = None
    same: str | None = None

    def __post_init__(self) -> None:
        """Check the values."""
        if problems := list(_problems(self)):
            raise ConfigError("The outcome is wrong:" + "".join(f"\n  - {problem}" for problem in problems))

    @property
    def is_number(self) -> bool:
        """Whether its value is a number, which labels are bins of; else it is yes or no."""
        return self.happens in ("count", "spend")

    @property
    def span(self) -> timedelta:
        """From a moment to the end of its window."""
        return timedelta(days=self.gap_days + self.horizon_days)

    def window(self, moment: datetime) -> tuple[datetime, datetime]:
        """The window of a moment: events after the first and up to the second of the two times are in it."""
        return moment + timedelta(days=self.gap_days), moment + self.span

    def value(self, events: Iterable[Event], moment: datetime, like: Collection[str] = ()) -> int:
        """Its value of a customer's events at a moment: their number, or money in minor units.

        Events outside of the window have no part in it, nor have those without a time, nor, where the outcome is of the
        `same`, those whose value there is none of `like`.
        """
        begin, end = self.window(moment)
        inside = [event for event in events if event.time and begin < event.time <= end]
        if self.same is not None:
            inside = [event for event in inside if cell(event, self.same) in like]
        if self.happens == "spend":
            return spent(inside, self.currency)
        return sum(event.kind == self.kind for event in inside)

    def answer(self, value: int) -> str:
        """'yes' or 'no' for a value.

        Raises:
            ValueError: the outcome is a number.
        """
        if self.is_number:
            raise ValueError(f"{self} is a number, and has no yes or no; take its bins")
        return YES if (value > 0) != (self.happens == "none") else NO

    def units(self, value: float) -> float:
        """A value as people write it: a number of events, or money in whole units of its currency."""
        if self.happens != "spend":
            return value
        return float(value / 10 ** EXPONENTS.get(self.currency or "", 2))

    def as_table(self) -> dict[str, Any]:
        """Its TOML table, without what has no value."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def __str__(self) -> str:
        """In the words that `read_outcome` reads."""
        gap = f" after a gap of {_days(self.gap_days)}" if self.gap_days else ""
        same = f" with the same {self.same}" if self.same else ""
        if self.happens == "spend":
            return f"spend in {_days(self.horizon_days)}{gap}{f' ({self.currency})' if self.currency else ''}{same}"
        if self.happens == "count":
            return f"count of {named(self.kind, 2)} in {_days(self.horizon_days)}{gap}{same}"
        begin = "no" if self.happens == "none" else self.happens
        return f"{begin} {named(self.kind, 1)} within {_days(self.horizon_days)}{gap}{same}"


@dataclass(frozen=True, slots=True)
class TaskOutcome:
    """The outcome that a task asks about, and for one that is a number the expected value of each label.

    `expected` are means of the training rows with this label, in the units of `Outcome.units`.
    """

    outcome: Outcome
    expected: Mapping[str, float] = field(default_factory=dict)


def cell(event: Event, column: str) -> str | None:
    """What an event has in a column, as text: an attribute, its channel or its product."""
    value = event.attributes.get(column, {"channel": event.channel, "product": event.product}.get(column))
    return None if value is None else str(value)


def spent(events: Iterable[Event], currency: str | None) -> int:
    """Money of some events in minor units of a currency.

    It is the sum of the amounts of orders, negative ones included, less what went back: the size of the amounts of
    refunds, whatever their sign, or of returns where no refund has an amount. Payments count in their orders.
    """
    own = [event for event in events if event.amount is not None and event.currency == currency]
    of = {kind: [event.amount or 0 for event in own if event.kind == kind] for kind in (ORDER, "refund", "return")}
    return sum(of[ORDER]) - sum(map(abs, of["refund"] or of["return"]))


def plural(kind: str) -> str:
    """Of a known kind.

    >>> plural("order"), plural("delivery"), plural("search"), plural("agent reply")
    ('orders', 'deliveries', 'searches', 'agent replies')
    """
    if kind.endswith("y") and kind[-2] not in "aeiou":
        return f"{kind[:-1]}ies"
    return f"{kind}es" if kind.endswith(("s", "x", "ch", "sh")) else f"{kind}s"


def named(kind: str, count: int) -> str:
    """A kind as outcomes and questions say it; one that is not known stands in quotes."""
    if kind not in EVENT_KINDS:
        return f'"{kind}"'
    return kind if count == 1 else plural(kind)


def _days(days: int) -> str:
    return f"{days} day" if days == 1 else f"{days} days"


def _problems(outcome: Outcome) -> Iterable[str]:
    if outcome.happens not in HAPPENS:
        yield f"happens is {outcome.happens!r}.{did_you_mean(str(outcome.happens), HAPPENS)}"
    if not isinstance(outcome.kind, str) or '"' in outcome.kind:
        yield f"kind is {outcome.kind!r}; write a word or two without quotes"
    elif hint := kind_problem(outcome.kind):
        yield f"kind is {outcome.kind!r}.{hint}"
    for name, value, least in (("horizon_days", outcome.horizon_days, 1), ("gap_days", outcome.gap_days, 0)):
        if not isinstance(value, int) or isinstance(value, bool) or value > _MOST_DAYS:
            yield f"{name} is {value!r}; write a whole number of days up to {_MOST_DAYS}"
        elif value < least:
            early = "; its window would begin before the moment, so that part of it is known then" if value < 0 else ""
            yield f"{name} is {value}; write {least} or more{early}"
    if outcome.same is not None and (not isinstance(outcome.same, str) or not outcome.same):
        yield f"same is {outcome.same!r}; write the name of a column"
    if outcome.happens == "spend" and outcome.kind != ORDER:
        yield f"spend is of orders, and kind is {outcome.kind!r}"
    if outcome.currency is not None and (outcome.happens != "spend" or outcome.currency not in EXPONENTS):
        yield f"currency is {outcome.currency!r}; spend has one, as an ISO 4217 code such as EUR, and nothing else"
