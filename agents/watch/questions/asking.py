"""The questions of one look: who is asked now, and at which past moments the answer is known by now."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property

from fewsight.events import CustomerHistory
from fewsight.outcomes import Outcome
from fewsight.outcomes.sides import drawn
from fewsight.outcomes.windows import Windows
from fewsight.prompts.predicting.asked import Asked

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST_PAST = 20_000
"""Past questions, drawn evenly by customer where there are more."""

Question = tuple[str, datetime]
"""A customer's id and a moment."""


@dataclass(frozen=True)
class Asking:
    """How customers are asked at `moment`, and at `past` moments whose windows have ended by then.

    Past moments lie a whole number of steps after 1970, so that every look has the same ones. `is_clean` says whether
    an answerer knows nothing of how a customer went on after a moment.
    """

    outcome: Outcome
    asked: Asked
    moment: datetime
    past: int
    is_clean: Callable[[str, datetime], bool]
    customers: int

    @cached_property
    def past_moments(self) -> tuple[datetime, ...]:
        """The newest first."""
        step = timedelta(days=self.asked.every_days)
        last = _EPOCH + (self.moment - self.outcome.span - _EPOCH) // step * step
        return tuple(last - step * number for number in range(self.past))

    def is_asked_now(self, history: CustomerHistory) -> bool:
        """Whether a customer is one whom the question is about."""
        return self._is_early(history, self.moment) and any(reason is None for _, reason in self._now.of(history))

    def past_of(self, history: CustomerHistory) -> Iterator[datetime]:
        """Moments at which a customer sets thresholds."""
        share = MOST_PAST / max(self.customers * self.past, 1)
        if share < 1 and drawn(f"past {history.customer_id}") >= share:
            return
        for moment, reason in self._then.of(history):
            if reason is None and self._is_early(history, moment) and self.is_clean(history.customer_id, moment):
                yield moment

    def answer(self, history: CustomerHistory, moment: datetime) -> bool | None:
        """Whether the outcome came; None where its window has not ended."""
        if moment + self.outcome.span > self.moment:
            return None
        return self.outcome.answer(self.outcome.value(history.events, moment)) == "yes"

    def shown(self, history: CustomerHistory, moment: datetime) -> CustomerHistory:
        """What the answerer sees."""
        profile = {name: value for name, value in history.profile.items() if name not in self.asked.without}
        return replace(history.as_of(moment), profile=profile, until=moment)

    def _is_early(self, history: CustomerHistory, moment: datetime) -> bool:
        """Whether a warning comes early: who has not ordered for as long as a lapse takes has lapsed already."""
        if self.outcome.happens != "none":
            return True
        begin = moment - timedelta(days=self.outcome.horizon_days)
        return any(one.kind == self.outcome.kind and one.time and begin < one.time <= moment for one in history.events)

    @cached_property
    def _now(self) -> Windows:
        return self.asked.windows(self.outcome, self.moment + self.outcome.span, (self.moment,))

    @cached_property
    def _then(self) -> Windows:
        return self.asked.windows(self.outcome, self.moment, self.past_moments)
