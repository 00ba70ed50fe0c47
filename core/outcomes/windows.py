"""The moments at which a customer is asked about an outcome, and what must not be asked there."""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from fewsight.errors import ConfigError, InputError
from fewsight.events import CustomerHistory, Event
from fewsight.outcomes.outcome import Outcome, cell


class Reason(StrEnum):
    """Why a customer is not asked at a moment."""

    CENSORED = "the window ends after the data"
    FEW_EVENTS = "too few events before"
    INACTIVE = "no such event in the days before"
    NOTHING_TO_LAPSE = "no event of the kind before, so there is nothing to lapse"
    KNOWN = "an event of the kind before, so it would not be the first"
    OLDER = "an older moment of a customer of the test, which has the newest"
    OVERLAP = "the window reaches beyond the moment of the test"


@dataclass(frozen=True, slots=True)
class AtEvents:
    """Asks a customer at each of their own events of some kinds, such as campaigns; `only` those with these values.

    >>> AtEvents(["campaign"], {"campaign_id": ["8", "13"]}).takes(Event("e", None, "campaign"))
    False
    """

    kinds: Collection[str]
    only: Mapping[str, Collection[str]] = field(default_factory=dict)

    def takes(self, event: Event) -> bool:
        """Whether a customer is asked at this event."""
        return event.kind in self.kinds and all(cell(event, name) in values for name, values in self.only.items())


@dataclass(frozen=True, slots=True)
class Windows:
    """Moments (aware), each with the window of an outcome that ends within the data.

    They are the same for all customers: `last`, `last - every`, `last - 2 * every`, ... or, where `moments` are given,
    those alone; with `at` they are the times of a customer's own events, which are part of the history. Data are known
    up to `known_until`. `least_events` must lie at or before a moment, one of them in the `active_days` before it where
    they are given (of `active_kind`, where it is), and `most` bounds the moments of a customer, the newest first.
    """

    outcome: Outcome
    known_until: datetime
    every: timedelta = timedelta(days=30)
    moments: tuple[datetime, ...] = ()
    least_events: int = 1
    most: int | None = None
    active_days: int | None = None
    at: AtEvents | None = None
    active_kind: str | None = None

    def __post_init__(self) -> None:
        """Check the values, and refuse moments whose window is censored.

        Raises:
            ConfigError: a number is too small, or moments are said twice.
            InputError: a window ends after the data.
        """
        if self.every < timedelta(days=1) or self.least_events < 1 or (self.most is not None and self.most < 1):
            raise ConfigError(
                "Moments lie a day or more apart, with at least one event before, one or more a customer."
            )
        if self.at is not None and self.moments:
            raise ConfigError("Customers are asked at their own events or at given moments; name one of them.")
        if self.at is None and self.outcome.same:
            raise ConfigError(
                f"{self.outcome}: the same as what? Name the kind of events at which customers are asked: --at KIND."
            )
        if late := [moment for moment in self.moments if moment > self.last]:
            raise InputError(
                f"The window of {self.outcome} at {late[0].isoformat()} ends at "
                f"{(late[0] + self.outcome.span).isoformat()}, and the data end at "
                f"{self.known_until.isoformat()}: it is censored. "
                f"Take a moment up to {self.last.isoformat()}, or a shorter horizon."
            )

    @property
    def last(self) -> datetime:
        """The newest moment whose window ends within the data."""
        return self.known_until - self.outcome.span

    def of(self, history: CustomerHistory) -> Iterator[tuple[datetime, Reason | None]]:
        """A customer's moments, the newest first, each with the reason not to ask then, or None.

        Only events up to a moment have a part in its reason. Moments before the first event are left out; those whose
        window is censored come first.

        Raises:
            InputError: an event has no time.
        """
        times = sorted(_times(history))
        own = _times_of(history, self.outcome.kind)
        active = times if self.active_kind is None else _times_of(history, self.active_kind)
        asked = 0
        for moment in self._moments(history, times[0]) if times else ():
            reason = self._reason(moment, times, own, active)
            if reason is None and asked == self.most:
                return
            asked += reason is None
            yield moment, reason

    def like(self, history: CustomerHistory, moment: datetime) -> frozenset[str]:
        """The values of the outcome's `same` column in the events at which a customer is asked at a moment."""
        if self.at is None or self.outcome.same is None:
            return frozenset()
        asked = (event for event in history.events if event.time == moment and self.at.takes(event))
        return frozenset(value for event in asked if (value := cell(event, self.outcome.same)) is not None)

    def _moments(self, history: CustomerHistory, first: datetime) -> Iterator[datetime]:
        if self.at is not None:
            own = {event.time for event in history.events if event.time and self.at.takes(event)}
            yield from sorted(own, reverse=True)
            return
        if self.moments:
            yield from (moment for moment in sorted(self.moments, reverse=True) if moment >= first)
            return
        moment = self.last + (self.known_until - self.last) // self.every * self.every
        while moment >= first:
            yield moment
            moment -= self.every

    def _reason(
        self, moment: datetime, times: Sequence[datetime], own: Sequence[datetime], active: Sequence[datetime]
    ) -> Reason | None:
        if moment > self.last:
            return Reason.CENSORED
        if len(times) < self.least_events or times[self.least_events - 1] > moment:
            return Reason.FEW_EVENTS
        before = bisect_right(active, moment)
        if self.active_days is not None and not (before and moment - active[before - 1] <= timedelta(self.active_days)):
            return Reason.INACTIVE
        has_own = bool(own) and own[0] <= moment
        if self.outcome.happens == "none" and not has_own:
            return Reason.NOTHING_TO_LAPSE
        return Reason.KNOWN if self.outcome.happens == "first" and has_own else None


def _times_of(history: CustomerHistory, kind: str) -> list[datetime]:
    return sorted(time for event in history.events if event.kind == kind and (time := event.time))


def _times(history: CustomerHistory) -> Iterator[datetime]:
    for event in history.events:
        if event.time is None:
            raise InputError(
                f"Event {event.id!r} of customer {history.customer_id!r} has no time, and outcomes lie after a moment. "
                "Name the column of times in a mapping (--mapping)."
            )
        yield event.time
