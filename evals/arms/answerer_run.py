"""Answers of an answerer's folder to labelled rows, by the run that users have, with a ledger of its own."""

from dataclasses import replace
from pathlib import Path

from fewsight.errors import InputError
from fewsight.evals.arms.answers import Answers, Parts
from fewsight.evals.arms.context import Context
from fewsight.evals.arms.memory import forget_peak
from fewsight.evals.arms.model_run import read_answers, took
from fewsight.evals.arms.row_histories import RowHistories
from fewsight.evals.model import Cost
from fewsight.prompts.answer.fields import closed_fields, closed_part
from fewsight.serving.answerers.folder import read_answerer
from fewsight.serving.run.api import execute
from fewsight.serving.run.calibrated import circumstances
from fewsight.serving.run.options import make_options
from fewsight.serving.run.session import open_session


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
    task, rows = replace(context.task, output=closed_part(context.task.output)), RowHistories(parts)
    manifest = read_answerer(folder)
    run = run or folder.with_name(f"run-{manifest.digest[:12]}")
    forget_peak()
    session = open_session(make_options((task.name,), answerer=str(folder)), rows, (task,))
    summaries = execute(session, rows, run, context.progress)
    if any(summary.stopped for summary in summaries):
        raise InputError(f"Arm {name!r} was stopped; the same command goes on from there.")
    used = took(run / "took.json", summaries)
    seconds = len(parts["test"]) * used["seconds"] / used["rows"] if used["rows"] else None
    hour = context.defaults.price_per_hour
    cost = Cost(
        seconds=seconds,
        memory_mb=used["memory_mb"],
        training_seconds=manifest.seconds,
        labels=labels,
        price_per_1000=None if hour is None or seconds is None else hour * seconds / 3.6 / len(parts["test"]),
    )
    answers = read_answers(run, parts, rows, closed_fields(task.output))
    return Answers(answers, cost, circumstances=circumstances(session, session.tasks[0]))
