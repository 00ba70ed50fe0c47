"""The root of the command line. Commands are imported when they are used, so `fewsight --help` is quick."""

import logging
import os
import sys
import traceback
from collections.abc import Mapping
from importlib import import_module
from types import TracebackType
from typing import Any, Final

import click

from fewsight import __version__
from fewsight.console import echo
from fewsight.errors import INTERRUPTED, FewsightError
from fewsight.notices import show_notices
from fewsight.redaction import keep_url_secret, redact

logger = logging.getLogger(__name__)

COMMANDS = {
    "histories": ("fewsight.serving.histories.cli:histories", "Show how a table is understood, and its histories."),
    "facts": ("fewsight.serving.histories.facts_cli:facts", "Compute facts of every customer, and write them as data."),
    "segments": ("fewsight.agents.segments.cli:segments", "Divide customers into segments by their facts."),
    "personas": ("fewsight.agents.personas.cli:personas", "Write a persona of every customer of a run."),
    "run": ("fewsight.serving.run.command.cli:run", "Answer tasks for every customer of a table."),
    "prompt": (
        "fewsight.serving.run.command.cli:prompt",
        "Show the exact prompt, schema and grammar for one customer.",
    ),
    "tasks": ("fewsight.prompts.cli:tasks", "List tasks, or make one of your own."),
    "models": ("fewsight.serving.models.cli:models", "Fetch, list and clear models."),
    "finetune": ("fewsight.finetune.cli:finetune", "Train a LoRA adapter from labelled rows."),
    "eval": ("fewsight.evals.cli:evaluation", "Compare arms with statistics; is fine-tuning worth it?"),
    "learn": ("fewsight.evals.learn.cli:learn", "Find the cheapest good answerer for labelled rows, and save it."),
    "predict": ("fewsight.serving.predicting.cli:predict", "Ask about the future: tasks made of what happened next."),
    "watch": ("fewsight.agents.watch.cli:watch", "Look at new data, and write alerts about customers at risk."),
    "label": ("fewsight.cli:label", "Label rows on a page, or take labels from a run."),
    "paraphrase": ("fewsight.finetune.labels.paraphrase_cli:paraphrase", "Let a model say rows' texts in other words."),
    "audit": ("fewsight.finetune.labels.noise_cli:audit", "List labels of rows that may be wrong."),
    "adapters": ("fewsight.finetune.gate.cli:adapters", "List, show, check, merge or export adapters."),
    "ledger": ("fewsight.ledger.cli:ledger", "Show or verify the record of a run."),
    "export": ("fewsight.ledger.cli:export", "Write a run's insights as Parquet, CSV, XLSX or JSONL."),
    "report": ("fewsight.agents.reports.cli:report", "Write a report of a run, or check that one still holds."),
    "ask": ("fewsight.agents.reports.ask_cli:ask", "Answer one question about a run, with its chart."),
    "copilot": ("fewsight.cli:copilot", "Suggest a support agent's next move, within a policy."),
    "serve": ("fewsight.serving.service.cli:serve", "Answer tasks over HTTP, for many callers at once."),
    "tokens": ("fewsight.serving.access.cli:tokens", "Say who may log in to a server: tokens with scopes."),
    "forget": ("fewsight.forget.cli:forget", "Remove a customer from runs, evaluations and tables."),
    "sample": ("fewsight.shop.cli:sample", "Write the histories of a made-up shop, with known truth."),
}


LABEL = {
    "next": ("fewsight.evals.labelling.next_cli:next_rows", "Say which rows of a table are worth a label next."),
    "serve": ("fewsight.evals.labelling.cli:serve", "Label rows of a table on a page that this machine serves."),
    "distil": ("fewsight.finetune.labels.distil_cli:distil", "Turn a run's confident answers into rows to train on."),
}


