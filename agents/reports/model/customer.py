"""One customer, as data for an account manager."""

from datetime import datetime

from fewsight.agents.reports.model.actions import ActionKind
from fewsight.agents.reports.model.claims import Data, EventRef, Why, Words


class Given(Data):
    """What was answered of the customer; `probability` is None where the model gave none."""

    task: str
    field: str
    words: Words
    probability: float | None
    why: Why
    evidence: tuple[EventRef, ...]


class Standing(Data):
    """A number that is known of the customer, and the share of all others who have a lower one (ties count half)."""

    name: str
    value: float
    above: float | None


class Happened(Data):
    """An event; `text` is what was written there, masked, word for word and at most 30 words of it."""

    source: EventRef
    date: str
    kind: str
    channel: str | None
    product: str | None
    amount: int | None
    currency: str | None
    text: str | None
    is_cut: bool


class Suggested(Data):
    """An action of the catalogue about the customer's reason, and what it costs for one customer."""

    id: str
    kind: ActionKind
    words: Words
    each: int
    currency: str


class CustomerPart(Data):
    """The customer by the ledger's id: what is known, what was answered, what happened last."""

    customer: str
    first: datetime | None
    newest: datetime | None
    events: int
    bought: int | None
    answers: tuple[Given, ...]
    standing: tuple[Standing, ...]
    happened: tuple[Happened, ...]
    suggested: tuple[Suggested, ...]
