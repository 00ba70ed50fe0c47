"""A report as files: report.json, report.md and report.html."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import fewsight
from fewsight.evals.report import charts, tables
from fewsight.evals.report.formats import percent, share, shortened
from fewsight.evals.report.model import Pair, Report
from fewsight.files import write_text


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
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folders = [Path(__file__).parent, Path(str(fewsight.__file__)).parent / "pages"]
    environment = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shown = {name: getattr(tables, name) for name in _TABLES}
    return environment.get_template("report.jinja").render(
        report=report,
        texts=texts,
        charts=charts,
        words=tables.WORDS,
        percent=percent,
        share=share,
        shortened=shortened,
        **shown,
    )


_TABLES = (
    "headlines",
    "baseline_names",
    "arm_head",
    "arm_rows",
    "metric_head",
    "metric_rows",
    "promise_head",
    "promise_rows",
    "label_rows",
    "confusions",
    "prevalence_rows",
    "disagreement_rows",
    "cost_charts",
    "evidence_rows",
    "slice_rows",
    "gap_rows",
    "flip_rows",
    "FLIPS",
    "suspect_rows",
    "audit_lines",
    "SEVERAL",
    "several_rows",
    "sets_rows",
    "sets_head",
    "scope_rows",
    "SCOPE",
    "scope_curves",
    "SUSPECTS",
)


def markdown(report: Report) -> str:
    """The essentials as GitHub's Markdown."""
    lines = [f"# {_plain(report.title)}", "", *(f"{_plain(line)}\n" for line in report.sentences)]
    lines += [f"> {_plain(line)}\n" for line in report.warnings]
    for task in report.tasks:
        lines += [f"## {_plain(task.task)}", ""]
        lines += [f"{task.data.test_rows:,} test rows of {task.data.test_customers:,} customers.", ""]
        lines += _table(tables.arm_head(task), tables.arm_rows(task, report.currency))
        if task.evidence:
            lines += _table(["Arm", *tables.EVIDENCE], tables.evidence_rows(task))
        if task.several:
            lines += _table(tables.SEVERAL, tables.several_rows(task))
        for field in task.fields:
            lines += [f"### {_plain(field.path)}", ""]
            if len(task.fields) > 1:
                lines += [f"{_plain(line)}\n" for line in field.sentences]
            lines += _table(tables.metric_head(field), tables.metric_rows(field))
            if field.pairs:
                lines += ["Points by which the row's arm is better; bold: shown after Holm's correction.", ""]
                lines += _table(["", *field.figures], _pair_rows(field.figures, field.pairs))
            if field.promises:
                lines += _table(tables.promise_head(field), tables.promise_rows(field))
            if field.sets:
                lines += _table(tables.sets_head(field), tables.sets_rows(field))
            if field.scope:
                lines += _table(tables.SCOPE, tables.scope_rows(field))
            if (audit := field.label_audit) and audit.suspects:
                lines += [_plain(f"{line}\n") for line in tables.audit_lines(audit)]
            if field.flips:
                lines += _table(tables.FLIPS, tables.flip_rows(field))
            if field.slices:
                lines += _table(["Slice", "Rows", *field.figures], tables.slice_rows(field))
            lines += [line for point in field.even for line in (_plain(point.sentence), "")]
    return "\n".join(lines) + "\n"


def _pair_rows(names: Mapping[str, object], pairs: Sequence[Pair]) -> list[list[str]]:
    rows = []
    for row in names:
        cells = [charts.pair_cell(pairs, row, column) for column in names]
        rows.append([row, *(f"**{cell}**" if is_shown else cell for cell, is_shown in cells)])
    return rows


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [list(map(_plain, head)), ["---"] * len(head), *([_plain(cell) for cell in row] for row in rows)]
    return [*("| " + " | ".join(map(_cell, line)) + " |" for line in lines), ""]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _plain(text: str) -> str:
    """Text that no reader takes for markup: names of arms and labels are the user's."""
    return text.replace("\n", " ").replace("<", "&lt;")
