"""Labels of a finished run as rows to train on: what a larger model was sure of teaches a smaller one.

Distillation on hard labels with a confidence threshold, as in self-training (Lee, Pseudo-Label, ICML workshop 2013).
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from fewsight.answers import nest
from fewsight.errors import ConfigError, InputError
from fewsight.events import CustomerHistory, history_record
from fewsight.export import CsvWriter
from fewsight.files import replacing
from fewsight.insight import Insight
from fewsight.ledger import Ledger
from fewsight.masking import CustomerKeys
from fewsight.prompts.answer.fields import closed_fields, given_values, open_fields
from fewsight.prompts.answer.several import unfolded
from fewsight.prompts.task import Task
from fewsight.tables import Histories

SHARES_HEAD: Final = ("id", "field", "label", "probability", "kept")


Note = Callable[[list[object]], object]
"""Takes one line of the table of probabilities."""


@dataclass
class Distilled:
    """What became of a run's answers: insights = rows + unsure + not_ok + without_history.

    `unanswered` are customers of the histories whom the run does not hold, as where it was stopped.
    `kept` and `dropped` count labels by closed field; `unsure` are answers of which no label was kept.
    """

    insights: int = 0
    rows: int = 0
    unsure: int = 0
    not_ok: int = 0
    without_history: int = 0
    unanswered: int = 0
    kept: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Labels:
    insight: Insight
    values: Mapping[str, Any]


def distil(run: Path, task: Task, histories: Histories, out: Path, confidence: float) -> Distilled:
    """Write the labels of a run as labelled rows for `fewsight finetune`.

    A closed field is kept where its label's probability reaches `confidence`. Open fields and evidence are kept where
    all closed fields are, since they were written after them. Three files appear: `out` with the rows (histories as
    they are in the table, not masked; mode 0600), and beside it `.probabilities.csv` with every label, kept or not, and
    `.source.json` with what answered, and under what.

    Args:
        run: folder of a finished run that recorded probabilities.
        task: one of its tasks.
        histories: the run's own input, to the last byte.
        out: a .jsonl file.
        confidence: least probability of a label, 0 to 1.

    Raises:
        ConfigError: `confidence` or the name of `out` can't be used.
        InputError: other histories, or the run holds no answer of this task, or no probabilities.
    """
    if not 0 <= confidence <= 1:
        raise ConfigError(f"confidence is {confidence}; use 0 to 1.")
    _check(run, task, histories)
    if out.suffix != ".jsonl":
        raise ConfigError(f"{str(out)!r} does not end in .jsonl, by which labelled rows are known.")
    done, origin = Distilled(), dict[str, Any]()
    out.parent.mkdir(parents=True, exist_ok=True)
    with _private(out.with_suffix(".probabilities.csv")) as table, _private(out) as rows:
        shares = CsvWriter(table)
        shares.writerow(SHARES_HEAD)
        known = _read(run, task, confidence, done, shares.writerow, origin)
        seen, keys, named = 0, CustomerKeys.of_run(run), histories.names_customers
        for history in histories:
            seen += 1
            labels = known.pop(keys.of(history.customer_id), None)
            if labels is not None:
                record = _row(history.as_of(labels.insight.as_of), labels, task, has_customer=named)
                rows.write(json.dumps(record, ensure_ascii=False) + "\n")
                done.rows += 1
        done.without_history = len(known)
        done.unanswered = max(seen - done.insights, 0)
        if not done.rows:
            raise InputError(_nothing(run, task, confidence, done))
        with _private(out.with_suffix(".source.json")) as source:
            counts = {name: dict(value) if isinstance(value, Counter) else value for name, value in vars(done).items()}
            facts = {"task": task.name, "task_digest": task.digest, "confidence": confidence, "answered_by": origin}
            json.dump(facts | {"counts": counts}, source, indent=2)
    return done


def _check(run: Path, task: Task, histories: Histories) -> None:
    """The run read these histories, and asked this task as it is now."""
    try:
        frozen = json.loads((run / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{str(run)!r} is no run's folder: its run.json can't be read: {error}.") from error
    if frozen.get("input") != histories.digest:
        raise InputError(f"These are not the histories of the run {str(run)!r}; give the tables that it read.")
    known = frozen.get("task_digests", {})
    if task.name not in known:
        raise InputError(f"The run {str(run)!r} did not ask {task.name!r}, but {', '.join(known)}.")
    if known[task.name] != task.digest:
        raise InputError(f"Task {task.name!r} was changed after the run {str(run)!r}; use it as it was, or run again.")


def _read(
    run: Path,
    task: Task,
    confidence: float,
    done: Distilled,
    note: Note,
    origin: dict[str, Any],
) -> dict[str, _Labels]:
    """The labels to keep, by customer: labels and evidence are held in memory, histories are not."""
    known: dict[str, _Labels] = {}
    with Ledger.open(run, read_only=True) as ledger:
        for insight in ledger.insights(task=task.name):
            done.insights += 1
            if insight.status != "ok" or insight.answer is None:
                done.not_ok += 1
                continue
            if insight.provenance is not None and not origin:
                names = ("engine", "engine_version", "model", "model_digest", "adapter", "dtype", "template")
                origin.update({name: getattr(insight.provenance, name) for name in names})
            values = _sure(insight, task, confidence, done, note)
            if values:
                known[insight.customer_id] = _Labels(insight, values)
            else:
                done.unsure += 1
    return known


def _sure(insight: Insight, task: Task, confidence: float, done: Distilled, note: Note) -> dict[str, Any]:
    assert insight.answer is not None
    given = given_values(unfolded(insight.answer, task.output), task.output)
    values: dict[str, Any] = {}
    fields = closed_fields(task.output)
    for closed in fields:
        label = closed.label_of(given[closed.path])
        share = insight.probabilities.get(closed.path, {}).get(label) if len(closed.labels) > 1 else 1.0
        if share is None:
            raise InputError(
                f"The run of {insight.task!r} holds no probabilities of {closed.path!r}; run it with --probabilities "
                "on and an engine that gives them."
            )
        kept = share >= confidence
        (done.kept if kept else done.dropped)[closed.path] += 1
        note([insight.customer_id, closed.path, label, round(share, 6), int(kept)])
        if kept:
            values[closed.path] = given[closed.path]
    if len(values) == len(fields):
        values |= {one.path: given[one.path] for one in open_fields(task.output) if one.path in given}
    return values


def _row(history: CustomerHistory, labels: _Labels, task: Task, *, has_customer: bool) -> dict[str, Any]:
    """A labelled row; evidence counts the events of the history from E1."""
    names = history.references
    values = dict(labels.values)
    for one in open_fields(task.output):
        if one.evidence is not None and one.path in values:
            values[one.path] = [names[event] for event in values[one.path] if event in names]
    record = history_record(history)
    if not has_customer:
        del record["customer_id"]  # the number of a row names nobody, and is somebody else's in other tables
    return {"id": history.customer_id, **record, "answer": nest(values)}


def _nothing(run: Path, task: Task, confidence: float, done: Distilled) -> str:
    if not done.insights:
        return f"The run {str(run)!r} holds no answer of {task.name!r}."
    return (
        f"None of {done.insights} answers has a label with a probability of {confidence} or more; lower --confidence."
    )


@contextmanager
def _private(path: Path) -> Iterator[IO[str]]:
    """A text file that takes the place of `path` when all went well; readable by its owner only."""
    with replacing(path, private=True) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        yield file
