"""One pass over the table: whom to ask now and then, what became of earlier questions, and a sample of the watched."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from fewsight.agents.watch.questions.asking import Asking, Question
from fewsight.events import CustomerHistory
from fewsight.outcomes.sides import drawn

SAMPLE: Final = 4_000
"""Watched customers whose facts are compared with those of learned rows."""


@dataclass
class Gathered:
    """`now` are those who are asked at the moment; `past` are questions whose `answers` are known; `settled` are
    answers to questions of earlier looks. `new_events` came since the look before; `sample` are some of the watched, up
    to the moment.
    """

    now: list[str] = field(default_factory=list)
    past: list[Question] = field(default_factory=list)
    answers: dict[Question, bool] = field(default_factory=dict)
    settled: dict[Question, bool] = field(default_factory=dict)
    new_events: int = 0
    sample: list[CustomerHistory] = field(default_factory=list)


def gather(
    table: Iterable[CustomerHistory], asking: Asking, before: datetime | None, waiting: Mapping[str, Sequence[datetime]]
) -> Gathered:
    """Go through all histories once.

    Args:
        table: all customers.
        asking: how they are asked.
        before: the moment of the look before, None for the first.
        waiting: by customer, moments of earlier questions without an answer.

    Raises:
        InputError: an event has no time.
    """
    seen, share = Gathered(), SAMPLE / max(asking.customers, 1)
    for history in table:
        who = history.customer_id
        seen.new_events += sum(_is_new(event.time, before, asking.moment) for event in history.events)
        if asking.is_asked_now(history):
            seen.now.append(who)
            if drawn(f"sample {who}") < share:
                seen.sample.append(asking.shown(history, asking.moment))
        for moment in asking.past_of(history):
            if (came := asking.answer(history, moment)) is not None:
                seen.past.append((who, moment))
                seen.answers[who, moment] = came
        for moment in waiting.get(who, ()):
            if (came := asking.answer(history, moment)) is not None:
                seen.settled[who, moment] = came
    return seen


def _is_new(time: datetime | None, before: datetime | None, moment: datetime) -> bool:
    return time is not None and time <= moment and (before is None or time > before)
