"""A whole run as a card in a notebook: counts by task and label."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from fewsight.insight import Insight
from fewsight.ledger.check import LabelCounts
from fewsight.pages.environment import render

_FOLDER: Final = Path(__file__).parent
_LABELS: Final = 5


def run_card(insights: Iterable[Insight], title: str, *, is_stopped: bool = False) -> str:
    """All insights of a run as an HTML fragment with its own style; they are read once, and not kept.

    `is_stopped` says that there would have been more.
    """
    statuses: dict[str, Counter[str]] = {}
    counters: dict[str, LabelCounts] = {}
    customers: set[str] = set()
    for insight in insights:
        customers.add(insight.customer_id)
        statuses.setdefault(insight.task, Counter())[insight.status] += 1
        counters.setdefault(insight.task, LabelCounts()).add(insight)
    fields = [
        (task, path, labels.most_common(_LABELS), max(len(labels) - _LABELS, 0), labels.total())
        for task, counter in counters.items()
        for path, labels in counter.counts().items()
    ]
    return render(
        "run_card.jinja",
        _FOLDER,
        title=title,
        customers=len(customers),
        total=sum(count.total() for count in statuses.values()),
        not_ok=sum(count.total() - count["ok"] for count in statuses.values()),
        is_stopped=is_stopped,
        fields=fields,
    )
