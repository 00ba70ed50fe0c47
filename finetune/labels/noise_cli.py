"""`fewsight audit`."""

from pathlib import Path

import click

from fewsight.console import echo

SHOWN = 10


@click.command()
@click.argument("task")
@click.option(
    "--rows", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Labelled rows."
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="CSV of all suspected labels.")
@click.option("--seed", default=0, show_default=True, help="Of the folds.")
def audit(task: str, rows: Path, out: Path | None, seed: int) -> None:
    """List labels that may be wrong: those that a model finds unlikely which never saw the row.

    A classic model (TF-IDF, logistic regression) is cross-validated on what the rows' customers said. Look at what it
    suspects; nothing is changed or removed. The rows are those that `fewsight finetune` takes.
    """
    from fewsight.prompts.labelled import read_gold
    from fewsight.prompts.labelled.label_audit import audit as judge
    from fewsight.prompts.loading.finding import load_task

    asked = load_task(task)
    gold = read_gold(rows, asked)
    audited = judge(gold.rows, asked, seed=seed)
    for note in audited.not_judged:
        echo(f"Not judged: {note}", err=True)
    echo(f"{len(audited.suspects):,} of {audited.judged:,} labels in {rows} may be wrong.")
    for one in audited.suspects[:SHOWN]:
        echo(
            f"  line {one.line}: {one.field} is {one.given} ({one.probability:.0%}); {one.likelier} would be likelier "
            f"({one.its_probability:.0%})"
        )
    if out is not None:
        audited.write(out)
        echo(f"All of them are in {out}.")
    elif len(audited.suspects) > SHOWN:
        echo(f"  and {len(audited.suspects) - SHOWN:,} more; --out writes all.")
