"""`fewsight facts`: what code computes of every customer, as a table."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from fewsight.console import echo
from fewsight.errors import ConfigError
from fewsight.serving.run.command.cli import open_table, read_moment
from fewsight.serving.run.command.grouped import with_options
from fewsight.serving.run.command.options import TABLE

if TYPE_CHECKING:
    from datetime import datetime

    from fewsight.customer_facts import FactOptions
    from fewsight.customer_facts.dictionary import Fact

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUTPUT = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option(
    "--histories", multiple=True, metavar="FILE", help="CSV, JSON, Parquet, Excel, or a SQL URL; several too."
)
@with_options(TABLE[1:])
@click.option("--as-of", metavar="TIME", help="Ignore everything later. [default: newest event of the input]")
@click.option("--run", type=click.Path(exists=True, path_type=Path), help="A run, whose insights become facts.")
@click.option(
    "--facts-file", "facts_files", multiple=True, type=_FILE, help="TOML: facts of your own; may be repeated."
)
@click.option("--days", type=click.IntRange(min=1), default=90, show_default=True, help="Expected orders look ahead.")
@click.option("--category", metavar="COLUMN", help="Which names categories of products.  [default: category, ...]")
@click.option("--like", type=_FILE, help="The .json beside an earlier table: same columns, same fitted models.")
@click.option("--quarantine", type=_OUTPUT, help="Write the rows that are left out to this file.")
@click.option("--describe", is_flag=True, help="Print the data dictionary; of this table, where --histories is given.")
@click.option("-o", "--output", type=_OUTPUT, help="File to write: .parquet, .csv or .jsonl.")
def facts(
    histories: tuple[str, ...],
    as_of: str | None,
    describe: bool,
    output: Path | None,
    quarantine: Path | None,
    **given: Any,  # noqa: ANN401 - click's parameters
) -> None:
    """Compute facts of every customer of a table as of one moment: one typed row each, and a data dictionary beside it.

    Nothing later than --as-of has any influence. What is not known is empty (NULL), never 0.
    """
    options = _options(given)
    if not histories and describe:
        _describe_all(options)
        return
    if not histories:
        raise ConfigError("Name a table with --histories, or ask for the data dictionary with --describe.")
    if output is None and not describe:
        raise ConfigError(
            "Name a file with -o, such as -o facts.parquet, or ask for the data dictionary with --describe."
        )
    table = {**given, "histories": histories}
    _write(table, options, read_moment(as_of), quarantine, None if describe else output)


def _options(given: dict[str, Any]) -> FactOptions:
    from fewsight.customer_facts import FactOptions, Fitted

    return FactOptions(
        run=given["run"],
        facts_files=given["facts_files"],
        days=given["days"],
        category=given["category"],
        tz=given["tz"] or "UTC",
        memory_limit=given["memory_limit"],
        fitted=Fitted.read(given["like"]) if given["like"] else None,
    )


def _describe_all(options: FactOptions) -> None:
    """The dictionary of any table, with placeholders."""
    from fewsight.customer_facts.dictionary import built_in, read_facts

    _show([*built_in(), *(fact for path in options.facts_files for fact in read_facts(path))])


def _show(facts: list[Fact]) -> None:
    from fewsight.customer_facts.describing import described

    for line in described(facts):
        echo(line, bold=not line.startswith(" "))


def _write(
    given: dict[str, Any], options: FactOptions, as_of: datetime | None, quarantine: Path | None, output: Path | None
) -> None:
    from fewsight.customer_facts import open_facts
    from fewsight.customer_facts.writing import dictionary_path, write_facts
    from fewsight.tables import check_usable

    with ExitStack() as stack:
        bad = quarantine or Path(stack.enter_context(TemporaryDirectory(prefix="fewsight-"))) / "quarantine.jsonl"
        found = stack.enter_context(open_table(given, bad))
        echo(found.describe(), err=True)
        echo(found.counts.in_words(), err=True)
        check_usable(found, bad, as_of, kept=quarantine is not None)
        table = stack.enter_context(open_facts(found, options, as_of=as_of))
        if output is None:
            _show(list(table.facts))
            return
        rows = write_facts(table, output)
        echo(f"{rows:,} rows of {len(table.facts)} facts in {output}; what they mean: {dictionary_path(output)}.")
