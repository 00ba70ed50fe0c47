"""`fewsight predict`."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from fewsight.console import echo
from fewsight.errors import ConfigError, InputError
from fewsight.serving.run.command.cli import open_table, read_moment
from fewsight.serving.run.command.grouped import GroupedCommand, titled, with_options
from fewsight.serving.run.command.options import TABLE

if TYPE_CHECKING:
    from fewsight.outcomes.labelled import Plan
    from fewsight.outcomes.sides import Sides
    from fewsight.outcomes.windows import AtEvents
    from fewsight.tables import Histories

_moments, _sides, _rows = titled("Moments"), titled("Who is held back"), titled("Rows")
_MOMENTS = [
    _moments(
        "--every", type=click.IntRange(min=1), default=30, show_default=True, metavar="DAYS", help="Between moments."
    ),
    _moments("--as-of", "moments", multiple=True, metavar="TIME", help="This moment instead; may be repeated."),
    _moments("--at", "at", multiple=True, metavar="KIND", help="At each event of a kind, such as campaign, instead."),
    _moments(
        "--where", "only", multiple=True, metavar="COLUMN=VALUE", help="With --at: only at events with this value."
    ),
    _moments(
        "--least-events",
        type=click.IntRange(min=1),
        default=1,
        show_default=True,
        help="Events that lie before a moment.",
    ),
    _moments("--active-days", type=click.IntRange(min=1), help="Ask only who had an event in so many days before."),
    _moments("--active-kind", metavar="KIND", help="With --active-days: an event of this kind.  [default: any]"),
    _moments("--most-moments", type=click.IntRange(min=1), help="Of a customer, the newest.  [default: all]"),
    _moments("--known-until", metavar="TIME", help="When the data end.  [default: newest event of the input]"),
]
_SIDES = [
    _sides("--test-share", type=float, default=0.2, show_default=True, help="Of customers."),
    _sides("--calibration-share", type=float, default=0.15, show_default=True, help="Of customers."),
    _sides(
        "--test-customers", type=click.Path(exists=True, path_type=Path), help="A file of ids, one a line, instead."
    ),
    _sides("--fold", metavar="K/N", help="The K-th of N parts of the customers is the test, instead of a share."),
    _sides(
        "--newest-for-test", is_flag=True, help="Test at the newest moment alone, and learn from windows before it."
    ),
    _sides("--seed", type=int, default=0, show_default=True),
]
_ROWS = [
    _rows("--without", multiple=True, metavar="COLUMN", help="Leave out a column of profiles; may be repeated."),
    _rows("--keep", multiple=True, metavar="COLUMN", help="It was known at the moment, whatever it seems to tell."),
    _rows("--bins", type=click.IntRange(min=2), default=6, show_default=True, help="Most labels of a number."),
    _rows("--most-rows", type=click.IntRange(min=1), help="About so many of each file, drawn evenly.  [default: all]"),
]


@click.group()
def predict() -> None:
    """Ask about the future: tasks whose labels are what happened next."""


@predict.command(cls=GroupedCommand)
@click.argument("name")
@click.option("--outcome", help="'no order within 90 days', 'spend in 90 days (EUR)', ..., or a TOML file.")
@click.option("--label", metavar="COLUMN", help="Instead: a column of a table that holds the answer, such as churned.")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder to write to.")
@click.option("--force", is_flag=True, help="Replace a task that is there.")
@with_options(TABLE, _MOMENTS, _SIDES, _ROWS)
def init(name: str, out: Path, label: str | None, **given: Any) -> None:  # noqa: ANN401 - click's parameters
    """Make a task that asks whether an outcome follows, with rows to train, calibrate and test it.

    OUT gets the task folder NAME, train, calibration and test.jsonl, and suite.toml for `fewsight eval`. Rows
    are histories cut at a moment, labelled by what came after it; all rows of a customer are in one file.
    With --label rows are customers as they stand, or, where the column is one of dated rows, the moments of these.
    """
    from fewsight.prompts.predicting.making import SUITE, prepare

    if (label is None) == (given["outcome"] is None):
        raise ConfigError("A task asks about an outcome (--outcome) or a column (--label); give one of the two.")
    if label is not None:
        _init_given(name, label, out, given)
        return
    with TemporaryDirectory(prefix="fewsight-") as work, open_table(given, Path(work) / "quarantine.jsonl") as table:
        echo(table.counts.in_words())
        options = {key: given[key] for key in ("keep", "bins", "most_rows", "force")}
        prepared = prepare(name, table, _plan(table, given), out, **options)
    echo(f"Wrote {out / name} and its rows: {prepared.plan.outcome}.", bold=True)
    for line in prepared.lines():
        echo(line)
    echo(f"Then: fewsight eval {out / SUITE} --out {out / 'eval'}")


def _init_given(name: str, label: str, out: Path, given: dict[str, Any]) -> None:
    from fewsight.prompts.predicting.given import GivenLabels, prepare_given
    from fewsight.prompts.predicting.making import SUITE

    moments = [read_moment(text) for text in given["moments"]]
    if len(moments) > 1:
        raise ConfigError("Labels of a table hold at one moment; give --as-of once, or not at all.")
    labels = GivenLabels(label, _sides_of(given), moments[0] if moments else None, frozenset(given["without"]))
    with TemporaryDirectory(prefix="fewsight-") as work, open_table(given, Path(work) / "quarantine.jsonl") as table:
        echo(table.counts.in_words())
        counts = prepare_given(name, table, labels, out, given["keep"])
    echo(f"Wrote {out / name} and its rows: {label}.", bold=True)
    for line in counts.lines(label):
        echo(line)
    echo(f"Then: fewsight eval {out / SUITE} --out {out / 'eval'}")


def _plan(table: "Histories", given: dict[str, Any]) -> "Plan":
    from fewsight.outcomes import read_outcome
    from fewsight.outcomes.labelled import Plan
    from fewsight.outcomes.windows import Windows

    until = read_moment(given["known_until"], "--known-until") or table.newest
    if until is None:
        raise InputError(
            "No event of this table has a time, and outcomes lie after a moment; name the column of times."
        )
    windows = Windows(
        read_outcome(given["outcome"]),
        until,
        timedelta(days=given["every"]),
        tuple(moment for text in given["moments"] if (moment := read_moment(text))),
        given["least_events"],
        given["most_moments"],
        given["active_days"],
        _at_events(given["at"], given["only"]),
        _kind_of(given["active_kind"]),
    )
    return Plan(windows, _sides_of(given), given["newest_for_test"], frozenset(given["without"]))


def _sides_of(given: dict[str, Any]) -> "Sides":
    from fewsight.outcomes.sides import Sides

    named: Path | None = given["test_customers"]
    customers = frozenset(named.read_text(encoding="utf-8").split("\n")) - {""} if named else frozenset[str]()
    fold = None
    if (text := given["fold"]) is not None:
        number, slash, parts = text.partition("/")
        if not (slash and number.isdigit() and parts.isdigit()):
            raise ConfigError(f"--fold {text!r} is no part; write one such as 1/5.")
        fold = int(number), int(parts)
    return Sides(given["test_share"], given["calibration_share"], given["seed"], customers, fold)


def _at_events(kinds: tuple[str, ...], only: tuple[str, ...]) -> "AtEvents | None":
    """What --at and --where name; of several values of one column any counts."""
    from fewsight.outcomes.windows import AtEvents

    values: dict[str, set[str]] = {}
    for text in only:
        column, equals, value = text.partition("=")
        if not (column and equals):
            raise ConfigError(f"--where {text!r} names no column and value; write it as campaign_id=8.")
        values.setdefault(column, set()).add(value)
    if values and not kinds:
        raise ConfigError("--where says at which events customers are asked; name their kind with --at.")
    return AtEvents([_kind_of(kind) or kind for kind in kinds], values) if kinds else None


def _kind_of(word: str | None) -> str | None:
    """A kind as it stands in tables, for its plural too: 'orders' are of the kind 'order'."""
    from fewsight.outcomes.reading import kind_named

    return None if word is None else kind_named(word)
