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
    from collections.abc import Callable, Mapping

    from fewsight.agents.reports.model import Kind, Report

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_PLACE = click.Path(exists=True, path_type=Path)
_WRITERS: Final = (".html", ".json", ".md", ".xlsx")
_SEGMENTS = click.option("--segments", type=_PLACE, metavar="DIR", help="What `fewsight segments` wrote: groups too.")
_AGAINST = click.option("--against", type=_PLACE, metavar="RUN", help="Folder of an earlier run to compare with.")
SOURCES: Final = [
    click.option("--histories", multiple=True, metavar="FILE", help="The run's table: quotes, money, who and when."),
    *TABLE[1:],
    click.option("--facts", type=_FILE, help="What `fewsight facts` wrote: its columns are groups to look at."),
    _SEGMENTS,
]
_RUN: Final = [click.option("--run", required=True, type=_PLACE, help="Folder of the run.")]
LABELS: Final = [
    click.option("--field", default="churn_reason.reason", show_default=True, help="Task and field of the reason."),
    click.option("--stays", default="not_churning", show_default=True, metavar="LABEL", help="Its label of who stays."),
    click.option(
        "--unseen", default="unknown", show_default=True, metavar="LABEL", help="Its label of no reason to be seen."
    ),
]
_SHOWN: Final = [
    click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True),
    click.option("--most", type=click.IntRange(min=1), default=12, show_default=True, help="Claims that are shown."),
    click.option(
        "--out", "outputs", required=True, multiple=True, type=click.Path(dir_okay=False, path_type=Path),
        help="File to write: .html, .json, .md or .xlsx; may be repeated.",
    ),
    click.option("--png", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Charts, for slides."),
]  # fmt: skip
_TRUE_LABELS = click.option(
    "--labels", type=_FILE, help="Customers whose true label is known (as `fewsight label` writes): corrects shares."
)
_ACTIONS = click.option("--actions", type=_FILE, help="TOML: a catalogue of actions of yours.")
_TOPICS = click.option(
    "--topics", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
    help="Topics that earlier reports found (JSON): known again, and new ones are added.",
)  # fmt: skip
_ASKED: Final = ("field", "stays", "unseen", "language", "most", "period", "before", "encoder", "customer")
_FILES: Final = ("segments", "against", "labels", "actions", "topics")


@click.group()
def report() -> None:
    """Write a report of a run, or check that one still holds.

    Every number is computed, and can be computed again by `fewsight report check`. Give the table that the run was
    made from, with the same options. With --facts, leave out facts of the run itself.
    """


@report.command()
@with_options(_RUN, SOURCES, [_TRUE_LABELS, _ACTIONS], LABELS, _SHOWN)
def churn(**given: Any) -> None:  # noqa: ANN401 - click's parameters
    """Say why customers leave, who they are, what they are worth, and what they say."""
    _write("churn", given)


@report.command()
@with_options(_RUN, SOURCES, LABELS, _SHOWN)
def segment(**given: Any) -> None:  # noqa: ANN401 - click's parameters
    """Say of each segment who leaves and why, and where segments differ; needs --segments."""
    _write("segment", given)


@report.command()
@with_options(_RUN, SOURCES, [_AGAINST], LABELS, _SHOWN)
@click.option("--period", help="Month (2025-04) or quarter (2025 Q2) to look at.  [default: the newest with enough]")
@click.option("--before", help="Period to compare it with.  [default: the one before]")
def change(**given: Any) -> None:  # noqa: ANN401 - click's parameters
    """Say what has changed: this run against an earlier one, or (without --against) a period against the one before.

    Periods are those of customers' newest events. Who left was last seen earlier, so they tell of reasons alone.
    """
    _write("change", given)


@report.command()
@with_options(_RUN, SOURCES, [_ACTIONS], LABELS, _SHOWN)
@click.option("--customer", required=True, metavar="ID", help="The customer, as the table names them.")
def customer(**given: Any) -> None:  # noqa: ANN401 - click's parameters
    """Put what is known of one customer on a page: answers, standing, what happened, what holds for their groups."""
    _write("customer", given)


@report.command()
@with_options(_RUN, SOURCES, [_TOPICS], _SHOWN)
@click.option("--field", default="sentiment.aspects", show_default=True, help="Task and field of what they feel.")
@click.option(
    "--encoder", default="minilm", show_default=True, metavar="NAME",
    help="Sentence encoder that finds topics in what they wrote; 'none' looks for none.",
)  # fmt: skip
def voice(**given: Any) -> None:  # noqa: ANN401 - click's parameters
    """Say what customers speak of and complain about: aspects, topics with quotes, what is new, what spikes."""
    given["encoder"] = None if given["encoder"] == "none" else given["encoder"]
    _write("voice", given)


@report.command()
@click.argument("file", type=_FILE)
@with_options(_RUN, SOURCES, [_AGAINST, _TRUE_LABELS, _ACTIONS, _TOPICS])
def check(file: Path, **given: Any) -> None:  # noqa: ANN401 - click's parameters
    """Compute every figure, sentence and quote of FILE (report.json) again; exit code 1 where one differs."""
    from fewsight.agents.reports.checking import check_report, read_report

    stated = read_report(file)
    with ExitStack() as stack:
        differences = check_report(stated, given["run"], open_histories(given, stack), given["facts"], **_files(given))
    for line in differences:
        echo(line, fg="red")
    if differences:
        raise SystemExit(1)
    echo(f"{file}: all of it holds.")


def _write(kind: Kind, given: Mapping[str, Any]) -> None:
    from fewsight.agents.reports.building import build_report
    from fewsight.agents.reports.model import Options

    writers = [(path, _writer(path)) for path in given["outputs"]]
    options = Options(kind=kind, **{name: given[name] for name in _ASKED if name in given})
    with ExitStack() as stack:
        built = build_report(given["run"], open_histories(given, stack), given["facts"], options, **_files(given))
    for path, write in writers:
        write(built, path)
        echo(f"Wrote {path}.", err=True)
    if given["png"] is not None:
        from fewsight.agents.reports.shown.pictures import write_pictures

        echo(f"Wrote {len(write_pictures(built, given['png']))} charts into {given['png']}.", err=True)
    echo(built.words.zh if built.options.language == "zh" else built.words.en)


def _files(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in _FILES if name in given}


def open_histories(given: Mapping[str, Any], stack: ExitStack) -> Any:  # noqa: ANN401 - Histories, whose import is heavy
    """The tables that are given, opened until the stack is closed; None where none are."""
    if not given["histories"]:
        return None
    folder = stack.enter_context(TemporaryDirectory(prefix="fewsight-"))
    return stack.enter_context(open_table(dict(given), Path(folder) / "quarantine.jsonl"))


def _writer(path: Path) -> Callable[[Report, Path], None]:
    from fewsight.agents.reports.shown.markdown import report_markdown
    from fewsight.agents.reports.shown.page import report_page
    from fewsight.agents.reports.shown.workbook import write_report_workbook
    from fewsight.files import write_text

    if path.suffix not in _WRITERS:
        raise ConfigError(f"Can't tell a format by the name {path.name!r}; end it with {', '.join(_WRITERS)}.")
    if path.suffix == ".xlsx":
        return write_report_workbook
    texts: dict[str, Callable[[Report], str]] = {".html": report_page, ".md": report_markdown, ".json": _as_json}
    return lambda built, place: write_text(place, texts[path.suffix](built))


def _as_json(built: Report) -> str:
    return built.model_dump_json(indent=2) + "\n"
