"""`fewsight run` and `fewsight prompt`."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from fewsight.errors import INTERRUPTED, ConfigError
from fewsight.notices import shown_progress
from fewsight.serving.run.command.completion import complete_tasks
from fewsight.serving.run.command.grouped import GroupedCommand, titled, with_options
from fewsight.serving.run.command.option_file import read_options
from fewsight.serving.run.command.options import ANSWERS, ENGINE, INPUT, MODEL, ORDER, OUTPUT, PROMPT

if TYPE_CHECKING:
    from fewsight.serving.run.options import RunOptions
    from fewsight.tables import Histories

logger = logging.getLogger(__name__)
_output = titled("Output")

_EXAMPLE: Final = """\b
Example:
  fewsight run intent churn_reason --histories orders.csv --profiles customers.csv --limit 20 --out run
"""


@click.command(cls=GroupedCommand, epilog=_EXAMPLE)
@click.argument("tasks", nargs=-1, required=True, metavar="TASK...", shell_complete=complete_tasks)
@with_options(INPUT, PROMPT, ORDER, ENGINE, MODEL, ANSWERS, OUTPUT)
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    is_eager=True,
    expose_value=False,
    callback=read_options,
    help="TOML with any of these options (underscores for dashes) and `tasks`; the command line wins.",
)
def run(**given: Any) -> None:  # noqa: ANN401 - click's parameters
    """Answer tasks for every customer of a table.

    TASK is a task's name (see `fewsight tasks list`) or folder. The answers go to the ledger in --out; look at
    them with `fewsight export`, or open insights.html there. The same command again goes on where it stopped. When
    the table has grown, --update asks those customers again who have changed.
    """
    from fewsight.serving.run.api import execute, refuse_second_writer
    from fewsight.serving.run.command import console
    from fewsight.serving.run.session import open_session
    from fewsight.serving.run.updates.run_file import is_updated, require_run, settle_moment
    from fewsight.tables import check_usable

    folder, update = Path(given["out"]), given["update"]
    options = run_options(given)
    if update:
        require_run(folder)
    if not given["dry_run"]:
        refuse_second_writer(folder)
    quarantine = None if given["dry_run"] else folder / "quarantine.jsonl"
    with open_table(given, quarantine) as histories:
        console.show_input(histories, options)
        check_usable(histories, quarantine, options.as_of)
        options = settle_moment(options, histories, folder, update=update)
        session = open_session(options, histories)
        console.show_labels(session, histories)
        console.show_session(session, options)
        if given["dry_run"]:
            price, again = given["price_per_million"], update or is_updated(folder)
            console.show_estimate(session, histories, folder, price, is_updated=again)
            return
        if session.engine.loads_weights:
            logger.info("Loading the model; the first answers take a moment.")
        with shown_progress() as progress:
            summaries = execute(session, histories, folder, progress, update=update)
        console.show_summary(session, histories, summaries, folder)
    if any(summary.stopped for summary in summaries):
        raise SystemExit(INTERRUPTED)  # whoever started this command must not take it for finished
    if sum(summary.statuses["ok"] for summary in summaries) == 0 and any(summary.statuses for summary in summaries):
        raise SystemExit(1)


@click.command(cls=GroupedCommand)
@click.argument("task", shell_complete=complete_tasks)
@with_options(INPUT, PROMPT, MODEL)
@_output("--customer", metavar="ID", help="Whose prompt. [default: the first customer]")
@_output("--tokens/--no-tokens", default=True, show_default=True, help="Also print the token ids.")
def prompt(task: str, customer: str | None, tokens: bool, **given: Any) -> None:  # noqa: ANN401 - click's parameters
    """Show the exact prompt, JSON schema and grammar for one customer, and what was cut to fit."""
    from fewsight.serving.run.command import console
    from fewsight.serving.run.session import open_session

    given["tasks"] = (task,)
    options = run_options({**given, "engine": "scripted"})  # no model runs: its tokenizer is enough
    with open_table(given, None) as histories:
        session = open_session(options, histories, shown_for="auto")
        history = histories.get(customer) if customer is not None else next(iter(histories), None)
        if history is None:
            raise ConfigError(f"{', '.join(map(repr, given['histories']))} holds no customer; nothing to show.")
        console.show_prompt(session, history, tokens)


def open_table(given: dict[str, Any], quarantine: Path | None) -> Histories:
    """The histories that the options of TABLE name; close them."""
    from fewsight.tables import open_histories

    return open_histories(
        list(given["histories"]),
        query=given["query"],
        mapping=[Path(file) for file in given["mapping"]],
        profiles=given["profiles"],
        identities=given["identities"],
        lookups=[read_lookup(text) for text in given["lookups"]],
        tz=given["tz"],
        quarantine=quarantine,
        memory_limit=given["memory_limit"],
        unpack_limit=given["unpack_limit"],
        work=quarantine.parent if quarantine else None,
    )


def read_lookup(text: str) -> str | tuple[str, str]:
    """What --lookup names: a file, or a column of events and a file.

    >>> read_lookup("products.csv"), read_lookup("sku=products.csv")
    ('products.csv', ('sku', 'products.csv'))
    """
    column, equals, file = text.partition("=")
    return (column, file) if equals and not Path(text).exists() else text


def run_options(given: dict[str, Any]) -> RunOptions:
    """The options of a run from those of the command line.

    Raises:
        ConfigError: they contradict each other.
    """
    from fewsight.serving.engines.base import Decoding
    from fewsight.serving.run.options import OPTION_NAMES, make_options

    options = {name: given[name] for name in OPTION_NAMES if name in given}
    decoding = {name: given[name] for name in ("max_tokens", "temperature", "seed") if name in given}
    options |= {
        "adapters": _adapters(given["adapters"]),
        "as_of": read_moment(given["as_of"]),
        "mask": not given["no_mask"],
        "decoding": Decoding(**decoding),
        "probabilities": given.get("probabilities", "on") == "on",
        "order": None if given.get("order", "auto") == "auto" else given["order"],
        "calibrations": tuple(given.get("calibrations", ())),
    }
    return make_options(given["tasks"], **options)


def _adapters(named: tuple[str, ...]) -> dict[str, str]:
    adapters: dict[str, str] = {}
    for name in named:
        task, equals, folder = name.partition("=")
        key, value = (task, folder) if equals else ("*", name)
        if key in adapters:
            raise ConfigError(f"--adapter names {'all tasks' if key == '*' else repr(key)} twice.")
        adapters[key] = value
    return adapters


def read_moment(text: str | None, option: str = "--as-of") -> datetime | None:
    """The moment of --as-of, in UTC where it names no zone."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{option} {text!r} is no time; write e.g. 2026-03-01 or 2026-03-01T12:00:00Z.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
