"""`fewsight label`."""

from pathlib import Path
from typing import Any

import click


@click.command()
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("task")
@click.option("--histories", required=True, metavar="FILE", help="The table that the run read.")
@click.option("--query", metavar="SQL", help="Query or table name, where --histories is a SQL URL.")
@click.option("--mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="As for the run.")
@click.option("--profiles", metavar="FILE", help="As for the run.")
@click.option("--tz", help="As for the run.")
@click.option("--confidence", type=click.FloatRange(0, 1), default=0.9, show_default=True, help="Least probability.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="A .jsonl file.")
def label(run: Path, task: str, confidence: float, out: Path, **source: Any) -> None:  # noqa: ANN401 - click's parameters
    """Write what a finished RUN answered with confidence as rows to train on.

    Let a larger model answer (`fewsight run TASK --model LARGER --out RUN`), then train a smaller one on its labels:
    `fewsight finetune TASK --train OUT`. Labels below --confidence are left out, field by field; beside OUT stand all
    probabilities (.probabilities.csv) and what answered (.source.json).
    """
    from fewsight.finetune.distil import distil
    from fewsight.prompts.loading import load_task
    from fewsight.tables import open_histories

    with open_histories(source.pop("histories"), **source) as histories:
        done = distil(run, load_task(task), histories, out, confidence)
    click.echo(
        f"{done.rows:,} of {done.insights:,} answers written to {out}; {done.unsure:,} had no label of "
        f"{confidence:g} or more, {done.not_ok:,} were not ok, {done.without_history:,} have no history here."
    )
    if done.unanswered:
        click.secho(
            f"Warning: the run holds no answer for {done.unanswered:,} of the customers.", err=True, fg="yellow"
        )
    for path in sorted(done.kept | done.dropped):
        click.echo(f"  {path}: {done.kept[path]:,} labels kept, {done.dropped[path]:,} left out")
