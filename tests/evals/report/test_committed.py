"""Evaluations that were committed are still read, and shown."""

from pathlib import Path

import pytest

from fewsight.evals.model import Report
from fewsight.evals.predictions.file import read_predictions
from fewsight.evals.predictions.folder import read_all
from fewsight.evals.report.write import html, markdown

ROOT = Path(__file__).parents[3]
REPORTS = sorted((ROOT / "docs" / "evaluations").glob("*/report*.json"))
PREDICTIONS = sorted((ROOT / "docs" / "evaluations").glob("*/*.jsonl.gz"))


def test_they_are_there() -> None:
    assert len(REPORTS) >= 8
    assert len(PREDICTIONS) >= 2


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_report_is_read_and_shown(path: Path) -> None:
    report = Report.model_validate_json(path.read_text(encoding="utf-8"))
    text, page = markdown(report), html(report, {})
    for task in report.tasks:
        for field in task.fields:
            assert f"### {field.path}" in text
            assert f"<h3>{field.path}: " in page
            assert all(len(table) == len(field.figures) for table in (field.figures, field.by_label))


@pytest.mark.parametrize("path", PREDICTIONS, ids=lambda path: path.name)
def test_predictions_are_read(path: Path) -> None:
    assert len(read_predictions(path)) > 1000


def test_the_gates_baseline_is_read() -> None:
    assert read_all(ROOT / "tests" / "gate" / "baseline")
