"""`fewsight forget`."""

from pathlib import Path
from typing import Final

import click

from fewsight.console import echo

_ELSEWHERE: Final = """\
What this can't reach, and may still hold something of this customer:
- the tables of yours that runs read (the next run would ask again), and backups and copies of these folders;
- adapters, heads, answerers, calibrations and segments that were fitted on their rows: fit them again without;
- what answerers of knn-vote hold: vectors of rows, which have no names;
- logs of a model server, and of shells (this command names the customer);
- the disk, where freed blocks can be read until they are overwritten.
"""


@click.command()
@click.argument("customer")
@click.option(
    "--in",
    "places",
    multiple=True,
    required=True,
    metavar="FOLDER",
    type=click.Path(exists=True, path_type=Path),
    help="Folder of a run or an evaluation, or any other, with all below it, or a single file; may be repeated.",
)
def forget(customer: str, places: tuple[Path, ...]) -> None:
    """Remove a customer from runs, evaluations and tables.

    CUSTOMER is the id as the table has it. Results and answers leave ledgers, rows leave pseudonyms.jsonl, quarantine,
    review, exports, labelled rows, facts, segments, maps of ids and predictions (JSON lines, CSV, Parquet, by a column
    customer_id or customer), cases leave the copilot's log; pages that name the customer are removed, and made anew by
    the next run. What was removed stands in forgotten.jsonl, by digest. Other files are named where they may hold
    something.
    """
    from fewsight.forget.forgetting import forget as remove

    done = remove(customer, places)
    for trace in done.removed:
        echo(f"{trace.path}: {len(trace.digests):,} {trace.what} removed")
    if not done.removed:
        echo("What an earlier call had begun is finished.")
    for path, why in done.left.items():
        echo(f"{path}: {why}", fg="yellow", err=True)
    echo(_ELSEWHERE, err=True)
