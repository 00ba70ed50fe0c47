"""`fewsight personas`: a card for every customer."""

from pathlib import Path

import click

from fewsight.console import echo
from fewsight.notices import shown_progress

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option(
    "--run", required=True, type=click.Path(exists=True, path_type=Path), help="Folder of a run that asked `persona`."
)
@click.option("--facts", required=True, type=_FILE, metavar="FILE", help="What `fewsight facts` wrote of its table.")
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Where cards go."
)
@click.option("--task", default="persona", show_default=True, help="Whose answers stand on the cards.")
@click.option(
    "--eval", "evaluation", type=_FILE, metavar="FILE", help="report.json of `fewsight eval`: what the model is worth."
)
@click.option("--eval-arm", "arm", metavar="ARM", help="Its arm that answered the run.")
@click.option("--memory-limit", default="1GB", show_default=True, help="What reading may take.")
def personas(
    run: Path, facts: Path, out: Path, task: str, evaluation: Path | None, arm: str | None, memory_limit: str
) -> None:
    """Write a persona of every customer: each field is a fact, inferred from events, or unknown.

    Facts are computed, never taken from the model. What the model infers is marked as unproven unless an evaluation
    shows that it beats the commonest answer. Give the same command again to go on where it was stopped.
    """
    from fewsight.agents.personas import PersonaOptions
    from fewsight.agents.personas import personas as make

    with shown_progress() as progress:
        summary = make(run, facts, out, PersonaOptions(task, evaluation, arm, memory_limit), progress=progress)
    echo(f"{summary.customers:,} cards; the model answered for {summary.answered:,} of the customers.")
    for one in summary.traits:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in one.kinds.items())
        echo(f"  {one.trait}: {kinds}" + ("; the model is unproven" if one.proven is False else ""))
    echo(f"Open {out / 'personas.html'}.")
