"""`fewsight label distil`."""

from pathlib import Path
from typing import Any

import click

from fewsight.console import echo
from fewsight.serving.run.command.cli import open_table
from fewsight.serving.run.command.grouped import with_options
from fewsight.serving.run.command.options import TABLE


@click.command()
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("task")
@with_options(TABLE)
@click.option("--confidence", type=click.FloatRange(0, 1), default=0.9, show_default=True, help="Least probability.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="A .jsonl file.")
def distil(run: Path, task: str, confidence: float, out: Path, **source: Any) -> None:  # noqa: ANN401 - click's parameters
    """Write what a finished RUN answered with confidence as rows to train on.

    The table is the one that the run read. Let a larger model answer (`fewsight run TASK --model LARGER --out RUN`),
    then train a smaller one on its labels: `fewsight finetune TASK --train OUT`. Labels below --confidence are left
    out, field by field; beside OUT stand all probabilities (.probabilities.csv) and what answered (.source.json).
    """
    from fewsight.finetune.labels import distil as distillation
    from fewsight.prompts.loading.finding import load_task

    with open_table(source, None) as histories:
        done = distillation.distil(run, load_task(task), histories, out, confidence)
    echo(
        f"{done.rows:,} of {done.insights:,} answers written to {out}; {done.unsure:,} had no label of "
        f"{confidence:g} or more, {done.not_ok:,} were not ok, {done.without_history:,} have no history here."
    )
    if done.unanswered:
        echo(f"Warning: the run holds no answer for {done.unanswered:,} of the customers.", err=True, fg="yellow")
    for path in sorted(done.kept | done.dropped):
        echo(f"  {path}: {done.kept[path]:,} labels kept, {done.dropped[path]:,} left out")
