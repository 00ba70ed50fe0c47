"""Writing a report."""

from collections.abc import Mapping
from pathlib import Path

from fewsight.evals.report.model import Report
from fewsight.files import write_text


def write_reports(report: Report, folder: Path, texts: Mapping[str, Mapping[str, str]] | None = None) -> None:
    write_text(folder / "report.json", report.model_dump_json(indent=1) + "\n")
