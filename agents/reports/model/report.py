"""What stands around the claims of a report, and the whole."""

from datetime import datetime
from typing import Literal

from fewsight.agents.reports.model.actions import Action
from fewsight.agents.reports.model.claims import Claim, Data, Figure, Why, Words
from fewsight.agents.reports.model.customer import CustomerPart
from fewsight.agents.reports.model.options import Kind, Options
from fewsight.agents.reports.model.quote import Quote
from fewsight.agents.reports.model.voice import Voice


class Reason(Data):
    """One reason: who leaves for it, how it is known, what they bought, and quotes."""

    reason: str
    words: Words
    customers: int
    share: Figure
    known: dict[Why, int]
    worth: int | None
    quotes: tuple[Quote, ...]
    before: Figure | None = None
    """Its share before, in a report of change."""
    corrected: Figure | None = None
    """Its share corrected for a model's errors, where labelled customers allow it."""


class Period(Data):
    """How many of the customers last seen in a period leave; None where those are `few`, or nobody was."""

    name: str
    leaving: int | None
    few: bool


class Looked(Data):
    """How many claims were looked at, and what became of them."""

    tested: int
    shown: int
    not_significant: int
    alike: int
    other_side: int
    beyond_most: int
    small_groups: int


class Counts(Data):
    """Customers of the run by what there is of them.

    `without_answer` are customers of the table who are not in the run (None without a table), `unknown` those of the
    run who are not in the table.
    """

    answered: int
    leaving: int
    failed: int
    without_answer: int | None
    unknown: int
    unseen_reason: int
    hidden_reasons: int
    """Customers whose reason fewer than FEWEST have."""


class SegmentPart(Data):
    """One segment: how many of its customers leave, for which reasons, and quotes of them.

    `leaving` and reasons are None and empty where fewer than FEWEST of it leave.
    """

    segment: str
    customers: int
    leaving: Figure
    worth: int | None
    reasons: tuple[tuple[Words, Figure], ...]
    quotes: tuple[Quote, ...]


class Earlier(Data):
    """What a report of change compares with: names of both sides, customers, and the share that left then.

    `shared` customers stand on both sides.
    """

    now: str
    before: str
    customers: int
    shared: int
    leaving: Figure | None


class Correction(Data):
    """Labelled customers who have an answer, of how many it is right, and how many answered labels none of them has."""

    customers: int
    right: int
    unmeasured: int


class Report(Data):
    """A report of any kind; parts that a kind does not have are None or empty."""

    kind: Kind = "churn"
    version: Literal[2] = 2
    run: str
    as_of: datetime | None
    task_version: str | None
    options: Options
    counts: Counts
    leaving: Figure | None = None
    corrected: Figure | None = None
    """The share that leaves, corrected for a model's errors."""
    currency: str | None = None
    worth: int | None = None
    worth_each: Figure | None = None
    reasons: tuple[Reason, ...] = ()
    claims: tuple[Claim, ...]
    periods: tuple[Period, ...] = ()
    segments: tuple[SegmentPart, ...] = ()
    earlier: Earlier | None = None
    voice: Voice | None = None
    customer: CustomerPart | None = None
    actions: tuple[Action, ...] = ()
    correction: Correction | None = None
    looked: Looked
    words: Words
    prevalence: Literal["as answered, uncorrected", "corrected by labelled customers"] = "as answered, uncorrected"
