"""Labelled rows as they stand in a file: a history, and the values that are given for it."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fewsight.digest import digest
from fewsight.events import CustomerHistory, history_record
from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.spelling import one_spelling, text_of
from fewsight.prompts.task import Language, Task, known_customer
from fewsight.prompts.view import FACTS_FROM


@dataclass(frozen=True, slots=True)
class GoldRow:
    """One labelled row. `values` are JSON values by dotted path; fields that are not given are not in it.

    `history` is as it stands in the file unless `is_masked`; evidence counts its events from E1.
    """

    id: str
    line: int
    history: CustomerHistory
    values: Mapping[str, Any]
    language: Language
    is_masked: bool = False

    @property
    def customer_id(self) -> str | None:
        """Whose row it is, where the file says so."""
        return known_customer(self.history)

    @property
    def cluster(self) -> str:
        """What it shares with rows that depend on it: its customer, or the row alone where the file names none."""
        return self.customer_id or self.id

    @property
    def time(self) -> datetime | None:
        """The moment of the newest event, where there are times."""
        return self.history.newest

    @property
    def text(self) -> str:
        """All its texts in one spelling, cut where it is very long: to show and to compare roughly."""
        return text_of(self.history)

    @property
    def key(self) -> str:
        """Equal for rows that are the same question: all events are equal, whoever had them and on whichever day.

        Texts count in one spelling, times by their distance to the newest event; so does silence after it, where a
        prompt tells it. Empty where there is no text.
        """
        if not self.text:
            return ""
        newest, until = self.time, self.history.until
        events = [
            (
                event.kind,
                event.channel,
                one_spelling(event.text or ""),
                event.product,
                event.amount,
                event.currency,
                sorted(event.attributes.items()),
                (newest - event.time).total_seconds() if newest and event.time else None,
            )
            for event in self.history.events
        ]
        silence = (until - newest).days if until and newest and len(events) >= FACTS_FROM else 0
        return hashlib.sha256(repr((events, silence)).encode("utf-8", "surrogatepass")).hexdigest()


def label_counts(gold: Iterable[GoldRow], task: Task) -> dict[str, Counter[Any]]:
    """How often each value of each closed field is given, by dotted path."""
    counts: dict[str, Counter[Any]] = {closed.path: Counter() for closed in closed_fields(task.output)}
    for row in gold:
        for path, count in counts.items():
            if path in row.values:
                count[row.values[path]] += 1
    return counts


def rows_digest(rows: Sequence[GoldRow]) -> str:
    """Of what rows say and of their labels, in their order."""
    return digest([[history_record(row.history), sorted(map(repr, row.values.items()))] for row in rows])
