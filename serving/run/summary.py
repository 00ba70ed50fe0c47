"""What a run did, counted as it goes."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from fewsight.answers import value_at
from fewsight.insight import Insight
from fewsight.prompts.answer.form import AnswerForm
from fewsight.serving.run.prepare import warning_kind

MOST_ERRORS = 1000
"""How many different errors are counted separately: errors may quote what was wrong, and a run may be long."""

OTHER_ERRORS = "other errors"


@dataclass
class RunSummary:
    """Counts of one call of `run`; `resumed` results were in the ledger for this run already.

    `review` counts all rows of the run that a person should look at, where errors are limited.
    `cached` answers were computed earlier for an equal request. Token counts are those of requests sent in this call:
    `prompt_tokens` as sent, `planned_tokens` as the plan predicted to compute, `computed_tokens` as the engine counted.
    """

    customers: int = 0
    resumed: int = 0
    cached: int = 0
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
                label = closed.label_of(value_at(insight.answer, closed.path))
                self.labels.setdefault(insight.task, {}).setdefault(closed.path, Counter())[label] += 1

    def as_dict(self) -> dict[str, Any]:
        """Plain data for summary.json."""
        return {
            **{key: value for key, value in vars(self).items() if key != "labels"},
            "statuses": dict(self.statuses),
            "errors": dict(self.errors.most_common(20)),
            "warnings": dict(self.warnings.most_common(20)),
            "labels": {task: {path: dict(counts) for path, counts in by.items()} for task, by in self.labels.items()},
        }
