"""What a look says on the console, and what became of earlier alerts."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from fewsight.agents.watch.judging.thresholds import share_of
from fewsight.agents.watch.model import Alert, Look, Share, Threshold
from fewsight.agents.watch.state import State
from fewsight.pages.formats import percent, share
from fewsight.tables.values.currencies import grouped_money

_NAMED: Final = 10


def became(state: State) -> Share | None:
    """Of alerts whose windows have ended, the share whose outcome came; None while there are none."""
    answers = state.answers()
    ended = [alert for alert in state.alerts() if alert.id in answers]
    if not ended:
        return None
    _, whose = np.unique([alert.customer_id for alert in ended], return_inverse=True)
    came = np.array([answers[alert.id] for alert in ended], dtype=bool)
    return share_of(came, np.ones(len(came), dtype=bool), whose.astype(np.int64))


def lines(look: Look, alerts: Sequence[Alert]) -> Iterator[str]:
    """A look in a few lines; `alerts` are those that it wrote, of which the first are named."""
    over = f", {look.candidates:,} above the threshold" if look.threshold.needed else ""
    when = f"{look.moment:%Y-%m-%d %H:%M} UTC"
    yield f"{when}: {look.watched:,} customers watched{over}, {look.written:,} alerts written."
    for alert in alerts[:_NAMED]:
        recency = next((fact.now for fact in alert.facts if fact.name == "order_recency_days"), None)
        silent = f", {recency:g} days since the last order" if isinstance(recency, float) else ""
        stake = f", {grouped_money(alert.value.amount, alert.value.currency)} at stake" if alert.value else ""
        yield f"  {alert.rank}. {alert.customer_id}: {percent(alert.risk)}{silent}{stake}"
    yield from _promise(look.threshold)
    if look.became:
        yield f"Of {look.became.rows:,} earlier alerts whose windows have ended, {share(look.became)} came true."
    if look.drift.moved:
        names = ", ".join(one.name for one in look.drift.moved[:4])
        yield f"{len(look.drift.moved)} of {look.drift.tested} inputs and answers have moved, such as {names}."


def _promise(threshold: Threshold) -> Iterator[str]:
    if threshold.value is None or not threshold.needed:
        return
    yield (
        f"Threshold {threshold.value:.3f}: at most {percent(threshold.false_alarms)} false alarms, "
        f"{threshold.confidence:.0%} sure, by {threshold.customers:,} customers of the past."
    )
    if threshold.realised:
        yield f"Set anew at each past window, the rule had {share(threshold.realised)} false alarms there."
