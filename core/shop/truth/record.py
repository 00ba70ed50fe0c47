"""What a history says, gathered in one pass, for the rules that tell the truth about it."""

from collections.abc import Sequence
from datetime import timedelta

from fewsight.events import CustomerHistory, Event
from fewsight.shop.truth.truth import Said
from fewsight.shop.words.phrasings import Phrasing


class Record:
    """A history's events, and what was said in them, oldest first.

    `told` pairs each text's event with each phrasing that carries a label; `farewells` are the events that announce the
    end; `grievances` pair a churn reason with the event that complains of it or gives it.
    """

    def __init__(self, history: CustomerHistory, said: Said) -> None:
        events = history.events
        self.events = events
        self._now = history.now
        self.orders = [event for event in events if event.kind == "order"]
        self.told: list[tuple[Event, Phrasing]] = []
        self.farewells: list[Event] = []
        for event in events:
            spoken = said.get(event.id, ()) if event.text else ()
            self.told += [(event, phrasing) for phrasing in spoken if phrasing.labelled]
            if event.kind == "cancellation" or any(phrasing.leaving for phrasing in spoken):
                self.farewells.append(event)
        self.grievances = [(phrasing.reason, event) for event, phrasing in self.told if phrasing.reason]

    def age(self, event: Event) -> timedelta:
        """Time from an event to the moment that the truth is of."""
        assert event.time is not None, "the shop's events have times"
        assert self._now is not None, "the shop's events have times"
        return self._now - event.time


def gap(earlier: Event, later: Event) -> timedelta:
    """Time from one event to another (negative when they are the other way round)."""
    assert earlier.time is not None, "the shop's events have times"
    assert later.time is not None, "the shop's events have times"
    return later.time - earlier.time


def ids(events: Sequence[Event]) -> tuple[str, ...]:
    """Ids of events, each once."""
    return tuple(dict.fromkeys([event.id for event in events]))
