"""What is sent to a server and what comes back; the client has the same types."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, StringConstraints, model_validator

from fewsight.errors import InputError
from fewsight.events import CustomerHistory, Event, Scalar, kind_problem
from fewsight.insight import Insight, Status

MOST_HISTORIES: Final = 64
"""Histories of one request; more of them go into a batch."""

MOST_EVENTS: Final = 5_000

Word = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(max_length=200_000)]
BatchState = Literal["queued", "running", "paused", "done", "failed"]

_EVENTS: Final[list[JsonValue]] = [
    {"id": "o1", "time": "2026-03-01T10:00:00Z", "kind": "order", "product": "Kettle", "amount": 3990},
    {"id": "t1", "time": "2026-03-04T09:30:00Z", "kind": "ticket", "text": "It leaks. I want my money back."},
]


class Sent(BaseModel):
    """What a caller sends: nothing but what is known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class EventIn(Sent):
    """One thing that happened; `amount` is in minor units (cents) of `currency`. A time needs an offset, such as Z."""

    id: Word | None = None
    time: AwareDatetime | None = None
    kind: Word
    channel: Word | None = None
    text: Text | None = None
    product: Word | None = None
    amount: Annotated[int, Field(ge=-(2**53), le=2**53)] | None = None
    currency: Word | None = None
    attributes: dict[str, Scalar] = {}


class HistoryIn(Sent):
    """One customer: events, oldest first, or a single text. `as_of` leaves out everything later."""

    customer_id: Word = "customer"
    events: Annotated[list[EventIn], Field(max_length=MOST_EVENTS)] = []
    text: Text | None = None
    profile: dict[str, Scalar] = {}
    as_of: AwareDatetime | None = None

    @model_validator(mode="after")
    def _has_something(self) -> "HistoryIn":
        if bool(self.events) == (self.text is not None):
            raise ValueError("give either events or a text")
        return self

    def history(self) -> CustomerHistory:
        """The history up to `as_of`.

        Raises:
            InputError: an event's kind is a known one misspelled, an id is there twice, or events are not in order.
        """
        if self.text is not None:
            return CustomerHistory(self.customer_id, (Event("1", None, "message", text=self.text),), self.profile)
        events = tuple(_event(event, str(number)) for number, event in enumerate(self.events, 1))
        if len({event.id for event in events}) < len(events):
            raise InputError("Two events have one id; give each its own, or none.")
        times = [event.time for event in events if event.time]
        if times != sorted(times):
            raise InputError("Events are not oldest first; sort them by time.")
        return CustomerHistory(self.customer_id, events, self.profile).as_of(self.as_of)


class InsightsRequest(Sent):
    """Histories, texts (each a customer of its own), or both; `tasks` None asks all that the server has."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"texts": ["The parcel came late and the box was open."]},
                {"histories": [{"customer_id": "c1", "events": _EVENTS, "as_of": "2026-03-05T00:00:00Z"}]},
            ]
        }
    )

    histories: Annotated[list[HistoryIn], Field(max_length=MOST_HISTORIES)] = []
    texts: Annotated[list[Text], Field(max_length=MOST_HISTORIES)] = []
    tasks: Annotated[list[Word], Field(min_length=1, max_length=64)] | None = None

    @model_validator(mode="after")
    def _asks_something(self) -> "InsightsRequest":
        if not self.histories and not self.texts:
            raise ValueError("give histories, texts, or both")
        return self

    def all_histories(self) -> list[CustomerHistory]:
        """All of them, texts last, as customers text-1, text-2, ...

        Raises:
            InputError: as for `HistoryIn.history`.
        """
        of_texts = [HistoryIn(customer_id=f"text-{n}", text=text) for n, text in enumerate(self.texts, 1)]
        return [one.history() for one in (*self.histories, *of_texts)]


class InsightOut(BaseModel):
    """An insight, as a run has it; `error` says why where `status` is not 'ok'."""

    customer_id: str
    task: str
    as_of: datetime | None
    answer: dict[str, Any] | None
    evidence: list[str]
    probabilities: dict[str, dict[str, float]]
    provenance: dict[str, Any] | None
    status: Status
    error: str | None

    @classmethod
    def of(cls, insight: Insight) -> "InsightOut":
        """What is sent of an insight."""
        return cls.model_validate({**insight.to_dict(), "evidence": list(insight.evidence)})


class InsightsReply(BaseModel):
    """Insights in the order of the histories, each with those of all tasks in the order of the server's."""

    insights: list[InsightOut]


class BatchOut(BaseModel):
    """A batch; `error` says why it is paused (it goes on by itself) or has failed."""

    id: str
    state: BatchState
    tasks: list[str]
    made: datetime
    customers: int | None = None
    insights: int = 0
    error: str | None = None


class Problem(BaseModel):
    """What went wrong: the same form for every error. `request` finds it in the server's log."""

    class Error(BaseModel):
        """`message` says what to do next."""

        status: int
        message: str
        request: str

    error: Error


def _event(event: EventIn, number: str) -> Event:
    if problem := kind_problem(event.kind):
        raise InputError(f"{event.kind!r} is no kind of event.{problem}")
    return Event(
        event.id or number,
        event.time,
        event.kind,
        event.channel,
        event.text,
        event.product,
        event.amount,
        event.currency,
        event.attributes,
    )
