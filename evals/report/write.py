"""A report as files: report.json, report.md and report.html."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fewsight.evals.metrics.base import words_of
from fewsight.evals.model import Report
from fewsight.evals.report import charts, tables
from fewsight.files import write_text
from fewsight.pages.environment import render
from fewsight.pages.table import plain


@dataclass(frozen=True)
class ShownTexts:
    """Masked texts of a task's rows by row id, and the prompts of one arm, for the page alone."""

    texts: Mapping[str, str] = dataclasses.field(default_factory=dict)
    arm: str = ""
    prompts: Mapping[str, str] = dataclasses.field(default_factory=dict)


Texts = Mapping[str, ShownTexts]
"""By task."""


def write_reports(report: Report, folder: Path, texts: Texts | None = None) -> None:
    """Write all three; texts of customers stand in report.html only, escaped.

    Raises:
        OSError: a file can't be written.
    """
    write_text(folder / "report.json", report.model_dump_json(indent=1) + "\n")
    write_text(folder / "report.md", markdown(report))
    write_text(folder / "report.html", html(report, texts or {}))


def html(report: Report, texts: Texts) -> str:
    """One self-contained page without scripts."""
    values: dict[str, Any] = {"report": report, "texts": texts, "words_of": words_of, "tables": tables, "drawn": charts}
    return render("report.jinja", Path(__file__).parent, **values)


def markdown(report: Report) -> str:
    """The essentials as GitHub's Markdown."""
    lines = [f"# {plain(report.title)}", "", *(f"{plain(line)}\n" for line in report.sentences)]
    lines += [f"> {plain(line)}\n" for line in report.cautions]
    for task in report.tasks:
        lines += [f"## {plain(task.task)}", ""]
        lines += [f"{task.data.test_rows:,} test rows of {task.data.test_customers:,} customers.", ""]
        lines += tables.arms(task, report.currency).markdown()
        if task.choice:
            lines += ["### The cheapest good arm", "", f"{tables.standings_in_words(task.choice)}\n"]
            lines += tables.standings(task.choice, report.currency).markdown()
        if task.evidence:
            lines += tables.evidence(task).markdown()
        if task.several:
            lines += tables.several(task).markdown()
        for field in task.fields:
            lines += [f"### {plain(field.path)}", ""]
            if len(task.fields) > 1:
                lines += [f"{plain(line)}\n" for line in field.sentences]
            lines += tables.metrics(field).markdown()
            if field.pairs:
                lines += ["Points by which the row's arm is better; bold: shown after Holm's correction.", ""]
                lines += tables.pairs(field).markdown()
            for words, table in tables.pairs_by_error(field).items():
                lines += [f"By {words}, the row's less the column's: less is better; bold: shown.", ""]
                lines += table.markdown()
            if field.promises:
                lines += tables.promises(field).markdown()
            if field.sets:
                lines += tables.label_sets(field).markdown()
            if field.scope:
                lines += tables.scope(field).markdown()
            if (audit := field.label_audit) and audit.suspects:
                lines += [plain(f"{line}\n") for line in tables.audit_lines(audit)]
            if field.flips:
                lines += tables.flips(field).markdown()
            if field.slices:
                lines += tables.slices(field).markdown()
            lines += [line for point in field.even for line in (plain(point.sentence), "")]
    return "\n".join(lines) + "\n"
