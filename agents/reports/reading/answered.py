"""The answers of a run that a report is about: one for each customer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from fewsight.answers import label_text, value_at
from fewsight.errors import InputError, did_you_mean
from fewsight.insight import Insight
from fewsight.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Answered:
    """A customer (by the ledger's id), the label, how sure the model was (0 where it did not say), and evidence.

    `labels` are those of a field of several, by the last parts of their names; of a plain field the one label, and of
    a field of several `label` is empty.
    """

    customer: str
    label: str
    probability: float
    evidence: tuple[str, ...]
    as_of: datetime | None
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunAnswers:
    """All valid answers by customer, the customers whose answer failed, and the task's version."""

    by_customer: dict[str, Answered]
    failed: frozenset[str]
    task_version: str | None

    @property
    def as_of(self) -> datetime | None:
        """The newest moment."""
        return max((one.as_of for one in self.by_customer.values() if one.as_of), default=None)


def read_answers(run: Path, name: str) -> RunAnswers:
    """The answers of the field `name`, written `task.path`, in a run's folder.

    Of several moments of a customer the newest counts.

    Raises:
        InputError: the ledger holds several arms, seeds or versions of the task, or no answer of this field.
        LedgerError: there is no ledger, or it is damaged.
    """
    task, _, path = name.partition(".")
    if not path:
        raise InputError(f"The field {name!r} names no task and field; write e.g. churn_reason.reason.")
    with Ledger.open(run, read_only=True) as ledger:
        series = ledger.series()
        if len(series) > 1:
            raise InputError(f"The ledger in {str(run)!r} holds several arms or seeds, {series[:8]}; name a plain run.")
        insights = list(_newest(ledger.insights(task=task)))
        answers = {one.customer_id: answer for one in insights if (answer := _answered(one, path))}
        if not answers:
            _refuse(ledger, run, name, insights)
    versions = sorted({one.provenance.task_version for one in insights if one.provenance})
    if len(versions) > 1:
        raise InputError(
            f"The run in {str(run)!r} mixes versions of {task!r}, {versions}: they can't be counted as one."
        )
    failed = frozenset(one.customer_id for one in insights) - answers.keys()
    return RunAnswers(answers, failed, versions[0] if versions else None)


def _newest(insights: Iterator[Insight]) -> Iterator[Insight]:
    """The last of each customer; they stand in the order of customers and moments."""
    last = None
    for insight in insights:
        if last is not None and last.customer_id != insight.customer_id:
            yield last
        last = insight
    if last is not None:
        yield last


def _answered(insight: Insight, path: str) -> Answered | None:
    value = value_at(insight.answer, path) if insight.status == "ok" else None
    if isinstance(value, Mapping):
        labels = {name: label_text(one) for name, one in value.items() if isinstance(one, str | bool | int)}
        if labels:
            return Answered(insight.customer_id, "", 0.0, insight.evidence, insight.as_of, labels)
        return None
    if not isinstance(value, str | bool | int):
        return None
    label = label_text(value)
    probability = insight.probabilities.get(path, {}).get(label, 0.0)
    labels = {path.rpartition(".")[2]: label}
    return Answered(insight.customer_id, label, probability, insight.evidence, insight.as_of, labels)


def _refuse(ledger: Ledger, run: Path, name: str, insights: list[Insight]) -> None:
    task, _, path = name.partition(".")
    if insights:
        raise InputError(
            f"No answer of {task!r} in {str(run)!r} has a label at {path!r} ({len(insights):,} insights were "
            "looked at); name another with --field."
        )
    tasks = {one.task for one in ledger.insights()}
    raise InputError(
        f"The run in {str(run)!r} holds no answers of {task!r}.{did_you_mean(task, tasks)} Name one with --field."
    )
