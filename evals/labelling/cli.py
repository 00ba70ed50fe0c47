"""`fewsight label serve`."""

import getpass
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fewsight.console import echo
from fewsight.serving.run.command.cli import open_table
from fewsight.serving.run.command.completion import complete_tasks
from fewsight.serving.run.command.grouped import GroupedCommand, titled, with_options
from fewsight.serving.run.command.options import TABLE

if TYPE_CHECKING:
    from fewsight.evals.labelling.likely import Suggest
    from fewsight.prompts.labelled import GoldRow
    from fewsight.prompts.task import Task

logger = logging.getLogger(__name__)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_labels, _page = titled("Labels"), titled("Page")

_TRAIN = _labels("--train", "train", multiple=True, type=_FILE, help="Labelled rows; they are not asked again.")
_SUGGEST = [
    _labels(
        "--answerer",
        metavar="DIR",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="Folder of `fewsight eval --save`: its probabilities are shown.  [default: the built-in heads, where "
        "they know the task, else label names and what is labelled]",
    ),
]


@click.command(cls=GroupedCommand)
@click.argument("task", shell_complete=complete_tasks)
@with_options(TABLE, [_TRAIN], _SUGGEST)
@_labels(
    "-o",
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="A .jsonl file; gone on with if it exists.",
)
@_labels("--only", type=_FILE, metavar="FILE", help="Rows of `fewsight label next`, in their order.")
@_labels("--by", metavar="NAME", help="Who labels; stands in each row.  [default: your user name]")
@_page("--suggestions/--no-suggestions", default=True, show_default=True, help="Show how likely labels are.")
@_page("--no-mask", is_flag=True, help="Show names, e-mails, card numbers, ... on the page.")
@_page("--host", default="127.0.0.1", show_default=True, help="Address of this machine to listen on.")
@_page("--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on.  [default: a free one]")
def serve(
    task: str,
    out: Path,
    only: Path | None,
    train: tuple[Path, ...],
    by: str | None,
    suggestions: bool,
    no_mask: bool,
    host: str,
    port: int,
    answerer: Path | None,
    **table: Any,  # noqa: ANN401 - click's parameters
) -> None:
    """Label rows of a table on a page that this machine serves.

    Open the address that is printed. Every answer is in the file when the next row appears, as a row that `fewsight
    finetune` and `fewsight eval` read, with the history as it stands in the table; the page shows it masked. The same
    command goes on where it stopped. Ctrl-C ends it.
    """
    from fewsight.evals.labelling.labels_file import LabelsFile
    from fewsight.evals.labelling.likely import no_suggestions
    from fewsight.evals.labelling.page import serve as page
    from fewsight.evals.labelling.page.questions import Questions
    from fewsight.evals.labelling.page.server import LabelServer
    from fewsight.evals.labelling.page.session import LabelSession
    from fewsight.evals.labelling.rows import read_labelled, wanted_ids
    from fewsight.prompts.loading.finding import load_task
    from fewsight.serving.access.shield import LOOPBACK

    loaded = load_task(task)
    page.check_task(loaded)
    page.check_host(host)
    with LabelsFile(out, loaded) as file, open_table(table, None) as histories:
        known, wanted, moment = read_labelled(train, loaded), wanted_ids(only) if only else None, histories.newest
        done = read_labelled([out], loaded) if file.rows else []
        suggest = _suggest(loaded, answerer, [*known, *done]) if suggestions else no_suggestions
        ids = page.rows_to_label(histories, moment, wanted, known)
        session = LabelSession(
            Questions(loaded),
            ids,
            page.row_source(histories, moment),
            file,
            suggest,
            by=by or _user(),
            mask=not no_mask,
            has_customers=histories.names_customers,
        )
        server = LabelServer(session, host, port)
        if host not in LOOPBACK:
            echo(
                "Warning: whoever sees this network's traffic can read along; nothing is encrypted.",
                err=True,
                fg="yellow",
            )
        before = session.progress["labelled"]
        echo(f"{before:,} of {len(ids):,} rows are labelled. Open {server.guard.url} (Ctrl-C ends it)")
        page.serve_until_stopped(server)
        now = session.progress
    echo(f"{now['labelled']:,} of {now['rows']:,} rows are labelled in {out}.")


def _suggest(task: "Task", folder: Path | None, rows: "Sequence[GoldRow]") -> "Suggest":
    from fewsight.evals.labelling.likely import learned_suggestions, suggestions
    from fewsight.serving.answerers.built_in import built_in_heads
    from fewsight.serving.answerers.opened import open_answerer

    answerer = open_answerer(folder, task) if folder else built_in_heads(task)
    return suggestions(answerer, task) if answerer else learned_suggestions(task, rows)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no such user, as in some containers
        return "unknown"
