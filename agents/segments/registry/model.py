"""What is remembered of all runs into one folder."""

from typing import Literal

from pydantic import BaseModel

from fewsight.agents.segments.cards import Cards

FORMAT = 1

Kind = Literal["kept", "born", "died", "split", "merged"]


class Event(BaseModel):
    """What became of segments; `customers` moved along, None where that would tell of a small group.

    kept: who was in the segment before and is in it now; split and merged: who is in the parts together.
    """

    kind: Kind
    before: list[str]
    after: list[str]
    customers: int | None


class Change(BaseModel):
    """A line of a card that is not what it was; None where it was not on the card."""

    segment: str
    what: str
    before: float | None
    after: float | None


class Movements(BaseModel):
    """What happened since the run before.

    `counts` has a row for each of `before` (segments, outliers, new customers) and a column for each of `after`
    (segments, outliers, gone customers); a cell is None where it must not be shown, and all of it where nothing can be.
    `shared` says whether any customer is in both runs.
    """

    since: int
    shared: bool
    before: list[str]
    after: list[str]
    counts: list[list[int | None]] | None
    events: list[Event]
    changes: list[Change]


class Registry(BaseModel):
    """All runs: the cards of each, and what moved before it (None for the first). `next` numbers the next new id."""

    format: int = FORMAT
    next: int = 1
    runs: list[Cards] = []
    movements: list[Movements | None] = []
