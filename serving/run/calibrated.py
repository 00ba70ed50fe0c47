"""Applying calibrations to a run's answers: under which circumstances they hold, and which answers need a person."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from fewsight.answers import label_text, scored_value
from fewsight.calibration import Calibration, Circumstances, read_calibration
from fewsight.digest import digest
from fewsight.errors import ConfigError
from fewsight.events import history_record
from fewsight.files import replacing
from fewsight.insight import Insight
from fewsight.masking import presidio_version
from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.task import Task
from fewsight.serving.answerers.folder import AnswererManifest
from fewsight.serving.run.answerer.engine import NAME
from fewsight.serving.run.answering import Relabelling
from fewsight.serving.run.assemble import Shares
from fewsight.serving.run.options import RunOptions
from fewsight.serving.run.session import Session

REVIEW = "review.jsonl"


@dataclass(frozen=True)
class Calibrator:
    """Calibrations by task, and the least confidence of each field by task where errors are limited."""

    calibrations: Mapping[str, Calibration]
    least: Mapping[str, Mapping[str, float]]

    def apply(self, task: str, shares: Shares) -> Shares:
        """Calibrated probabilities by field; those of tasks and fields that were not fitted stay as they are."""
        fitted = self.calibrations.get(task)
        if fitted is None:
            return shares
        return {path: fitted.apply(path, dict(labels)).probabilities for path, labels in shares.items()}

    @property
    def relabelling(self) -> Relabelling | None:
        """How labels are chosen in tasks whose calibration may change them; None where none does."""
        digests = {
            task: digest(fitted.model_dump(mode="json")["fields"])
            for task, fitted in self.calibrations.items()
            if fitted.changing
        }
        return Relabelling(digests, self._label) if digests else None

    def _label(self, task: str, path: str, shares: Mapping[str, float]) -> str:
        return self.calibrations[task].apply(path, shares).label

    def doubts(self, insight: Insight) -> dict[str, dict[str, Any]]:
        """By field, what was answered with less confidence than is needed; empty where nothing needs a look."""
        doubts: dict[str, dict[str, Any]] = {}
        for path, least in self.least.get(insight.task, {}).items():
            shares = insight.probabilities.get(path, {})
            value = scored_value(insight.answer, path)
            label = label_text(value) if value is not None or "null" in shares else None
            confidence = shares.get(label, 0.0) if label is not None else 0.0
            if insight.answer is None or confidence < least:
                doubts[path] = {"answered": label, "confidence": confidence, "needed": least}
        return doubts


def circumstances(session: Session, task: Task) -> Circumstances:
    """What the probabilities of one task of the session depend on: a calibration holds for exactly that.

    `template` is a digest of the task's templates in the style in use, label descriptions, output and masking; `shots`
    says how examples are chosen, with a digest of what they say (not of their ids or customers). Where an answerer
    settles all labels, it stands in for the model, and nothing else but the masking counts.
    """
    options, prompt = session.options, session.options.prompt
    masking = presidio_version() if prompt.presidio else prompt.mask
    if session.answerer is not None and session.answerer.model is None:
        return _settled(session.answerer.manifest, task, masking)
    group = next(group for group in session.groups() if task.name in group.tasks)
    style = options.style(task.name)
    templates = sorted((language, source) for (language, kind), source in task.templates.items() if kind == style)
    none = asdict(task.none_of_these) if task.none_of_these else None
    shown = [task.output.model_json_schema(), task.descriptions, templates, none, masking, prompt.history_tokens]
    return Circumstances(
        task=task.name,
        task_version=task.version,
        template=digest([style, prompt.language, shown]),
        shots=_shots(options, task),
        model=session.model.digest,
        adapter=group.adapter_digest,
        engine=session.engine.name,
        dtype=options.engine.dtype,
        heads=session.heads_digest(task.name),
    )


def _settled(answerer: AnswererManifest, task: Task, masking: str | bool | None) -> Circumstances:
    none = asdict(task.none_of_these) if task.none_of_these else None
    return Circumstances(
        task=task.name,
        task_version=task.version,
        template=digest([masking, none]),
        shots="none",
        model=answerer.digest,
        adapter=None,
        engine=NAME,
        dtype="float32",
        heads=answerer.digest,
    )


def _shots(options: RunOptions, task: Task) -> str:
    prompt = options.prompt
    if not prompt.shots:
        return "none"
    shots = [
        digest([history_record(replace(shot.history, customer_id="")), shot.language, dict(shot.answer)])
        for shot in task.shots
    ]
    how = [
        prompt.selector,
        prompt.similarity,
        prompt.shot_order,
        options.seed if prompt.selector == "random" else 0,
    ]
    return f"{prompt.selector}-{prompt.shots} {digest([how, sorted(shots)])[:16]}"


def make_calibrator(session: Session) -> Calibrator | None:
    """What the session's options ask for; None where they ask for nothing.

    Raises:
        ConfigError: a calibration is of another task, was fitted under other circumstances, could change a label that
            others depend on, or makes no promise like the one that is asked for.
    """
    options, tasks = session.options, {task.name: task for task in session.tasks}
    fits: dict[str, Calibration] = {}
    for name in options.calibrations:
        fitted = read_calibration(Path(name))
        task = fitted.circumstances.task
        if task not in tasks:
            raise ConfigError(f"--calibration {name!r} is of task {task!r}, and {', '.join(tasks)} is run.")
        if task in fits:
            raise ConfigError(f"--calibration names two files of task {task!r}; give one.")
        fitted.require(circumstances(session, tasks[task]))
        _require_last(name, fitted, tasks[task])
        fits[task] = fitted
    if not fits and options.max_error is None:
        return None
    least = (
        {}
        if options.max_error is None
        else {name: _least(task, fits.get(name), options.max_error) for name, task in tasks.items()}
    )
    return Calibrator(fits, least)


def _require_last(name: str, fitted: Calibration, task: Task) -> None:
    """A field whose labels may change must be the last one, because later ones were fitted after other labels."""
    *early, _ = [field.path for field in closed_fields(task.output)]
    if changing := [path for path in fitted.changing if path in early]:
        raise ConfigError(
            f"--calibration {name!r} divides the probabilities of {changing[0]!r} by their mean, which may change its "
            "labels, and the fields after it were fitted after the labels of before. Use an adapter, or leave it out."
        )


def _least(task: Task, fitted: Calibration | None, risk: float) -> dict[str, float]:
    if fitted is None:
        raise ConfigError(
            f"--max-error takes a --calibration of {task.name!r}; `fewsight eval --calibration` writes one for each "
            "arm, into calibrations/."
        )
    return {field.path: _threshold(fitted, field.path, risk) for field in closed_fields(task.output)}


def _threshold(fitted: Calibration, path: str, risk: float) -> float:
    """The threshold of the largest fitted error rate that is not above `risk`."""
    field = fitted.fields.get(path)
    best = None if field is None else field.threshold(risk)
    if best is None:
        known = () if field is None else field.thresholds
        risks = ", ".join(f"{one.risk:g}" for one in known) or "none"
        raise ConfigError(f"--max-error {risk:g} can't be promised for {path!r}: its calibration has {risks}.")
    if best.threshold is None:
        raise ConfigError(
            f"--max-error {risk:g} can't be promised for {path!r}: the {best.rows:,} calibration rows do not allow it, "
            "so nothing would be answered. Label more rows, or allow more errors."
        )
    return best.threshold


def write_review(insights: Iterable[Insight], calibrator: Calibrator, folder: Path) -> int:
    """Write review.jsonl, a line with the answer for each insight that a person should look at, and return how many.

    It is written anew from the ledger and replaced as a whole, so a resumed run neither loses nor doubles a row.
    """
    count = 0
    with replacing(folder / REVIEW) as temporary, temporary.open("w", encoding="utf-8") as file:
        for insight in insights:
            if doubts := calibrator.doubts(insight):
                row = {
                    "customer_id": insight.customer_id,
                    "task": insight.task,
                    "doubtful": doubts,
                    "answer": insight.answer,
                    "evidence": insight.evidence,
                    "error": insight.error,
                }
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                count += 1
    return count
