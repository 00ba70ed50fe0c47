"""What a claim is made of."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

FEWEST: Final = 20
"""A group of fewer customers is never shown."""

MOST_WORDS: Final = 30
"""Words of a quote."""

Why = Literal["stated", "signs", "attribution"]
"""How a reason is known: customers' own words; what they do; what a model gave as the reason."""

Direction = Literal["more", "less"]
StatisticName = Literal["leaving_share", "reason_share", "mention_share", "complaint_share", "topic_share"]
ScopeKind = Literal["profile", "channel", "product", "period", "fact", "segment", "time"]


class Data(BaseModel):
    """Plain data that does not change."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Condition(Data):
    """A filter of customers: those with a value, or (numbers) from a bound on.

    `name` is the profile's or fact's column, and empty for the others. A channel holds for those who used it most, a
    product for who ever ordered it, a period for whose newest event lies in it. `time` tells now (`value`) from before
    (`name`), of all customers or `within` a group.
    """

    kind: ScopeKind
    name: str = ""
    value: str | None = None
    at_least: float | None = None
    at_most: float | None = None
    within: "Condition | None" = None

    @property
    def column(self) -> tuple[str, str]:
        """What the filter looks at."""
        return self.kind, self.name


class Statistic(Data):
    """What is computed, of which label (a reason, an aspect, a topic).

    `leaving_share`: the share of customers who leave; `reason_share`: of those who leave, the share that leaves for one
    reason; `mention_share`: the share that speaks of an aspect; `complaint_share`: of those who do, the share that is
    not content; `topic_share`: of those who wrote, the share that speaks of a topic.
    """

    name: StatisticName
    label: str | None = None


class Figure(Data):
    """A number with its interval; a limit is None where nothing bounds it."""

    value: float
    low: float | None
    high: float | None
    confidence: float


class EventRef(Data):
    """An event of a customer, by the ledger's ids."""

    customer: str
    event: str


class Words(Data):
    """The same sentence in each language, by a template of ours."""

    en: str
    zh: str


class Claim(Data):
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
