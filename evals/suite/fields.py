"""The closed fields of a task, each scored over the answers of all arms."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fewsight.calibration import FieldCalibration
from fewsight.evals.arms.answers import Answers, Parts
from fewsight.evals.arms.base import Arm
from fewsight.evals.model import FieldPart, Flip
from fewsight.evals.predictions import Predictions
from fewsight.evals.robustness.flips import flips
from fewsight.evals.robustness.perturb import INJECTION, touched
from fewsight.evals.scores.curves import Learned
from fewsight.evals.scores.label_audit import label_audit
from fewsight.evals.scores.predicting import field_predictions
from fewsight.evals.scores.scoring import FieldAnswers, score_field
from fewsight.evals.scores.slicing import slice_parts
from fewsight.evals.suite.config import Suite
from fewsight.evals.suite.data import TaskData
from fewsight.prompts.answer.fields import ClosedField, closed_fields

ByPart = Mapping[str, Mapping[str, Predictions]]
"""Predictions by part of the rows and arm."""


@dataclass(frozen=True)
class TaskAnswers:
    """What all arms answered to all parts of the rows; `planted` is the label that an injection asks for by row id."""

    arms: Sequence[Arm]
    parts: Parts
    answers: Mapping[str, Answers]
    planted: Mapping[str, str]


@dataclass(frozen=True)
class ScoredField:
    """A field's part of the report, and by arm its predictions of the test rows and the calibration that was fitted."""

    part: FieldPart
    predictions: Mapping[str, Predictions]
    fitted: Mapping[str, FieldCalibration]


def score_fields(suite: Suite, data: TaskData, given: TaskAnswers) -> list[ScoredField]:
    """Score all fields that the test rows give."""
    scored = []
    for field in closed_fields(data.task.output):
        by_part = {part: dict(_predictions(part, field, given)) for part in given.parts}
        if by_part["test"]:
            scored.append(_score(suite, data, given, field, by_part))
    return scored


def _predictions(part: str, field: ClosedField, given: TaskAnswers) -> Iterator[tuple[str, Predictions]]:
    """By arm, of the rows that give the field."""
    for name, answers in given.answers.items():
        if part in answers.parts:
            predictions = field_predictions(given.parts[part], answers.parts[part], field)
            if predictions is not None:
                yield name, predictions


def _score(suite: Suite, data: TaskData, given: TaskAnswers, field: ClosedField, by_part: ByPart) -> ScoredField:
    is_first = field.path == closed_fields(data.task.output)[0].path
    answers = FieldAnswers(
        field=field,
        test=by_part["test"],
        calibration=by_part.get("calibration", {}),
        prompts=frozenset(arm.name for arm in given.arms if arm.group == "prompt"),
        learned=tuple(
            Learned(arm.name, arm.family, given.answers[arm.name].cost.labels)
            for arm in given.arms
            if not arm.components
        ),
        repeated=data.repeated,
        score=data.score if data.score and data.score.field == field.path else None,
        numbers=data.numbers,
        out_of_scope=data.out_of_scope if is_first else None,
    )
    part = score_field(answers, suite.metric)
    slices, gaps = slice_parts(answers.test, data.slices)
    # An injection asks for a label of the first field.
    changes = [name for name in suite.robustness if name != INJECTION or is_first]
    flipped, warnings = _flips(changes, given, by_part)
    update = {
        "slices": slices,
        "gaps": gaps,
        "flips": flipped,
        "warnings": (*part.warnings, *warnings),
        "label_audit": label_audit(data.test, data.train, field, answers.test, suite.metric),
    }
    return ScoredField(part.model_copy(update=update), answers.test, answers.fitted)


def _flips(changes: Sequence[str], given: TaskAnswers, by_part: ByPart) -> tuple[tuple[Flip, ...], tuple[str, ...]]:
    after = {name: by_part[name] for name in changes}
    rows = {name: touched(given.parts["test"], given.parts[name]) for name in changes}
    return flips(by_part["test"], after, given.planted, rows)
