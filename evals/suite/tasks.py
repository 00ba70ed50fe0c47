"""One task of an evaluation: its arms answer, and its fields are scored."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fewsight.calibration import Calibration
from fewsight.evals.arms.answering import answer_all
from fewsight.evals.arms.answers import Answers
from fewsight.evals.arms.base import Arm
from fewsight.evals.arms.context import Context
from fewsight.evals.costs.even_points import even_points
from fewsight.evals.model import ArmPart, DataFacts, TaskPart
from fewsight.evals.predictions import Predictions
from fewsight.evals.predictions.folder import file_name
from fewsight.evals.report.choice_sentence import choice_sentence
from fewsight.evals.report.sentences import field_sentences, task_sentences
from fewsight.evals.report.shown_texts import shown_texts
from fewsight.evals.report.write import ShownTexts
from fewsight.evals.robustness.perturb import ChangeSources, changed, planted_labels
from fewsight.evals.scores.choosing import cheapest_good
from fewsight.evals.scores.evidence import evidence_figures
from fewsight.evals.scores.several import several_figures
from fewsight.evals.suite.baselines import added_baselines
from fewsight.evals.suite.config import Suite
from fewsight.evals.suite.data import TaskData
from fewsight.evals.suite.fields import ScoredField, TaskAnswers, score_fields
from fewsight.evals.suite.saving import Evaluated, Save
from fewsight.notices import Progress
from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.labelled import GoldRow

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class EvaluatedTask:
    """A task's part of the report, predictions by field and arm, texts for the page alone, and which arm was saved."""

    part: TaskPart
    predictions: dict[str, dict[str, Predictions]]
    shown: ShownTexts
    saved: str | None = None


def evaluate_task(
    suite: Suite, data: TaskData, out: Path, progress: Progress, save: Save | None = None
) -> EvaluatedTask:
    """Let all arms answer, score them, write the calibrations that runs may apply, and save an arm where one is wanted.

    Raises:
        FewsightError: an arm can't answer.
    """
    named = suite.all_arms()
    added, notes = added_baselines(suite, named, len(data.train), data.unlearnt)
    arms, data = [*named, *added], replace(data, notes=(*data.notes, *notes))
    context = Context(data.task, data.train, out / "arms", suite.defaults, progress)
    first = closed_fields(data.task.output)[0]
    planted = planted_labels(data.test, first.path, first.labels)
    parts = _parts(suite, data, planted)
    answers = answer_all(arms, context, parts)
    logger.info("%s: scoring", data.task.name)
    scored = score_fields(suite, data, TaskAnswers(arms, parts, answers, planted))
    _write_calibrations(answers, scored, out / "calibrations" / data.task.name)
    part = _part(suite, data, arms, answers, scored)
    predictions = {one.part.path: dict(one.predictions) for one in scored}
    whole = Evaluated(arms, context, parts, answers, scored, part.choice.arm if part.choice else None)
    saved = whole.save(save, suite).name if save else None
    return EvaluatedTask(part, predictions, shown_texts(part, arms, context, data.test), saved)


def _parts(suite: Suite, data: TaskData, planted: Mapping[str, str]) -> dict[str, Sequence[GoldRow]]:
    """The rows to answer: test rows, calibration rows, and test rows after each change."""
    parts: dict[str, Sequence[GoldRow]] = {"test": data.test}
    if data.calibration:
        parts["calibration"] = data.calibration
    given = ChangeSources(planted, data.paraphrases)
    return parts | {name: changed(data.test, name, given) for name in suite.robustness}


def _part(
    suite: Suite, data: TaskData, arms: Sequence[Arm], answers: Mapping[str, Answers], scored: Sequence[ScoredField]
) -> TaskPart:
    shown = tuple(_arm_part(arm, answers[arm.name]) for arm in arms)
    even = even_points(shown, suite.prices)
    fields = tuple(
        one.part.model_copy(update={"even": even, "sentences": field_sentences(one.part, shown, even)})
        for one in scored
    )
    test = {name: one.parts["test"] for name, one in answers.items()}
    evidence = {name: evidence_figures(data.test, rows, data.task) for name, rows in test.items()}
    several = {name: several_figures(data.test, rows, data.task) for name, rows in test.items()}
    choice = cheapest_good([one.predictions for one in scored], shown, suite.metric, suite.within / 100)
    chosen = [choice_sentence(choice, arm.kind, suite.metric) for arm in shown if choice and arm.name == choice.arm]
    return TaskPart(
        task=data.task.name,
        title=data.task.title,
        version=data.task.version,
        data=_facts(data),
        arms=shown,
        fields=fields,
        evidence={name: figures for name, figures in evidence.items() if figures},
        several={name: figures for name, figures in several.items() if figures},
        choice=choice,
        sentences=(*chosen, *task_sentences(fields)),
    )


def _write_calibrations(answers: Mapping[str, Answers], scored: Sequence[ScoredField], folder: Path) -> None:
    """A file for `fewsight run --calibration` for each arm that a run can be."""
    for name, one in answers.items():
        fields = {field.part.path: field.fitted[name] for field in scored if name in field.fitted}
        if fields and one.circumstances is not None:
            Calibration(circumstances=one.circumstances, fields=fields).write(folder / f"{file_name(name)}.json")


def _arm_part(arm: Arm, answers: Answers) -> ArmPart:
    test = answers.parts["test"].values()
    return ArmPart(
        name=arm.name,
        kind=arm.group,
        family=arm.word,
        description=arm.describe(),
        cost=answers.cost,
        invalid=sum(None in row.labels.values() for row in test),
        failed=sum(row.error is not None for row in test),
        notes=answers.notes,
    )


def _facts(data: TaskData) -> DataFacts:
    return DataFacts(
        train_rows=len(data.train),
        calibration_rows=len(data.calibration),
        test_rows=len(data.test),
        test_customers=len({row.cluster for row in data.test}),
        test_digest=data.test_digest,
        left_out=data.left_out,
        repeated_rows=len(data.repeated),
        notes=data.notes,
    )
