"""What customers speak of, as data."""

from datetime import datetime
from typing import Literal

from fewsight.agents.reports.model.claims import Condition, Data, Figure, Words
from fewsight.agents.reports.model.quote import Quote


class Spoken(Data):
    """How many customers spoke of something in a period, of those who wrote; None where fewer than FEWEST wrote."""

    name: str
    customers: int | None
    writers: int | None


class Subject(Data):
    """What customers speak of: an aspect that the task names, or a topic that was found in what they wrote.

    `share` is of all customers (of an aspect) or of those who wrote (of a topic). `complaints` are customers who are
    not content with an aspect. A topic has the nearest `aspect`, its keywords, the share of its sentences that hold one
    (`coverage`), that of all sentences with one that are of it (`precision`), and the moment of the report that found
    it (`since`).
    """

    kind: Literal["aspect", "topic"]
    id: str
    words: Words
    customers: int
    share: Figure
    complaints: int | None = None
    complaint_share: Figure | None = None
    aspect: str | None = None
    keywords: tuple[str, ...] = ()
    coverage: float | None = None
    precision: float | None = None
    since: datetime | None = None
    is_new: bool = False
    periods: tuple[Spoken, ...] = ()
    quotes: tuple[Quote, ...] = ()


class Alert(Data):
    """A topic that more customers speak of in the newest period than before."""

    subject: str
    words: Words
    period: str
    customers: int
    expected: float
    p: float


class Ranked(Data):
    """The share of a group's customers who complain of anything, as counted and drawn towards all groups'."""

    scope: Condition
    words: Words
    customers: int
    complaints: int
    share: Figure


class Voice(Data):
    """What a report about the voice of customers has beside its claims.

    `writers` are customers of the table who wrote anything, `sampled` those whose sentences were looked at. `unplaced`
    is the share of the sentences that are of no topic. `topics` are all that enough customers speak of, also those that
    are not shown. `budget` are false alerts that are expected.
    """

    complain: Figure
    subjects: tuple[Subject, ...]
    alerts: tuple[Alert, ...] = ()
    ranked: tuple[Ranked, ...] = ()
    writers: int | None = None
    sampled: int | None = None
    sentences: int | None = None
    unplaced: float | None = None
    topics: int | None = None
    encoder: str | None = None
    budget: float | None = None