COPILOT = {
    "init": ("fewsight.agents.copilot.setup.cli:init", "Write a worked example of tools, policy and articles."),
    "check": ("fewsight.agents.copilot.setup.cli:check", "Say which clauses contradict each other or never count."),
    "chat": ("fewsight.agents.copilot.setup.cli:chat", "Be customer and support agent in the terminal."),
    "serve": ("fewsight.agents.console.cli:serve", "Open the console for support agents in a browser."),
    "receive": ("fewsight.agents.console.cli:receive", "Take messages in from mailbox files or tables."),
    "replay": ("fewsight.agents.copilot.setup.log_cli:replay", "Show a case again, or what another policy would do."),
    "export": ("fewsight.agents.copilot.setup.log_cli:export", "Write decisions as training rows and pairs."),
}


class LazyGroup(click.Group):
    """A group whose commands live in other modules; help texts stand here, so that listing them imports nothing.

    `table` has the module, the name in it and the help of each command.
    """

    def __init__(self, *args: Any, table: Mapping[str, tuple[str, str]], **settings: Any) -> None:  # noqa: ANN401 - click's
        super().__init__(*args, **settings)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Names of all commands, in the order of the table."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import the module that holds a command."""
        if cmd_name not in self.table:
            return None
        module, _, name = self.table[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return with_volume(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self.table.items()])


def _set_level(context: click.Context, option: click.Parameter, given: bool) -> None:  # noqa: ARG001 - click's signature
    if given:
        show_notices(_LEVELS[str(option.name)])


_LEVELS: Final = {"quiet": logging.WARNING, "verbose": logging.DEBUG}
_HELP: Final = {
    "quiet": "Show nothing but results, warnings and errors.",
    "verbose": "Show also what is done when, and where an error came from.",
}


def with_volume(command: click.Command) -> click.Command:
    """The command, and all commands of a group, with --quiet and --verbose."""
    for name, words in _HELP.items():
        if name not in (parameter.name for parameter in command.params):
            option = click.Option([f"--{name}"], is_flag=True, expose_value=False, callback=_set_level, help=words)
            command.params.append(option)
    for each in command.commands.values() if isinstance(command, click.Group) else ():
        with_volume(each)
    return command


@click.group(cls=LazyGroup, table=LABEL)
def label() -> None:
    """Make labelled rows to train and to measure on."""


@click.group(cls=LazyGroup, table=COPILOT)
def copilot() -> None:
    """Suggest a support agent's next move, within a policy."""


@click.group(
    cls=LazyGroup, table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="fewsight")
@click.option("--quiet", is_flag=True, help=_HELP["quiet"])
@click.option("--verbose", is_flag=True, help=_HELP["verbose"])
def root(quiet: bool, verbose: bool) -> None:
    """Customer histories in, schema-valid insight out, with a language model that you run yourself."""
    show_notices(_LEVELS["verbose"] if verbose else _LEVELS["quiet"] if quiet else logging.INFO)


def main() -> None:
    """Run the command line; errors that are meant for the user are printed without a traceback.

    Exit codes (docs/errors.md): 0 for success, 1 where nothing of use came out, 2 for an error, 130 for Ctrl-C.
    """
    for word in sys.argv:  # before anything can fail and repeat them
        keep_url_secret(word)
    sys.excepthook = _redacted_traceback
    try:
        code = root(prog_name="fewsight", standalone_mode=False)
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except click.ClickException as error:
        echo(redact(_usage(error)), err=True)
        code = error.exit_code
    except BrokenPipeError:  # whoever read has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    except (click.Abort, KeyboardInterrupt):
        echo("Stopped.", err=True)
        code = INTERRUPTED
    except (FewsightError, OSError) as error:  # a full disk, a folder that can't be written
        logger.debug("this is where the error came from", exc_info=True)
        echo(f"Error: {redact(str(error))}", fg="red", err=True)
        code = error.exit_code if isinstance(error, FewsightError) else FewsightError.exit_code
    sys.exit(code if isinstance(code, int) else 0)


def _usage(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    usage = f"{context.get_usage()}\nTry '{context.command_path} --help' for help.\n\n" if context else ""
    return f"{usage}Error: {error.format_message()}"


def _redacted_traceback(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    lines = traceback.format_exception(kind, error, trace)
    echo(redact("".join(lines)), err=True, nl=False)
