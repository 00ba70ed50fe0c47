"""What a run did, counted as it goes, and what the whole of it holds."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from fewsight.answers import scored_value
from fewsight.insight import Insight
from fewsight.prompts.answer.form import AnswerForm
from fewsight.serving.run.prepare import warning_kind
from fewsight.serving.run.updates.standing import Customers, combined_customers

MOST_ERRORS = 1000
"""How many different errors are counted separately: errors may quote what was wrong, and a run may be long."""

OTHER_ERRORS = "other errors"


@dataclass
class RunSummary:
    """Counts of one call of `run`; `resumed` results were in the ledger for this run already.

    `review` counts all rows of the run that a person should look at, where errors are limited. `update` counts
    customers where the run was updated; `resumed` then counts all answers that stand, whatever their moment.
    `computed` requests were sent; `cached` answers were computed earlier for an equal request, and `doubled` ones in
    this call for another customer's equal request: together they are the insights of this call. Token counts are those
    of requests sent in this call: `prompt_tokens` as sent, `planned_tokens` as the plan predicted to compute,
    `computed_tokens` as the engine counted.
    """

    customers: int = 0
    resumed: int = 0
    cached: int = 0
    doubled: int = 0
    computed: int = 0
    prompt_tokens: int = 0
    planned_tokens: int = 0
    computed_tokens: int = 0
    answer_tokens: int = 0
    seconds: float = 0.0
    stopped: bool = False
    review: int | None = None
    statuses: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    labels: dict[str, dict[str, Counter[str]]] = field(default_factory=dict)
    update: Customers | None = None

    def add(self, insight: Insight, form: AnswerForm) -> None:
        """Count one insight."""
        self.statuses[insight.status] += 1
        if insight.error:
            known = insight.error in self.errors or len(self.errors) < MOST_ERRORS
            self.errors[insight.error if known else OTHER_ERRORS] += 1
        if insight.provenance:
            self.warnings.update(warning_kind(warning) for warning in insight.provenance.warnings)
        if insight.answer is not None:
            for closed in form.closed:
                label = closed.label_of(scored_value(insight.answer, closed.path))
                self.labels.setdefault(insight.task, {}).setdefault(closed.path, Counter())[label] += 1

    def as_dict(self) -> dict[str, Any]:
        """Plain data for summary.json."""
        return {
            **{key: value for key, value in vars(self).items() if key not in ("labels", "update")},
            "insights": self.statuses.total(),
            "statuses": dict(self.statuses),
            "errors": dict(self.errors.most_common(20)),
            "warnings": dict(self.warnings.most_common(20)),
            "labels": {task: {path: dict(counts) for path, counts in by.items()} for task, by in self.labels.items()},
            **({"update": asdict(self.update)} if self.update else {}),
        }


def whole_run(
    insights: Iterable[Insight], forms: Mapping[str, AnswerForm], calls: Sequence[RunSummary], seconds: float
) -> dict[str, Any]:
    """All that a run's folder holds, for summary.json: of this call and of those before, which took `seconds`.

    `insights` come in the order of customers; `forms` are by task; `calls` are the groups of this call.
    """
    whole, last = RunSummary(), None
    for insight in insights:
        whole.customers += insight.customer_id != last
        last = insight.customer_id
        whole.add(insight, forms[insight.task])
    total = whole.statuses.total()
    counted = whole.as_dict()
    kept = {name: counted[name] for name in ("customers", "insights", "statuses", "errors", "warnings", "labels")}
    before = total - sum(call.statuses.total() for call in calls)
    took = seconds + sum(call.seconds for call in calls)
    return kept | {"from_before": before, "seconds": took, "stopped": any(call.stopped for call in calls)}


def combined(calls: Sequence[RunSummary]) -> RunSummary:
    """The numbers of several groups of one call as one; without labels."""
    one = RunSummary()
    for call in calls:
        one.customers = max(one.customers, call.customers)
        for name in ("resumed", "cached", "doubled", "computed", "prompt_tokens", "planned_tokens", "computed_tokens"):
            setattr(one, name, getattr(one, name) + getattr(call, name))
        one.answer_tokens += call.answer_tokens
        one.seconds += call.seconds
        one.statuses.update(call.statuses)
    one.update = combined_customers(call.update for call in calls)
    return one
