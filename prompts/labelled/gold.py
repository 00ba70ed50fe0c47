"""Labelled rows as they stand in a file: a history, and the values that are given for it."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from fewsight.errors import did_you_mean
from fewsight.events import CustomerHistory
from fewsight.prompts.answer.fields import ClosedField, closed_fields
from fewsight.prompts.labelled.shots import ANONYMOUS
from fewsight.prompts.problems import Problems
from fewsight.prompts.selection.pool import one_spelling, said
from fewsight.prompts.task import Language, Task
from fewsight.prompts.view import TOLD_FROM


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
        customer = self.history.customer_id
        return None if customer.startswith(ANONYMOUS) else customer

    @property
    def time(self) -> datetime | None:
        """The moment of the newest event, where there are times."""
        return self.history.newest

    @property
    def text(self) -> str:
        """What was said in it, in one spelling, cut where it is very long: to show and to compare roughly."""
        return said(self.history)

    @property
    def key(self) -> str:
        """Equal for rows that are the same question: all events are equal, whoever had them and on whichever day.

        Texts count in one spelling, times by their distance to the newest event; so does silence after it, where a
        prompt tells it. Empty where nothing was said.
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
        silence = (until - newest).days if until and newest and len(events) >= TOLD_FROM else 0
        return hashlib.sha256(repr((events, silence)).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass
class GoldFile:
    """What a labelled file holds: rows read = rows + left_out + repeated (which
    are among the rows where they were to be kept).

    `left_out` are pairs of line and reason; `contradicting` counts rows that are kept although the same question
    has another answer before; rows in which nothing was said never count.
    """

    name: str
    digest: str = ""
    rows: list[GoldRow] = field(default_factory=list)
    left_out: list[tuple[int, str]] = field(default_factory=list)
    repeated: int = 0
    contradicting: int = 0
    _seen: dict[str, dict[str, Any]] = field(default_factory=dict)
    _whole: set[str] = field(default_factory=set)

    def add(self, row: GoldRow, *, keep_repeated: bool = False) -> None:
        """Keep a row, unless one with equal events, values, customer, profile and time is there."""
        key = row.key
        whole = repr((key, sorted(row.values.items()), row.customer_id, row.time, row.history.profile))
        if key and whole in self._whole:
            self.repeated += 1
            if not keep_repeated:
                return
        self._whole.add(whole)
        if key:
            before = self._seen.setdefault(key, dict(row.values))
            self.contradicting += any(before.get(path, value) != value for path, value in row.values.items())
        self.rows.append(row)


class UnknownLabels:
    """Collects labels that the task doesn't have, so that each is named once with its count."""

    SHOWN: Final = 20

    def __init__(self) -> None:
        self._count: Counter[tuple[str, str]] = Counter()
        self._line: dict[tuple[str, str], int] = {}
        self._labels: dict[str, tuple[str, ...]] = {}

    def check(self, values: Mapping[str, Any], fields: Iterable[ClosedField], line: int) -> bool:
        """Whether all labels among `values` are known; notes those that are not."""
        fine = True
        for closed in fields:
            value = values.get(closed.path)
            known = value is None or any(value == v and type(value) is type(v) for v in closed.values)
            if not known:
                key = (closed.path, str(value))
                self._count[key] += 1
                self._line.setdefault(key, line)
                self._labels[closed.path] = closed.labels
                fine = False
        return fine

    def report(self, problems: Problems) -> None:
        """One problem for each unknown label, the most frequent first."""
        for (path, label), count in self._count.most_common():
            where = f"line {self._line[path, label]}" + (f" and {count - 1} more" if count > 1 else "")
            problems.add(where, f"{path} is {label!r}, not a label.{did_you_mean(label, self._labels[path])}")


def label_counts(gold: Iterable[GoldRow], task: Task) -> dict[str, Counter[Any]]:
    """How often each value of each closed field is given, by dotted path."""
    counts: dict[str, Counter[Any]] = {closed.path: Counter() for closed in closed_fields(task.output)}
    for row in gold:
        for path, count in counts.items():
            if path in row.values:
                count[row.values[path]] += 1
    return counts
