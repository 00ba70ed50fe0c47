"""`fewsight histories`: look at a table before anything is asked about it."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from fewsight.console import echo
from fewsight.serving.run.command.cli import open_table
from fewsight.serving.run.command.grouped import with_options
from fewsight.serving.run.command.options import TABLE

if TYPE_CHECKING:
    from fewsight.tables import Histories

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@with_options(TABLE[1:])
@click.option("--customers", type=click.IntRange(min=0), default=10, show_default=True, help="How many are shown.")
@click.option("--customer", metavar="ID", help="Show this one alone.")
@click.option("--no-mask", is_flag=True, help="Show names, e-mails, card numbers, ... as they are.")
@click.option(
    "--quarantine",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the rows that are left out to this file.",
)
@click.option(
    "--write-mapping",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the mapping to this file, to change it.",
)
def histories(
    files: tuple[str, ...],
    customers: int,
    customer: str | None,
    no_mask: bool,
    quarantine: Path | None,
    write_mapping: Path | None,
    **given: Any,  # noqa: ANN401 - click's parameters
) -> None:
    """Show how a table is understood: which column is what and why, what is left out, and the first histories.

    FILE is a table of events, or a SQL URL; of several, the events become one history a customer. Nothing is asked of a
    model. What is wrong can be changed in the file that --write-mapping writes, and given back with --mapping.
    """
    from fewsight.serving.histories.shown import history_lines
    from fewsight.serving.histories.shown import write_mapping as write

    with TemporaryDirectory(prefix="fewsight-") as folder:
        bad = quarantine or Path(folder) / "quarantine.jsonl"
        with open_table({**given, "histories": files}, bad) as found:
            _show_table(found, bad, kept=quarantine is not None)
            if write_mapping is not None:
                write(found, write_mapping)
                echo(f"The mapping is in {str(write_mapping)!r}; change it, and give it with --mapping.")
            for history in _chosen(found, customer, customers):
                echo()
                for number, line in enumerate(history_lines(history, mask=not no_mask)):
                    echo(line, bold=number == 0)


def _show_table(found: "Histories", bad: Path, kept: bool) -> None:
    from fewsight.serving.histories.shown import left_out
    from fewsight.tables import check_usable

    echo(found.describe(reasons=True))
    echo(found.counts.in_words())
    for reason in left_out(bad):
        echo(f"  left out: {reason}", fg="yellow")
    check_usable(found, bad, None, kept=kept)


def _chosen(found: "Histories", customer: str | None, count: int) -> Any:  # noqa: ANN401 - an iterator of histories
    from fewsight.serving.histories.shown import first_histories

    return [found.get(customer).as_of(found.newest)] if customer is not None else first_histories(found, count)
