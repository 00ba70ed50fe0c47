"""`fewsight segments`: divide customers, and place others in what was found."""

from pathlib import Path

import click

from fewsight.console import echo
from fewsight.errors import ConfigError

_FILE = click.Path(dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group(invoke_without_command=True)
@click.option("--facts", type=_FILE, metavar="FILE", help="What `fewsight facts` wrote: .parquet, .csv or .jsonl.")
@click.option("--out", type=_FOLDER, metavar="DIR", help="Where segments go; ids of those that are there go on.")
@click.option(
    "--min-size", type=click.IntRange(min=2), default=20, show_default=True, help="No smaller group is shown."
)
@click.option("--most", type=click.IntRange(min=2), default=10, show_default=True, help="Segments to try at most.")
@click.option("--leave-out", multiple=True, metavar="PATTERN", help="Facts not to look at, as weekday_share_*.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of all draws.")
@click.option("--anew", is_flag=True, help="Choose number and method also where those of the run before stand.")
@click.option(
    "--names",
    type=click.Choice(["rules", "model"]),
    default="rules",
    show_default=True,
    help="Names by facts, or by a language model whose criteria are applied back.",
)
@click.option("--engine", default="auto", show_default=True, help="With --names model: as of `fewsight run`.")
@click.option("--model", default=None, help="With --names model: as of `fewsight run`.")
@click.option("--memory-limit", default="1GB", show_default=True, help="What reading and counting may take.")
@click.pass_context
def segments(
    context: click.Context,
    facts: Path | None,
    out: Path | None,
    min_size: int,
    most: int,
    leave_out: tuple[str, ...],
    seed: int,
    anew: bool,
    names: str,
    engine: str,
    model: str | None,
    memory_limit: str,
) -> None:
    """Divide customers into segments by their facts: cards, rules, a page, and ids that last over runs.

    The number of segments and the method are those that other samples of the same customers repeat.
    """
    if context.invoked_subcommand is not None:
        return
    if facts is None or out is None:
        raise ConfigError("Name the facts and a folder: fewsight segments --facts facts.parquet --out segments.")
    from fewsight.agents.segments import SegmentOptions, segment

    asked = {"engine": engine, **({"model": model} if model else {})} if names == "model" else None
    cards = segment(facts, out, SegmentOptions(min_size, most, seed, leave_out, memory_limit, anew, asked))
    chosen = cards.chosen
    stable = "" if chosen.stability is None else f", adjusted Rand index {chosen.stability:.2f} over resamples"
    echo(f"{cards.customers:,} customers in {len(cards.segments)} segments ({chosen.method}{stable}).")
    for card in sorted(cards.segments, key=lambda each: int(each.id[1:])):
        echo(f"  {card.id} {card.name}: {'hidden' if card.size is None else f'{card.size:,}'}")
    echo(f"Open {out / 'segments.html'}.")


@segments.command("assign")
@click.option("--facts", type=_FILE, required=True, metavar="FILE", help="Facts of customers to place.")
@click.option(
    "--segments", "folder", type=_FOLDER, required=True, metavar="DIR", help="What `fewsight segments` wrote."
)
@click.option(
    "-o", "--output", type=_FILE, required=True, help="Parquet file: customer, segment, membership, distance."
)
@click.option("--memory-limit", default="1GB", show_default=True, help="What reading may take.")
def assign_customers(facts: Path, folder: Path, output: Path, memory_limit: str) -> None:
    """Place customers in segments that are there, without fitting again."""
    from fewsight.agents.segments import assign

    echo(f"{assign(facts, folder, output, memory_limit):,} customers placed in {output}.")


@segments.command("export")
@click.option("--audience", required=True, metavar="SEGMENT", help="The id of the segment, such as S3.")
@click.option(
    "--segments", "folder", type=_FOLDER, required=True, metavar="DIR", help="What `fewsight segments` wrote."
)
@click.option(
    "--consent-file", type=_FILE, required=True, metavar="FILE", help="A table of customers that has consent."
)
@click.option("--consent", required=True, metavar="COLUMN", help="Its column: yes or no, true or false.")
@click.option("-o", "--output", type=_FILE, required=True, help="CSV file; counts go beside it.")
def export_customers(audience: str, folder: Path, consent_file: Path, consent: str, output: Path) -> None:
    """Write the customers of a segment who have consented. Who has not clearly said yes is counted, never exported."""
    from fewsight.agents.segments import export_audience

    told = export_audience(folder, audience, consent_file, consent, output)
    echo(f"{told.exported:,} of {told.members:,} customers of {told.segment} in {output}.")
    echo(f"Not exported: {told.refused:,} said no, {told.missing:,} have no value, {told.unclear:,} an unclear one.")


@segments.command("publish")
@click.option(
    "--segments", "folder", type=_FOLDER, required=True, metavar="DIR", help="What `fewsight segments` wrote."
)
@click.option("--epsilon", type=float, required=True, help="The privacy budget: 1 is common, less is more private.")
@click.option("-o", "--output", type=_FILE, required=True, help="JSON file: counts by segment, with noise.")
def publish(folder: Path, epsilon: float, output: Path) -> None:
    """Write counts by segment with differential privacy, for others to see; the budget is spent once a data set."""
    from fewsight.agents.segments import publish_counts

    told = publish_counts(folder, epsilon, output)
    for name, count in told.counts.items():
        echo(f"  {name}: {count:,}")
    echo(f"Wrote {output}, epsilon {told.epsilon:g}; other counts of these customers as of this day are not given.")
