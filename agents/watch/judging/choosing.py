"""Who of those above the threshold is alerted: within the budget, and nobody again while the last alert stands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from fewsight.agents.watch.options import WEEK_DAYS, Rank


@dataclass(frozen=True)
class Chosen:
    """Customers to alert, the first of them first, and how many lay above the threshold with them."""

    customers: list[str]
    candidates: int


def choose(
    risks: Mapping[str, float],
    threshold: float | None,
    moment: datetime,
    alerted: Mapping[str, datetime],
    *,
    budget: int,
    again_after: int,
    rank: Rank,
    values: Callable[[list[str]], Mapping[str, float]],
) -> Chosen:
    """Choose the alerts of a moment.

    Args:
        risks: by customer.
        threshold: above which a risk is worth an alert; None chooses nobody.
        moment: of the look.
        alerted: customers with earlier alerts, and when the newest was.
        budget: alerts in any 7 days, those of earlier looks too.
        again_after: days before a customer is alerted again.
        rank: by risk, or by risk times value.
        values: what customers are worth, where `rank` needs it; equal risks are ordered by customer.
    """
    quiet, week = moment - timedelta(days=again_after), moment - timedelta(days=WEEK_DAYS)
    above = [
        who
        for who, risk in risks.items()
        if threshold is not None and risk > threshold and not (who in alerted and alerted[who] > quiet)
    ]
    left = max(budget - sum(then > week for then in alerted.values()), 0)
    worth = values(above) if rank == "value" and left else {}
    above.sort(key=lambda who: (-(risks[who] * worth.get(who, 0.0) if worth else risks[who]), who))
    return Chosen(above[:left], len(above))
