"""`fewsight serve`."""

from pathlib import Path
from typing import Any

import click

from fewsight.serving.run.command.grouped import GroupedCommand, titled, with_options
from fewsight.serving.run.command.options import ANSWERS, ENGINE, MODEL, ORDER, PROMPT

_server = titled("Server")
_OPTIONS = [
    _server(
        "--task",
        "tasks",
        multiple=True,
        metavar="TASK",
        help="Name or folder; may be repeated. [default: intent, sentiment, churn_reason]",
    ),
    _server(
        "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder of tokens and batches."
    ),
    _server("--host", default="127.0.0.1", show_default=True, help="Address to listen on."),
    _server("--port", default=8080, show_default=True, type=click.IntRange(0, 65535)),
    _server(
        "--name", "names", multiple=True, metavar="HOST[:PORT]", help="Name that a proxy passes on; may be repeated."
    ),
    _server("--in-flight", default=16, show_default=True, type=click.IntRange(1), help="Requests answered at once."),
    _server(
        "--waiting",
        default=64,
        show_default=True,
        type=click.IntRange(0),
        help="Requests that may wait; others get 429.",
    ),
    _server(
        "--seconds", default=120.0, show_default=True, type=click.FloatRange(1), help="Longest time for an answer."
    ),
    _server("--per-minute", default=6000.0, show_default=True, type=click.FloatRange(1), help="Requests of a token."),
]


@click.command(cls=GroupedCommand)
@with_options(_OPTIONS, PROMPT, ORDER, ENGINE, MODEL, ANSWERS)
@titled("Input")("--no-mask", is_flag=True, help="Show names, e-mails, card numbers, ... to the model.")
def serve(**given: Any) -> None:  # noqa: ANN401 - click's parameters
    """Answer tasks over HTTP: insights, decisions and batches, with one set of engines for all callers.

    Every caller needs a token: `fewsight tokens new DIR/access.db NAME` makes one, where DIR is --out. Ctrl-C or
    SIGTERM stops the server when what it began is done; batches go on when it is started again.
    """
    from fewsight.errors import ConfigError

    try:
        from fewsight.serving.service.serving import run_server
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"fewsight serve needs {error.name!r}, which is not installed: pip install 'fewsight[serve]'."
        ) from error
    run_server(given)
