"""Commands on a run's folder: `ledger show`, `ledger verify` and `export`."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fewsight.console import echo
from fewsight.errors import ConfigError, InputError, LedgerError
from fewsight.export import FORMATS, Format, Restore
from fewsight.export import export as export_insights
from fewsight.ledger import Ledger, Version
from fewsight.ledger.check import Summary

if TYPE_CHECKING:
    from fewsight.insight import Insight

_RUN = click.argument("run", metavar="RUN", type=click.Path(path_type=Path))
_LABELS_SHOWN = 12


@click.group()
def ledger() -> None:
    """Show or verify the record of a run."""


@ledger.command()
@_RUN
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def show(run: Path, as_json: bool) -> None:
    """Counts by task, status and label, and tokens. Works while the run goes on."""
    with Ledger.open(run, read_only=True) as record:
        summary = record.summary()
    if as_json:
        echo(json.dumps(summary.to_dict(), ensure_ascii=False, indent=2))
        return
    for line in _lines(summary):
        echo(line, bold=not line.startswith(" "))


@ledger.command()
@_RUN
def verify(run: Path) -> None:
    """Check the file, the links in it and a digest of each row; exit code 1 where anything is wrong."""
    with Ledger.open(run, read_only=True) as record:
        problems = record.verify()
        summary = None if problems else record.summary()
    for problem in problems:
        echo(problem, err=True)
    if summary is None:
        echo(
            f"{len(problems)} {'problem' if len(problems) == 1 else 'problems'} in the ledger of {str(run)!r}.",
            err=True,
        )
        raise SystemExit(1)
    older = f", {summary.older:,} older versions" if summary.older else ""
    echo(f"All is well: {summary.results:,} results{older}, {summary.answers:,} answers.")


@click.command()
@_RUN
@click.option("--format", "form", type=click.Choice(FORMATS), help="Default: the ending of the file's name.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
@click.option("--task", help="Only this task.")
@click.option("--arm", help="Only this arm, where the ledger holds more than one.")
@click.option("--seed", type=int, help="Only this seed, where the ledger holds more than one.")
@click.option("--restore", is_flag=True, help="Put names and numbers back from pseudonyms.jsonl (file mode 0600).")
@click.option("--versions", is_flag=True, help="Also what was answered before updates: columns recorded and newest.")
def export(
    run: Path,
    form: Format | None,
    output: Path,
    task: str | None,
    arm: str | None,
    seed: int | None,
    restore: bool,
    versions: bool,
) -> None:
    """Write a run's insights as Parquet, CSV, XLSX or JSONL: one row for each customer and task."""
    form = form or _form_of(output)
    if restore and versions:
        raise ConfigError(
            "--restore puts back what the newest pseudonyms stand for, which older versions may number otherwise; "
            "leave out --versions or --restore."
        )
    with Ledger.open(run, read_only=True) as record, _restorer(run if restore else None) as put_back:
        insights = _chosen(record, task, arm, seed, versions)
        done = export_insights(insights, output, form, restore=put_back)
    if task and not done.rows:
        echo(f"Warning: there is no result of a task {task!r} in {str(run)!r}.", err=True)
    if done.rows_with_unknown:
        echo(
            f"Warning: {done.rows_with_unknown:,} rows hold pseudonyms that are not their customer's; they were left "
            "as they are, and the column unknown_pseudonyms names them.",
            err=True,
        )
    echo(f"{done.rows:,} rows written to {output}.")


def _chosen(
    record: Ledger, task: str | None, arm: str | None, seed: int | None, versions: bool
) -> "Iterator[Insight] | Iterator[Version]":
    series = [one for one in record.series() if arm in (None, one[1]) and seed in (None, one[2])]
    if len(series) > 1:
        raise InputError(
            f"The ledger {str(record.path)!r} holds {len(series)} (run, arm, seed) that would be mixed: "
            f"{series[:8]}; choose with --arm and --seed."
        )
    if not series and record.series():
        raise InputError(f"No results of arm {arm!r} and seed {seed!r} in {str(record.path)!r}: {record.series()[:8]}.")
    return (record.versions if versions else record.insights)(task=task, arm=arm, seed=seed)


def _form_of(output: Path) -> Format:
    for form in FORMATS:
        if output.suffix.lower() == f".{form}":
            return form
    raise InputError(f"Can't tell a format by the name {output.name!r}; give --format {'|'.join(FORMATS)}.")


@contextmanager
def _restorer(run: Path | None) -> Iterator[Restore | None]:
    if run is None:
        yield None
        return
    from fewsight.masking import PSEUDONYMS, PseudonymFile, restore

    path = (run if run.is_dir() else run.parent) / PSEUDONYMS
    if not path.exists():
        raise LedgerError(f"There is no {str(path)!r} to restore from: the run was not masked, or the file was moved.")
    with PseudonymFile(path) as known:
        yield lambda customer_id, text: restore(text, known.get(customer_id)) if "[" in text else (text, ())


def _lines(summary: Summary) -> Iterator[str]:
    for name, task in summary.tasks.items():
        statuses = ", ".join(f"{count:,} {status}" for status, count in task.statuses.most_common())
        yield f"{name}: {statuses}"
        for path, labels in task.labels.items():
            yield f"  {path}"
            width = max(map(len, labels))
            for word, count in labels.most_common(_LABELS_SHOWN):
                yield f"    {word:<{width}} {count:>9,} {count / labels.total():>6.1%}"
            if len(labels) > _LABELS_SHOWN:
                yield f"    and {len(labels) - _LABELS_SHOWN} more labels"
    if summary.older:
        yield f"{summary.older:,} older versions of them: fewsight export RUN --versions"
    yield (
        f"{summary.results:,} results from {summary.answers:,} answers; tokens: {summary.prompt_tokens:,} in prompts "
        f"({summary.computed_tokens:,} computed), {summary.answer_tokens:,} answered."
    )
