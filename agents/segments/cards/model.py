"""What is said of a segment, as data."""

from typing import Literal

from pydantic import BaseModel

from fewsight.agents.segments.clusters.choosing import Candidate
from fewsight.agents.segments.clusters.features import LeftOut
from fewsight.agents.segments.privacy import Share

FORMAT = 1


class Unusual(BaseModel):
    """A fact by which a segment differs from all customers of segments.

    `value` and `everyone` are medians, means, or shares of customers with `word`; `effect` is their difference in
    units of the fact's spread. `words`, `unit` and `sql` are the fact's formula, where the data dictionary has it.
    """

    fact: str
    statistic: Literal["median", "mean", "share"]
    value: float
    everyone: float
    effect: float
    word: str = ""
    words: str = ""
    unit: str = ""
    sql: str = ""

    @property
    def lift(self) -> float | None:
        """How many times everyone's value; None where that is 0 or a median."""
        return self.value / self.everyone if self.everyone and self.statistic != "median" else None


Kind = Literal["responds", "channel", "time", "product", "avoid"]


class Line(BaseModel):
    """A line of a brief: the mean of a fact in the segment and in the others, and their ratio with its interval.

    `kind` says what it is good for: what they respond to, where and when, what they buy, and what not to do.
    """

    kind: Kind
    fact: str
    words: str
    value: float
    others: float
    lift: float
    low: float
    high: float


class Place(BaseModel):
    """Where a segment lies by value and risk: the mean of `value_fact`, and what `places` makes of `risk_fact`."""

    value: float
    value_fact: str
    unit: str
    risk: float
    risk_fact: str


class Rule(BaseModel):
    """A condition in SQL that says nearly the same as a segment.

    `coverage` is the share of the segment's customers that it holds, `precision` the share of the customers it holds
    that are in the segment; None where the segment is too small to say.
    """

    sql: str
    coverage: Share | None
    precision: Share | None


class Criterion(BaseModel):
    """A model's sentence, and F1 with its 95 % interval of applying it to as many members as others, `rows` in all.

    It `separates` where the lower end is above 2/3, the F1 of who says yes of everybody; one with a digit is not tried.
    """

    text: str
    f1: float
    low: float
    high: float
    rows: int
    separates: bool


class Card(BaseModel):
    """A segment; `size` is None where showing it would tell of a small group.

    `brief` is what marketing is told, and `place` where it lies by value and risk; None where facts do not tell. `name`
    is made of what is most unusual, or is the model's where its `criterion` separates (`named_by`).
    """

    id: str
    version: int
    size: int | None
    unusual: list[Unusual]
    lifts: list[Unusual]
    rule: Rule | None
    brief: list[Line] = []
    place: Place | None = None
    name: str = ""
    named_by: Literal["rule", "model"] = "rule"
    criterion: Criterion | None = None


class Cards(BaseModel):
    """All segments of a run, and how they were chosen."""

    format: int = FORMAT
    run: int
    as_of: str
    customers: int
    outliers: int | None
    min_size: int
    chosen: Candidate
    tried: list[Candidate]
    left_out: list[LeftOut]
    segments: list[Card]
