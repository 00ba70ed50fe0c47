"""`fewsight tasks`: what can be asked, and new tasks."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from fewsight.console import echo
from fewsight.errors import ConfigError, TaskError

if TYPE_CHECKING:
    from fewsight.prompts.labelled.intake import Intake
    from fewsight.prompts.task import NoneOfThese


@click.group()
def tasks() -> None:
    """List tasks, or make one of your own."""


@tasks.command("list")
def list_tasks() -> None:
    """List the tasks that can be named here: your own first, then the built-in ones, then those of packages.

    Where two have one name, the first is meant. No code of a task is run.
    """
    from fewsight.prompts.loading.finding import task_places
    from fewsight.prompts.loading.listing import describe

    seen: set[str] = set()
    for place in task_places():
        hidden = " (hidden by the one above)" if place.name in seen else ""
        seen.add(place.name)
        try:
            first, *more = describe(place)
        except TaskError as error:
            first, more = f"{place.name}  {place.origin}", [f"    can't be used: {error}"]
        echo(first + hidden, bold=True)
        for line in more:
            echo(line)


@tasks.command("new")
@click.argument("name")
@click.option("--from", "table", type=click.Path(path_type=Path), help="Labelled texts: CSV, XLSX, JSONL or Parquet.")
@click.option("--text", help="Its column of texts.")
@click.option("--label", help="Its column of labels.")
@click.option("--customer-id", help="Its column of customers; nobody is shown their own texts as examples.")
@click.option("--time", help="Its column of times; nobody is shown an example from after the moment asked about.")
@click.option(
    "--several",
    is_flag=False,
    flag_value="auto",
    help="Its cells hold several labels, with this mark between them (told from the cells where it is not given).",
)
@click.option("--none-of-these", help="The label for texts that are out of scope.")
@click.option("--none-threshold", type=float, help="Out of scope is the answer where no label is at least so probable.")
@click.option(
    "--language",
    type=click.Choice(["auto", "en", "zh"]),
    default="auto",
    show_default=True,
    help="Of the texts; auto tells it by each of them.",
)
@click.option("--force", is_flag=True, help="Replace a task folder of this name.")
def new(
    name: str,
    table: Path | None,
    text: str | None,
    label: str | None,
    customer_id: str | None,
    time: str | None,
    several: str | None,
    none_of_these: str | None,
    none_threshold: float | None,
    language: Literal["auto", "en", "zh"],
    force: bool,
) -> None:
    """Write a task folder NAME in the working directory, which other commands then find by name.

    Without --from it is a starter to change; with it, a task that gives texts one of the table's labels,
    or with --several any of them.
    """
    from fewsight.prompts.columns import Columns
    from fewsight.prompts.loading.labelling import default_field
    from fewsight.prompts.loading.scaffold import new_labelling_task, new_task

    here = Path.cwd()
    if table is None:
        if given := [
            option for option in (text, label, customer_id, time, several, none_of_these, none_threshold) if option
        ]:
            raise ConfigError(f"{given} describe a table; name it with --from, or leave them out.")
        new_task(name, here, force)
        echo(f"Wrote {name}/. Change model.py, task.toml, the templates and the shots; then try:")
        echo(f"  fewsight prompt {name} --histories FILE")
        return
    if text is None or label is None:
        raise ConfigError("--from needs --text COLUMN and --label COLUMN.")
    none = _none(none_of_these, none_threshold)
    columns = Columns(text, {default_field(name): label}, customer_id, time)
    intake = new_labelling_task(
        name, here, table, columns, none_of_these=none, several=several, language=language, force=force
    )
    for line in _report(name, intake):
        echo(line)


def _none(label: str | None, threshold: float | None) -> "NoneOfThese | None":
    from fewsight.prompts.task import NoneOfThese

    if label is None and threshold is None:
        return None
    if threshold is not None and not 0 < threshold < 1:
        raise ConfigError(f"--none-threshold {threshold} is no probability; use one between 0 and 1, such as 0.3.")
    return NoneOfThese(label or "none_of_these", threshold)


def _report(name: str, intake: "Intake") -> list[str]:
    from fewsight.prompts.labelled.intake import REPORT

    kept = ", ".join(f"{count:,} {language}" for language, count in sorted(intake.kept.items()))
    lines = [f"Wrote {name}/: {len(intake.labels)} labels, shots: {kept}, of {intake.rows:,} rows."]
    counts = {
        "left out": intake.left_out,
        "left out, equal to another row": intake.repeated,
        "kept though the same text has another label": intake.contradicting,
    }
    lines += [f"  {count:,} {'row' if count == 1 else 'rows'} {what}" for what, count in counts.items() if count]
    lines += [f"    {note}" for note in intake.notes]
    if intake.mark is not None:
        some = next((label for label in intake.labels if intake.mark in label), "")
        lines.append(f"  Cells seem to hold several labels each, such as {some!r}; each combination is one label now.")
        lines.append("  For a yes or no to each label, give --several as well, and --force to write the task anew.")
    if sum(counts.values()) > len(intake.notes):
        lines.append(f"    ... all of them are in {name}/{REPORT}")
    return lines
