"""What a watch says: alerts with what they stand on, windows, drift, and one look."""

from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict

FORMAT: Final = 1
"""Of alerts and looks, where they are kept and sent."""


class Part(BaseModel):
    """A frozen part that knows its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Seen(Part):
    """An event that an alert names, without its text. `amount` is in minor units (cents) of `currency`."""

    event_id: str
    time: datetime
    kind: str
    channel: str | None = None
    product: str | None = None
    amount: int | None = None
    currency: str | None = None


class FactThen(Part):
    """A fact at the moment and at the look before, and the median of those who are watched. None: not known."""

    name: str
    words: str
    unit: str
    now: float | str | None
    before: float | str | None = None
    usual: float | None = None

    @property
    def has_changed(self) -> bool:
        """Whether it is another than at the look before."""
        return self.now != self.before


class Value(Part):
    """Money at stake within the window, in minor units of `currency`; `words` say how it was worked out."""

    amount: int
    currency: str
    words: str


class Since(Part):
    """What changed since the look at `moment`: the risk then, and new events by kind."""

    moment: datetime
    risk: float | None
    events: dict[str, int]


class Alert(Part):
    """A customer whose outcome is likely. `id` is the same however often it is made; `rank` counts from 1 within a
    look.
    """

    format: int = FORMAT
    id: str
    task: str
    outcome: str
    customer_id: str
    moment: datetime
    until: datetime
    rank: int
    risk: float
    threshold: float | None
    events: tuple[Seen, ...]
    facts: tuple[FactThen, ...]
    since: Since | None = None
    value: Value | None = None


class Share(Part):
    """A share with both limits of its interval (95 %, by customer), and what it was counted of."""

    value: float
    low: float
    high: float
    rows: int
    customers: int


class Window(Part):
    """A past window, judged by a threshold that was set from windows that had ended at its moment.

    `negatives` had no outcome, `false_alarms` of them lie above the threshold; `positives` had it, `caught` do.
    """

    moment: datetime
    threshold: float
    negatives: int
    false_alarms: int
    positives: int
    caught: int


class Threshold(Part):
    """`value` is None where nothing can be promised: fewer than `needed` customers without the outcome. It was set by
    `customers`, one row of each. `realised` is the rate in `windows`, `precision` the share of those above thresholds
    there that had the outcome.
    """

    value: float | None
    false_alarms: float
    confidence: float
    customers: int
    needed: int
    windows: tuple[Window, ...] = ()
    realised: Share | None = None
    precision: Share | None = None


class Moved(Part):
    """How often a value of now is higher than one of then (0.5: alike; ties count half), and p after Holm's correction.

    `what` is 'input' or 'answer'.
    """

    what: str
    name: str
    often: Share
    p: float


class Drift(Part):
    """Tests of now against then, the clearest first. `surplus` is the mean risk less the share that had the outcome, in
    the windows that have ended last.
    """

    tested: int
    moved: tuple[Moved, ...]
    surplus: Share | None = None


class Look(Part):
    """One look at the data. `candidates` lie above the threshold and were not alerted lately; `written` of them fit
    into the budget.
    """

    format: int = FORMAT
    moment: datetime
    answerer: str
    watched: int
    events: int
    budget: int
    candidates: int
    written: int
    threshold: Threshold
    drift: Drift
    became: Share | None = None
    """Of earlier alerts whose windows have ended: the share that had the outcome."""
