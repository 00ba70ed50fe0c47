"""`fewsight learn`."""

from pathlib import Path

import click

from fewsight.console import echo
from fewsight.notices import shown_progress
from fewsight.serving.models.names import DEFAULT_MODEL

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("task")
@click.option("--train", required=True, type=_FILE, help="Labelled rows: .csv, .xlsx, .parquet or .jsonl.")
@click.option("--test", type=_FILE, help="Labelled rows to test on.  [default: 30 % of --train]")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of report and answerer; resumed.")
@click.option(
    "--target", type=float, metavar="SHARE", help="Stop once so many answers are shown to be right, e.g. 0.9."
)
@click.option("--minutes", type=float, default=30.0, show_default=True, help="Begin nothing that ends later than this.")
@click.option(
    "--within",
    type=float,
    default=1.0,
    show_default=True,
    metavar="POINTS",
    help="How much worse a cheaper arm may be.",
)
@click.option("--model", default=DEFAULT_MODEL, show_default=True, help="Language model to train an adapter for.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the split and of trainings.")
def learn(
    task: str,
    train: Path,
    test: Path | None,
    out: Path,
    target: float | None,
    minutes: float,
    within: float,
    model: str,
    seed: int,
) -> None:
    """Climb from label names to fused answers, and keep the cheapest arm that is shown to be good enough.

    The rungs are the nearest label name (no labelled row), a linear head on a sentence encoder, an adapter of the
    language model, and head and adapter together. OUT gets the report of all that were tried, on rows that none of them
    learned from, and an answerer for `fewsight run TASK --answerer OUT/answerer`.
    """
    from fewsight.evals.learn.ladder import Goal, learn

    with shown_progress() as progress:
        learned = learn(
            task, train, out, test=test, goal=Goal(target, minutes, within), model=model, seed=seed, progress=progress
        )
    for sentence in learned.report.sentences:
        echo(sentence)
    for caution in learned.report.cautions:
        echo(f"Note: {caution}", fg="yellow")
    echo(f"The ladder ended: {learned.ended}.")
    echo(f"Report: {out / 'evaluation' / 'report.html'}")
    echo(f"{learned.arm} answers: fewsight run {task} --histories FILE --answerer {learned.folder} --out RUN")
