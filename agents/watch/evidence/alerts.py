"""What an alert stands on: events by their ids, facts now and at the look before, and what happened in between.

An alert shows what is known of a customer. It does not say what caused the risk: the answerer alone knows, and most
answerers can't tell.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fewsight.agents.watch.evidence.facts import SHOWN, FactTables, records, value_of
from fewsight.agents.watch.model import Alert, FactThen, Seen, Since
from fewsight.digest import digest
from fewsight.events import CustomerHistory, Event
from fewsight.outcomes import Outcome

MOST_EVENTS: Final = 5


@dataclass(frozen=True)
class Witness:
    """Makes alerts of one look at `moment`.

    `before` is the moment of the look before, None for the first; `usual` are medians of all who are watched, by fact.
    """

    task: str
    outcome: Outcome
    moment: datetime
    before: datetime | None
    threshold: float | None
    facts: FactTables
    usual: Mapping[str, float]

    def alerts(
        self, histories: Sequence[CustomerHistory], risks: Mapping[str, float], risks_before: Mapping[str, float]
    ) -> list[Alert]:
        """An alert for each history, which holds nothing later than the moment, in their order."""
        now = self._rows(histories, self.moment)
        then = self._rows(histories, self.before) if self.before else [{} for _ in histories]
        return [
            self._alert(rank, history, risks[history.customer_id], risks_before.get(history.customer_id), rows)
            for rank, (history, rows) in enumerate(zip(histories, zip(now, then, strict=True), strict=True), start=1)
        ]

    def _alert(
        self,
        rank: int,
        history: CustomerHistory,
        risk: float,
        risk_before: float | None,
        rows: tuple[Mapping[str, Any], Mapping[str, Any]],
    ) -> Alert:
        return Alert(
            id=digest([self.task, history.customer_id, self.moment.isoformat()])[:24],
            task=self.task,
            outcome=str(self.outcome),
            customer_id=history.customer_id,
            moment=self.moment,
            until=self.moment + self.outcome.span,
            rank=rank,
            risk=risk,
            threshold=self.threshold,
            events=tuple(map(_seen, shown_events(history.events, self.outcome.kind))),
            facts=self._facts(*rows),
            since=self._since(history, risk_before),
            value=value_of(rows[0], self.outcome.horizon_days),
        )

    def _rows(self, histories: Sequence[CustomerHistory], moment: datetime) -> list[dict[str, Any]]:
        return records(self.facts.of(history.as_of(moment) for history in histories))

    def _facts(self, now: Mapping[str, Any], then: Mapping[str, Any]) -> tuple[FactThen, ...]:
        known = [name for name in SHOWN if now.get(name) is not None or then.get(name) is not None]
        return tuple(
            FactThen(
                name=name,
                words=self.facts.meanings[name].words,
                unit=self.facts.meanings[name].unit,
                now=now.get(name),
                before=then.get(name),
                usual=self.usual.get(name),
            )
            for name in known
        )

    def _since(self, history: CustomerHistory, risk: float | None) -> Since | None:
        if self.before is None:
            return None
        new = Counter(event.kind for event in history.events if event.time and event.time > self.before)
        return Since(moment=self.before, risk=risk, events=dict(sorted(new.items())))


def shown_events(events: Sequence[Event], kind: str) -> list[Event]:
    """The newest event of a kind and the newest others, oldest first."""
    timed = [event for event in events if event.time]
    own = [event for event in timed if event.kind == kind][-1:]
    others = [event for event in timed if event not in own][-(MOST_EVENTS - len(own)) :]
    return sorted([*own, *others], key=lambda event: (event.time is None, event.time))


def _seen(event: Event) -> Seen:
    assert event.time is not None
    return Seen(
        event_id=event.id,
        time=event.time,
        kind=event.kind,
        channel=event.channel,
        product=event.product,
        amount=event.amount,
        currency=event.currency,
    )
