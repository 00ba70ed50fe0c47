"""`fewsight run` and `fewsight prompt`."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from fewsight.errors import INTERRUPTED, ConfigError
from fewsight.notices import shown_progress
from fewsight.serving.models.names import DEFAULT_MODEL

if TYPE_CHECKING:
    from fewsight.serving.run.options import RunOptions
    from fewsight.tables import Histories

logger = logging.getLogger(__name__)

Command = TypeVar("Command", bound=Callable[..., Any])


def with_options(*groups: list[Callable[[Command], Command]]) -> Callable[[Command], Command]:
    """A decorator that adds groups of options, in their order."""

    def decorate(command: Command) -> Command:
        for option in reversed([option for group in groups for option in group]):
            command = option(command)
        return command

    return decorate


TABLE: list[Callable[[Any], Any]] = [
    click.option("--histories", required=True, metavar="FILE", help="CSV, Parquet, JSONL, or a SQL URL (see --query)."),
    click.option("--query", metavar="SQL", help="Query or table name, where --histories is a SQL URL."),
    click.option("--mapping", type=click.Path(exists=True, dir_okay=False), help="TOML: which columns are what."),
    click.option("--profiles", metavar="FILE", help="A table of customers beside the events."),
    click.option("--tz", help="Time zone of times that name none, e.g. Europe/Berlin."),
]
INPUT: list[Callable[[Any], Any]] = [
    *TABLE,
    click.option("--as-of", metavar="TIME", help="Ignore everything later. [default: newest event of the input]"),
    click.option("--language", type=click.Choice(["auto", "en", "zh"]), default="auto", show_default=True),
    click.option("--no-mask", is_flag=True, help="Show names, e-mails, card numbers, ... to the model and keep them."),
    click.option("--presidio", is_flag=True, help="Also mask the names that Microsoft Presidio finds (English)."),
]
PROMPT: list[Callable[[Any], Any]] = [
    click.option("--model", default=DEFAULT_MODEL, show_default=True, help="Name, hub id, or folder."),
    click.option(
        "--adapter",
        "adapters",
        multiple=True,
        metavar="[TASK=]DIR",
        help="LoRA adapter, or 'none'; may be repeated.  [default: 'built-in' where the embedded model is asked "
        "without shots]",
    ),
    click.option("--force", is_flag=True, help="Use an adapter although its manifest speaks against it."),
    click.option("--shots", type=int, default=0, show_default=True, metavar="K", help="Examples in the prompt."),
    click.option(
        "--selector",
        type=click.Choice(["random", "balanced", "knn", "mmr"]),
        default="balanced",
        show_default=True,
        help="How the examples are chosen.",
    ),
    click.option(
        "--similarity",
        type=click.Choice(["tfidf", "minilm"]),
        default="tfidf",
        show_default=True,
        help="What knn and mmr compare: words and characters, or sentence embeddings (English).",
    ),
    click.option(
        "--shot-order",
        type=click.Choice(["nearest-last", "shared"]),
        default="nearest-last",
        show_default=True,
        help="For knn and mmr: nearest next to the question, or first what many customers share (computes less).",
    ),
    click.option("--pool", type=click.Path(exists=True, dir_okay=False), help="Examples to choose from."),
    click.option("--style", type=click.Choice(["full", "compact"]), help="Template.  [default: full]"),
    click.option("--history-tokens", type=int, default=1024, show_default=True, help="Budget for a history."),
    click.option("--seed", type=int, default=0, show_default=True),
]


@click.command()
@click.argument("tasks", nargs=-1, required=True, metavar="TASK...")
@with_options(INPUT, PROMPT)
@click.option("--out", required=True, type=click.Path(file_okay=False), help="Folder of the run; resumed if it exists.")
@click.option("--engine", default="auto", show_default=True, help="auto, vllm, transformers, openai or scripted.")
@click.option("--base-url", metavar="URL", help="Server of engine openai, e.g. http://127.0.0.1:8000/v1.")
@click.option(
    "--dtype",
    type=click.Choice(["auto", "bfloat16", "float32"]),
    default="auto",
    show_default=True,
    help="Number type of a local engine; auto is the one that is fast on this machine.",
)
@click.option("--limit", type=int, metavar="N", help="Only the first N customers.")
@click.option("--probabilities", type=click.Choice(["on", "off"]), default="on", show_default=True)
@click.option(
    "--calibration",
    "calibrations",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False),
    help="Calibration of a task, from `fewsight eval`; may be repeated.",
)
@click.option(
    "--max-error",
    type=float,
    metavar="SHARE",
    help="E.g. 0.05: set insights aside in review.jsonl so that at most so many of the others are wrong.",
)
@click.option("--order", type=click.Choice(["auto", "shots-first", "history-first"]), default="auto", show_default=True)
@click.option("--max-tokens", type=int, default=256, show_default=True, help="Most tokens of one answer's open fields.")
@click.option("--temperature", type=float, default=0.0, show_default=True, help="0 is greedy.")
@click.option("--dry-run", is_flag=True, help="Count requests, tokens and time; answer nothing.")
@click.option("--price-per-million", type=float, metavar="MONEY", help="Price of a million tokens, for --dry-run.")
def run(**given: Any) -> None:  # noqa: ANN401 - click's parameters
    """Answer tasks for every customer of a table.

    TASK is a task's name (see `fewsight tasks list`) or folder. The answers go to the ledger in --out; look at
    them with `fewsight export`, or open insights.html there. The same command again goes on where it stopped.
    """
    from fewsight.serving.run import console
    from fewsight.serving.run.api import execute, refuse_second_writer
    from fewsight.serving.run.session import open_session
    from fewsight.tables import check_usable

    folder = Path(given["out"])
    options = _run_options(given)
    if not given["dry_run"]:
        refuse_second_writer(folder)
    quarantine = None if given["dry_run"] else folder / "quarantine.jsonl"
    with open_table(given, quarantine) as histories:
        console.show_input(histories, options)
        check_usable(histories, quarantine, options.as_of)
        session = open_session(options, histories)
        console.show_session(session, options)
        if given["dry_run"]:
            console.show_estimate(session, histories, folder, given["price_per_million"])
            return
        logger.info("Loading the model; the first answers take a moment.")
        with shown_progress() as progress:
            summaries = execute(session, histories, folder, progress)
        console.show_summary(session, histories, summaries, folder)
    if any(summary.stopped for summary in summaries):
        raise SystemExit(INTERRUPTED)  # whoever started this command must not take it for finished
    if sum(summary.statuses["ok"] for summary in summaries) == 0 and any(summary.statuses for summary in summaries):
        raise SystemExit(1)


@click.command()
@click.argument("task")
@with_options(INPUT, PROMPT)
@click.option("--customer", metavar="ID", help="Whose prompt. [default: the first customer]")
@click.option("--tokens/--no-tokens", default=True, show_default=True, help="Also print the token ids.")
def prompt(task: str, customer: str | None, tokens: bool, **given: Any) -> None:  # noqa: ANN401 - click's parameters
    """Show the exact prompt, JSON schema and grammar for one customer, and what was cut to fit."""
    from fewsight.serving.run import console
    from fewsight.serving.run.session import open_session

    given["tasks"] = (task,)
    options = _run_options({**given, "engine": "scripted"})  # no model runs: its tokenizer is enough
    with open_table(given, None) as histories:
        session = open_session(options, histories, shown_for="auto")
        history = histories.get(customer) if customer is not None else next(iter(histories), None)
        if history is None:
            raise ConfigError(f"{given['histories']!r} holds no customer; nothing to show.")
        console.show_prompt(session, history, tokens)


def open_table(given: dict[str, Any], quarantine: Path | None) -> Histories:
    """The histories that the options of TABLE name; close them."""
    from fewsight.tables import open_histories

    return open_histories(
        given["histories"],
        query=given["query"],
        mapping=Path(given["mapping"]) if given["mapping"] else None,
        profiles=given["profiles"],
        tz=given["tz"],
        quarantine=quarantine,
    )


def _run_options(given: dict[str, Any]) -> RunOptions:
    from fewsight.serving.engines.base import Decoding
    from fewsight.serving.run.options import OPTION_NAMES, make_options

    options = {name: given[name] for name in OPTION_NAMES if name in given}
    decoding = {name: given[name] for name in ("max_tokens", "temperature", "seed") if name in given}
    options |= {
        "adapters": _adapters(given["adapters"]),
        "as_of": _moment(given["as_of"]),
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


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"--as-of {text!r} is no time; write e.g. 2026-03-01 or 2026-03-01T12:00:00Z.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
