"""`fewsight label next`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from fewsight.console import echo
from fewsight.serving.models.names import DEFAULT_EMBEDDING
from fewsight.serving.run.command.cli import open_table
from fewsight.serving.run.command.completion import complete_tasks
from fewsight.serving.run.command.grouped import GroupedCommand, titled, with_options
from fewsight.serving.run.command.options import TABLE

if TYPE_CHECKING:
    from fewsight.evals.labelling.proposing import Proposal

_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER: Final = click.Path(exists=True, file_okay=False, path_type=Path)
_choice = titled("Choice")


@click.command(cls=GroupedCommand)
@click.argument("task", shell_complete=complete_tasks)
@with_options(TABLE)
@_choice("-o", "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="A .jsonl file.")
@_choice("-n", "--rows", type=click.IntRange(1), default=20, show_default=True, help="How many.")
@_choice("--train", multiple=True, type=_FILE, help="Rows that are labelled already; may be repeated.")
@_choice("--answerer", metavar="DIR", type=_FOLDER, help="Folder of `fewsight eval --save`, one more to disagree.")
@_choice("--encoder", default=DEFAULT_EMBEDDING, show_default=True, help="Sentence encoder that reads the rows.")
@_choice("--candidates", type=click.IntRange(1), default=2000, show_default=True, help="Rows to choose from, drawn.")
@_choice("--seed", type=int, default=0, show_default=True, help="Of the draw, and of the choice.")
def next_rows(
    task: str,
    out: Path,
    rows: int,
    train: tuple[Path, ...],
    answerer: Path | None,
    encoder: str,
    candidates: int,
    seed: int,
    **table: Any,  # noqa: ANN401 - click's parameters
) -> None:
    """Say which rows of a table are worth a label next.

    They are spread over what the customers write, typical of many others, and, where label names, labelled rows or
    other answerers disagree, those first. Label them on a page (`fewsight label serve TASK --only OUT`), or write the
    labels into each line's "answer".
    """
    from fewsight.errors import ConfigError
    from fewsight.evals.labelling.proposing import Wanted, propose
    from fewsight.files import replacing
    from fewsight.prompts.loading.finding import load_task

    if out.suffix != ".jsonl":
        raise ConfigError(f"{str(out)!r} does not end in .jsonl, by which rows to label are known.")
    if not out.parent.is_dir():
        raise ConfigError(f"There is no folder {str(out.parent)!r}; make it, or name another file.")
    loaded = load_task(task)
    with open_table(table, None) as histories:
        proposal = propose(loaded, histories, Wanted(rows, train, answerer, encoder, candidates, seed))
    with replacing(out, private=True) as temporary, temporary.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in proposal.rows)
    _report(proposal, task, out)


def _report(proposal: "Proposal", task: str, out: Path) -> None:
    members = ", ".join(proposal.members) or "nobody, for label names tell nothing here and no row is labelled"
    echo(
        f"{len(proposal.rows):,} of {proposal.candidates:,} rows without labels are in {out}; {proposal.labelled:,} "
        f"labelled rows were read. Asked for their opinion: {members}."
    )
    echo(f"Label them with: fewsight label serve {task} --only {out} --histories ... -o labels.jsonl")
