"""Changes of a history's events that must not change an answer: another order within a day, irrelevant ones between."""

import random
from collections import defaultdict
from collections.abc import Hashable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from fewsight.events import CustomerHistory, Event

IRRELEVANT: Final = (
    Event("", None, "login", channel="app"),
    Event("", None, "view", channel="web", attributes={"page": "home"}),
    Event("", None, "view", channel="web", attributes={"page": "opening hours"}),
    Event("", None, "campaign", channel="email", attributes={"name": "newsletter"}),
)
ADDED: Final = (1, 3)
"""Fewest and most events that are added."""


def reordered(history: CustomerHistory, chance: random.Random) -> CustomerHistory:
    """Events without a text change places with others of the same day; of histories without times, with all others.

    Times stay where they are, and so does everything that was said.
    """
    by_day: dict[Hashable, list[int]] = defaultdict(list)
    for place, event in enumerate(history.events):
        if event.text is None:
            by_day[event.time.date() if event.time else None].append(place)
    events = list(history.events)
    for places in by_day.values():
        mixed = chance.sample(places, len(places))
        for place, source in zip(places, mixed, strict=True):
            events[place] = replace(history.events[source], time=history.events[place].time)
    return replace(history, events=tuple(events))


def with_added(history: CustomerHistory, chance: random.Random) -> CustomerHistory:
    """One to three logins, page views and newsletters somewhere before the newest text; never after it."""
    with_text = [place for place, event in enumerate(history.events) if event.text is not None]
    if not with_text:
        return history
    events = list(history.events)
    for number in range(chance.randint(*ADDED)):
        place = chance.randint(0, with_text[-1] + number)
        following = events[place].time
        before = events[place - 1].time if place else None
        time = None if following is None else following - _gap(following - before if before else None, chance)
        events.insert(place, replace(chance.choice(IRRELEVANT), id=f"added-{number}", time=time))
    return replace(history, events=tuple(events))


def _gap(most: timedelta | None, chance: random.Random) -> timedelta:
    return min(timedelta(minutes=chance.randint(5, 600)), most if most is not None else timedelta.max)
