"""`fewsight report`: reports of runs, and whether they still hold."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import click

from fewsight.console import echo
from fewsight.errors import ConfigError
from fewsight.serving.run.command.cli import open_table
from fewsight.serving.run.command.grouped import with_options
from fewsight.serving.run.command.options import TABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from fewsight.agents.reports.model import Report

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_WRITERS: Final = (".html", ".json", ".md")
_SOURCES: Final = [
    click.option("--run", required=True, type=click.Path(exists=True, path_type=Path), help="Folder of the run."),
    click.option("--histories", multiple=True, metavar="FILE", help="The run's table: quotes, money, who and when."),
    *TABLE[1:],
    click.option("--facts", type=_FILE, help="What `fewsight facts` wrote: its columns are groups to look at."),
]


@click.group()
def report() -> None:
    """Write a report of a run, or check that one still holds."""


@report.command()
@with_options(_SOURCES)
@click.option("--field", default="churn_reason.reason", show_default=True, help="Task and field that names the reason.")
@click.option("--stays", default="not_churning", show_default=True, metavar="LABEL", help="Its label of who stays.")
@click.option("--unseen", default="unknown", show_default=True, metavar="LABEL", help="Its label of no reason seen.")
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True)
@click.option("--most", type=click.IntRange(min=1), default=12, show_default=True, help="Claims that are shown.")
@click.option(
    "--out", "outputs", required=True, multiple=True, type=click.Path(dir_okay=False, path_type=Path),
    help="File to write: .html, .json or .md; may be repeated.",
)  # fmt: skip
def churn(run: Path, facts: Path | None, outputs: tuple[Path, ...], **given: Any) -> None:  # noqa: ANN401 - click's parameters
    """Say why customers leave, who they are, what they are worth, and what they say.

    Every number is computed, and can be computed again by `fewsight report check`; sentences are templates. Give the
    table that the run was made from, with the same options. With --facts, leave out facts of the run itself.
    """
    from fewsight.agents.reports.building import build_report
    from fewsight.agents.reports.model import Options

    writers = [(path, _writer(path)) for path in outputs]
    options = Options(**{name: given[name] for name in ("field", "stays", "unseen", "language", "most")})
    with ExitStack() as stack:
        made = build_report(run, _histories(given, stack), facts, options)
    from fewsight.files import write_text

    for path, writer in writers:
        write_text(path, writer(made))
        echo(f"Wrote {path}.", err=True)
    echo(made.words.zh if made.options.language == "zh" else made.words.en)


@report.command()
@click.argument("file", type=_FILE)
@with_options(_SOURCES)
def check(file: Path, run: Path, facts: Path | None, **given: Any) -> None:  # noqa: ANN401 - click's parameters
    """Compute every figure, sentence and quote of FILE (report.json) again; exit code 1 where one differs."""
    from fewsight.agents.reports.checking import check_report, read_report

    stated = read_report(file)
    with ExitStack() as stack:
        differences = check_report(stated, run, _histories(given, stack), facts)
    for line in differences:
        echo(line, fg="red")
    if differences:
        raise SystemExit(1)
    echo(f"{file}: all of it holds.")


def _histories(given: dict[str, Any], stack: ExitStack) -> Any:  # noqa: ANN401 - Histories, whose import is heavy
    if not given["histories"]:
        return None
    folder = stack.enter_context(TemporaryDirectory(prefix="fewsight-"))
    return stack.enter_context(open_table(given, Path(folder) / "quarantine.jsonl"))


def _writer(path: Path) -> Callable[[Report], str]:
    from fewsight.agents.reports.shown.markdown import report_markdown
    from fewsight.agents.reports.shown.page import report_page

    if path.suffix not in _WRITERS:
        raise ConfigError(f"Can't tell a format by the name {path.name!r}; end it with {', '.join(_WRITERS)}.")
    return {".html": report_page, ".md": report_markdown, ".json": _as_json}[path.suffix]


def _as_json(made: Report) -> str:
    return made.model_dump_json(indent=2) + "\n"
