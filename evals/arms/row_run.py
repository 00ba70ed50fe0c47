"""Labelled rows through the run that users have, with a ledger of its own: what was answered, and what it took."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fewsight.answers import flatten
from fewsight.calibration import Circumstances
from fewsight.errors import InputError
from fewsight.evals.arms.answers import Answers, Parts, RowAnswer
from fewsight.evals.arms.context import Context
from fewsight.evals.arms.memory import forget_peak, peak_mb
from fewsight.evals.arms.row_histories import RowHistories, part_and_row
from fewsight.evals.model import Cost
from fewsight.files import write_text
from fewsight.insight import Insight
from fewsight.ledger import Ledger
from fewsight.prompts.answer.fields import ClosedField, closed_fields, closed_part
from fewsight.prompts.labelled import GoldRow
from fewsight.prompts.task import Task
from fewsight.serving.answerers.folder import read_answerer
from fewsight.serving.run.api import execute
from fewsight.serving.run.calibrated import circumstances
from fewsight.serving.run.options import RunOptions, make_options
from fewsight.serving.run.plan import RUN_NAME
from fewsight.serving.run.session import open_session
from fewsight.serving.run.summary import RunSummary


@dataclass(frozen=True)
class RowRun:
    """A finished run: answers by part and row, the circumstances that a calibration of it holds for, and its summaries.

    `seconds` are those of the test rows, taken to be their share of all rows that were computed; None where none was.
    """

    answers: Mapping[str, Mapping[str, RowAnswer]]
    circumstances: Circumstances
    summaries: Sequence[RunSummary]
    test_rows: int
    seconds: float | None
    memory_mb: float | None

    def price_per_1000(self, per_hour: float | None) -> float | None:
        """Of a thousand test rows, on a machine that costs so much an hour; None where it is not known."""
        if per_hour is None or self.seconds is None:
            return None
        return 1000 * (per_hour * self.seconds / 3600) / self.test_rows


def run_rows(name: str, options: RunOptions, task: Task, parts: Parts, folder: Path, context: Context) -> RowRun:
    """Answer all rows; those that the folder's ledger knows are not computed again.

    Args:
        name: of the arm, for messages.
        options: of the run.
        task: that is asked.
        parts: the rows.
        folder: of the run.
        context: what all arms of the task share.

    Raises:
        FewsightError: anything named is wrong, or the run was stopped.
    """
    rows = RowHistories(parts)
    peak_is_known = forget_peak()
    session = open_session(options, rows, (task,))
    summaries = execute(session, rows, folder, context.progress)
    if any(summary.stopped for summary in summaries):
        raise InputError(f"Arm {name!r} was stopped; the same command goes on from there.")
    took = _took(folder / "took.json", summaries, peak_mb() if peak_is_known else None)
    test_rows = len(parts["test"])
    return RowRun(
        answers=_answers(folder, parts, rows, closed_fields(task.output)),
        circumstances=circumstances(session, session.tasks[0]),
        summaries=summaries,
        test_rows=test_rows,
        seconds=test_rows * took["seconds"] / took["rows"] if took["rows"] else None,
        memory_mb=took["memory_mb"],
    )


def answer_by(
    name: str, folder: Path, parts: Parts, context: Context, *, labels: int, run: Path | None = None
) -> Answers:
    """What an answerer answers; words are left out, which no figure of labels needs.

    Args:
        name: of the arm, for messages.
        folder: of the answerer.
        parts: the rows.
        context: what all arms of the task share.
        labels: how many rows it learned from.
        run: its ledger's folder, another for each answerer; beside the answerer where None.

    Raises:
        FewsightError: the answerer can't be opened, or the run was stopped.
    """
    task, manifest = replace(context.task, output=closed_part(context.task.output)), read_answerer(folder)
    options = make_options((task.name,), answerer=str(folder))
    run = run or folder.with_name(f"run-{manifest.digest[:12]}")
    ran = run_rows(name, options, task, parts, run, context)
    cost = Cost(
        seconds=ran.seconds,
        memory_mb=ran.memory_mb,
        training_seconds=manifest.seconds,
        labels=labels,
        price_per_1000=ran.price_per_1000(context.defaults.price_per_hour),
    )
    return Answers(ran.answers, cost, circumstances=ran.circumstances)


def _answers(
    folder: Path, parts: Parts, rows: RowHistories, fields: tuple[ClosedField, ...]
) -> dict[str, dict[str, RowAnswer]]:
    """A run's answers; those of rows that have changed since, or are no longer asked, stay in the ledger."""
    asked = {history.customer_id for history in rows}
    by_id: Mapping[tuple[str, str], GoldRow] = {(part, row.id): row for part in parts for row in parts[part]}
    answers: dict[str, dict[str, RowAnswer]] = {part: {} for part in parts}
    with Ledger.open(folder, read_only=True) as ledger:
        for insight in ledger.insights(run=RUN_NAME):
            if insight.customer_id in asked:
                part, row, _ = part_and_row(insight.customer_id)
                answers[part][row] = _row_answer(insight, by_id[part, row], fields)
    return answers


def _row_answer(insight: Insight, row: GoldRow, fields: tuple[ClosedField, ...]) -> RowAnswer:
    if insight.answer is None:
        nothing: dict[str, None] = {field.path: None for field in fields}
        return RowAnswer(nothing, insight.probabilities, lists={}, error=insight.error)
    values = flatten(insight.answer)
    labels = {field.path: field.label_in(insight.answer) for field in fields}
    numbers = row.history.references
    lists = {path: tuple(map(str, value)) for path, value in values.items() if isinstance(value, list)}
    named = tuple(numbers[e] for e in insight.evidence if e in numbers)
    return RowAnswer(labels, insight.probabilities, named, lists)


def _took(path: Path, summaries: Sequence[RunSummary], memory_mb: float | None) -> dict[str, Any]:
    """Rows, seconds (the engine's start is in them) and peak memory, over all calls that computed any."""
    known: dict[str, Any] = {"rows": 0, "seconds": 0.0, "memory_mb": None}
    if path.exists():
        known = json.loads(path.read_text(encoding="utf-8"))
    if computed := sum(summary.computed for summary in summaries):
        known["rows"] += computed
        known["seconds"] += sum(summary.seconds for summary in summaries)
        known["memory_mb"] = memory_mb
        write_text(path, json.dumps(known))
    return known
