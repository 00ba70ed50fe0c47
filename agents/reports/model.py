"""A report as data: claims, quotes, and counts of what was looked at."""

from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

FEWEST: Final = 20
"""A group of fewer customers is never shown."""

MOST_WORDS: Final = 30
"""Words of a quote."""

Why = Literal["stated", "signs", "attribution"]
"""How a reason is known: customers' own words; what they do; what a model gave as the reason."""

Direction = Literal["more", "less"]
StatisticName = Literal["leaving_share", "reason_share"]
Kind = Literal["profile", "channel", "product", "period", "fact"]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Condition(_Data):
    """A filter of customers: those with a value, or (numbers) from a bound on.

    `name` is the profile's or fact's column, and empty for the others. A channel holds for those who used it most, a
    product for who ever ordered it, a period for whose newest event lies in it.
    """

    kind: Kind
    name: str = ""
    value: str | None = None
    at_least: float | None = None
    at_most: float | None = None

    @property
    def column(self) -> tuple[str, str]:
        """What the filter looks at."""
        return self.kind, self.name


class Statistic(_Data):
    """What is computed: the share of customers who leave, or of those who leave for one reason."""

    name: StatisticName
    reason: str | None = None


class Figure(_Data):
    """A number with its interval; a limit is None where nothing bounds it."""

    value: float
    low: float | None
    high: float | None
    confidence: float


class EventRef(_Data):
    """An event of a customer, by the ledger's ids."""

    customer: str
    event: str


class Words(_Data):
    """The same sentence in each language, by a template of ours."""

    en: str
    zh: str


class Claim(_Data):
    """A share of the customers in a scope against that of the others of whom the scope's column tells something.

    `value` is the difference of the two shares and `direction` its sign. `n` and `others_n` are customers in and
    outside of the scope, and `hits` those in it of whom the statistic tells. `p` is Fisher's, `q` is adjusted for all
    that was looked at. `money` is the part of what all who leave bought, `score` ranks.
    """

    statistic: Statistic
    scope: Condition
    value: Figure
    direction: Direction
    share: Figure
    others: Figure
    n: int
    others_n: int
    hits: int
    p: float
    q: float
    money: float
    score: float
    why: Why | None
    evidence: tuple[EventRef, ...]
    words: Words
    like: tuple[Condition, ...] = ()
    """Other scopes of nearly the same customers, of which the same holds."""


class Quote(_Data):
    """A piece of what a customer wrote, masked and word for word; `is_cut`: the sentence goes on."""

    source: EventRef
    text: str
    role: Literal["typical", "striking"]
    date: str
    is_cut: bool
    why: Literal["stated"] = "stated"


class Reason(_Data):
    """One reason: who leaves for it, how it is known, what they bought, and quotes."""

    reason: str
    words: Words
    customers: int
    share: Figure
    known: dict[Why, int]
    worth: int | None
    quotes: tuple[Quote, ...]


class Period(_Data):
    """How many of the customers last seen in a period leave; None where those are `few`, or nobody was."""

    name: str
    leaving: int | None
    few: bool


class Looked(_Data):
    """How many claims were looked at, and what became of them."""

    tested: int
    shown: int
    not_significant: int
    alike: int
    other_side: int
    beyond_most: int
    small_groups: int


class Counts(_Data):
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


class Options(_Data):
    """What a report was asked for; with run and tables it is all that computing it again takes."""

    field: str = "churn_reason.reason"
    stays: str = "not_churning"
    unseen: str = "unknown"
    language: Literal["en", "zh"] = "en"
    most: int = Field(default=12, ge=1)
    false_discoveries: float = Field(default=0.05, gt=0, lt=1)


class Report(_Data):
    """A churn report."""

    kind: Literal["churn"] = "churn"
    version: Literal[1] = 1
    run: str
    as_of: datetime | None
    task_version: str | None
    options: Options
    counts: Counts
    leaving: Figure
    currency: str | None
    worth: int | None
    worth_each: Figure | None
    reasons: tuple[Reason, ...]
    claims: tuple[Claim, ...]
    periods: tuple[Period, ...]
    looked: Looked
    words: Words
    prevalence: Literal["as answered, uncorrected"] = "as answered, uncorrected"
