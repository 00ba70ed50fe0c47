"""`fewsight sample`."""

from pathlib import Path

import click

from fewsight.console import echo


@click.command()
@click.option("--customers", type=click.IntRange(min=0), default=200, show_default=True, help="How many customers.")
@click.option("--seed", type=int, default=7, show_default=True, help="Equal seeds give equal customers.")
@click.option("--first", type=click.IntRange(min=0), default=0, show_default=True, help="Number of the first customer.")
@click.option("--language", type=click.Choice(["en", "zh", "mixed"]), default="en", show_default=True)
@click.option(
    "--split",
    type=click.Choice(["train", "held-out", "all"]),
    default="train",
    show_default=True,
    help="Which part of the phrasings and products may occur.",
)
@click.option(
    "--events",
    type=click.IntRange(min=0),
    nargs=2,
    default=(0, 16),
    show_default=True,
    help="Fewest and most events of a customer.",
)
@click.option("--labels", is_flag=True, help="Also write labelled rows, a file for each task, to train on or score.")
@click.option(
    "--apart", is_flag=True, help="Write a table for each kind of thing: orders, their lines, tickets, web, ..."
)
@click.option(
    "--lapses",
    is_flag=True,
    help="Customers who order until they leave, which complaints in words and returns make likelier: for predictions.",
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder to write to.")
def sample(
    customers: int,
    seed: int,
    first: int,
    language: str,
    split: str,
    events: tuple[int, int],
    labels: bool,
    apart: bool,
    lapses: bool,
    out: Path,
) -> None:
    """Write the histories of a made-up shop, with known truth.

    The folder gets histories.csv (one row is one event), profiles.csv and truth.jsonl (one line a customer). With
    --labels, labels/TASK.jsonl hold the right answers as `fewsight finetune` and --pool read them. With --apart,
    orders, order_lines, tickets, web, campaigns and after_sales stand in the place of histories.csv, and customers.csv
    in that of profiles.csv. With --lapses customers have no number of events, but 720 days: after each order they leave
    with a probability of 4 %, times 8 after a complaint, 3 after a return, 1.5 where they pay full prices.
    """
    from fewsight.shop.generate import generate
    from fewsight.shop.tables import write_sample

    chosen = {"seed": seed, "split": split, "language": language, "events": events, "first": first, "lapses": lapses}
    drawn = generate(customers, **chosen)  # type: ignore[arg-type]
    count, happened = write_sample(drawn, out, labels, apart)
    echo(f"Wrote {count} customers with {happened} events to {out}.")
