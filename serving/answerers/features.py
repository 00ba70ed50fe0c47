"""A history as numbers: the texts that an encoder reads of it, and facts that code computes.

A change of what stands here needs a new `FEATURES`: heads that were fitted on other numbers are refused then.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from fewsight.events import AGENT_REPLY, CustomerHistory, Event
from fewsight.prompts.view import event_line, shown_text

FEATURES: Final = 1
"""Version of everything in this file."""

MOST_CHARACTERS: Final = 1500
"""Of a view: an encoder reads 256 tokens."""

KINDS: Final = ("view", "cart", "order", "return", "refund", "message", "ticket", "call", "review", "survey", "coupon")
ENDINGS: Final = ("cancellation", "cancel", "downgrade", "renewal", "upgrade", "subscription", AGENT_REPLY)
CHANNELS: Final = ("web", "app", "store", "phone", "email", "chat")
DAYS: Final = (14, 45, 90, 180, 365)
"""Bounds in days: a number of days is told by its logarithm and by which of them it is above."""

NEVER: Final = 2000.0
"""Days since what never happened."""


def newest_text(history: CustomerHistory) -> str:
    """The newest text that the customer wrote; empty where there is none."""
    return next(iter(_own_texts(history)), "")


def all_texts(history: CustomerHistory) -> str:
    """All that the customer wrote, the newest first, because an encoder cuts what stands last."""
    return _joined(_own_texts(history))


def whole_history(history: CustomerHistory) -> str:
    """Events as a prompt shows them, one line each, the newest first, then the profile."""
    lines = (event_line(event, shown_text(event.text or "", "en")[0], "en") for event in reversed(history.events))
    return _joined([*_some(lines), *(f"{key}: {value}" for key, value in history.profile.items())])


VIEWS: Final[Mapping[str, Callable[[CustomerHistory], str]]] = {
    "newest": newest_text,
    "texts": all_texts,
    "whole": whole_history,
}
"""What an encoder can read of a history, by name."""


def facts(history: CustomerHistory) -> list[float]:
    """Numbers about a history, in a fixed order: how long ago what happened, how often, in which shares."""
    events, now = history.events, history.now
    orders = [event for event in events if event.kind == "order"]
    texts = [event for event in events if event.text and event.kind != AGENT_REPLY]
    times = [event.time for event in events if event.time]
    kinds = Counter(event.kind for event in events)
    channels = Counter(event.channel for event in events if event.channel)
    total = max(len(events), 1)
    span = (times[-1] - times[0]).total_seconds() / 86400 if times else 0.0
    numbers = [math.log1p(len(events)), math.log1p(len(orders)), math.log1p(len(texts)), math.log1p(max(span, 0.0))]
    for some in (events, orders, texts):
        numbers += _days(_since(some, now))
    numbers += _days(_since(orders, now, min))
    numbers += [kinds[kind] / total for kind in KINDS]
    numbers += [float(kinds[kind] > 0) for kind in ENDINGS]
    numbers += [float(bool(events) and events[-1].kind == kind) for kind in (*KINDS, *ENDINGS)]
    numbers += [channels[channel] / total for channel in CHANNELS]
    numbers += [float(any(event.time is not None for event in events)), float(not events)]
    return numbers


def _own_texts(history: CustomerHistory) -> list[str]:
    newest_first = reversed(history.events)
    return list(_some(shown_text(e.text, "en")[0] for e in newest_first if e.text and e.kind != AGENT_REPLY))


def _some(texts: Iterable[str]) -> Iterable[str]:
    """Texts as long as they fit."""
    room = MOST_CHARACTERS
    for text in texts:
        yield text
        room -= len(text)
        if room <= 0:
            return


def _joined(texts: Sequence[str]) -> str:
    return "\n".join(texts)[:MOST_CHARACTERS]


def _since(events: Sequence[Event], now: datetime | None, which: Callable[[list[datetime]], datetime] = max) -> float:
    """Days since the last of some events, or the first."""
    times = [event.time for event in events if event.time]
    return (now - which(times)).total_seconds() / 86400 if times and now else NEVER


def _days(days: float) -> list[float]:
    return [math.log1p(max(days, 0.0)), *(float(days > bound) for bound in DAYS)]


FACTS: Final = len(facts(CustomerHistory("")))
"""How many facts there are."""
