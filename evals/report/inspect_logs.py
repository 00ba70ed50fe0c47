"""Finished evaluations as logs of inspect_ai, so that its viewer opens them: `fewsight eval export`.

A log holds one arm's answers to one field. Texts of customers are not in it: an evaluation keeps none.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fewsight.errors import ConfigError, InputError
from fewsight.evals.model import Figure, Report, TaskPart
from fewsight.evals.predictions import Predictions
from fewsight.evals.predictions.folder import file_name, read_all

if TYPE_CHECKING:
    from inspect_ai.log import EvalLog, EvalSample

SCORER: Final = "label"


def export(folder: Path, out: Path) -> list[Path]:
    """Write TASK-FIELD-ARM.eval for each arm and field of an evaluation; the paths.

    Raises:
        ConfigError: inspect_ai is not installed.
        InputError: the folder holds no finished evaluation.
    """
    write = _writer()
    report, predictions = _report(folder), read_all(folder)
    created = datetime.fromtimestamp((folder / "report.json").stat().st_mtime, UTC).isoformat()
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for task in report.tasks:
        for field in task.fields:
            for arm, figures in field.figures.items():
                answered = predictions[task.task][field.path][file_name(arm)]
                path = out / f"{task.task}-{field.path}-{file_name(arm)}.eval"
                write(_log(report, task, field.path, arm, figures, answered, created), str(path))
                written.append(path)
    return written


def _writer() -> Any:  # noqa: ANN401 - a function of a package that may be missing
    try:
        from inspect_ai.log import write_eval_log
    except ImportError as error:
        raise ConfigError("Exporting takes inspect_ai; run pip install 'fewsight[inspect]'.") from error
    return write_eval_log


def _report(folder: Path) -> Report:
    try:
        return Report.model_validate_json((folder / "report.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{str(folder / 'report.json')!r} can't be read ({error}); evaluate again.") from error


def _log(
    report: Report,
    task: TaskPart,
    path: str,
    arm: str,
    figures: dict[str, Figure],
    predictions: Predictions,
    created: str,
) -> "EvalLog":
    from inspect_ai.log import EvalConfig, EvalDataset, EvalLog, EvalMetric, EvalResults, EvalScore, EvalSpec

    metrics = {
        name: EvalMetric(name=name, value=value)
        for metric, figure in figures.items()
        for name, value in _limits(metric, figure)
    }
    ids = [row.id for row in predictions.rows]
    score = EvalScore(name=SCORER, scorer=SCORER, metrics=metrics, scored_samples=len(ids))
    described = next(one.description for one in task.arms if one.name == arm)
    spec = EvalSpec(
        created=created,
        task=f"{task.task}/{path}",
        task_version=task.version,
        dataset=EvalDataset(name=task.task, samples=len(ids), sample_ids=ids),
        model=f"fewsight/{arm}",
        config=EvalConfig(),
        packages=report.versions,
        metadata={"suite": report.suite_digest, "test_digest": task.data.test_digest, "arm": described},
    )
    results = EvalResults(total_samples=len(ids), completed_samples=len(ids), scores=[score])
    return EvalLog(status="success", eval=spec, results=results, samples=list(_samples(predictions)))


def _limits(metric: str, figure: Figure) -> Iterator[tuple[str, float]]:
    yield metric, figure.value
    for end, value in (("low", figure.low), ("high", figure.high)):
        if value is not None:
            yield f"{metric}_{end}", value


def _samples(predictions: Predictions) -> "Iterator[EvalSample]":
    from inspect_ai.log import EvalSample
    from inspect_ai.model import ModelOutput
    from inspect_ai.scorer import CORRECT, INCORRECT, Score

    for row in predictions.rows:
        answer = row.predicted if row.predicted is not None else ""
        value = CORRECT if row.predicted == row.gold else INCORRECT
        known = {"confidence": row.confidence, "probabilities": dict(row.probabilities), "customer": row.customer}
        yield EvalSample(
            id=row.id,
            epoch=1,
            input=f"row {row.id} (its text is in your test file)",
            target=row.gold,
            output=ModelOutput.from_content("fewsight", answer),
            scores={SCORER: Score(value=value, answer=answer, metadata=known)},
        )
