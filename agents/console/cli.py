"""`fewsight copilot serve` and `receive`: the console in a browser, and messages out of files."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fewsight.console import echo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fewsight.agents.console.inbox.receiving import Incoming
    from fewsight.agents.copilot.setup.folder import Setup

_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("folder", type=_FOLDER)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address of this machine to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0 takes a free one.")
@click.option("--name", "names", multiple=True, metavar="NAME[:PORT]", help="Another name of the server, at a proxy.")
@click.option("--https", "is_https", is_flag=True, help="A proxy speaks https: cookies are for it alone.")
@click.option("--undo", type=click.FloatRange(0, 3600), default=5, show_default=True, help="Seconds to take back.")
@click.option("--facts", type=_FILE, help="Facts of the customers, written by `fewsight facts -o facts.jsonl`.")
@click.option("--run", type=click.Path(path_type=Path, exists=True, file_okay=False), help="A run's folder: its signs.")
def serve(
    folder: Path,
    host: str,
    port: int,
    names: tuple[str, ...],
    is_https: bool,
    undo: float,
    facts: Path | None,
    run: Path | None,
) -> None:
    """Open the console of FOLDER for support agents, until Ctrl-C. The first time it prints a token to log in with.

    Its tools.py is run. Tokens for others: `fewsight tokens new FOLDER/access.db NAME`.
    """
    from fewsight.agents.console.known import Known
    from fewsight.agents.console.serving import Address, first_token, new_console, new_server
    from fewsight.agents.copilot.setup.folder import read_folder
    from fewsight.serving.access.shield import LOOPBACK

    known = Known(facts, run)
    console = new_console(read_folder(folder), known, delay=timedelta(seconds=undo), is_https=is_https)
    server, listening = new_server(console, Address(host, port, names))
    token = first_token(console, "admin")
    console.worker.start()
    shown = f"[{host}]" if ":" in host else host
    if host not in LOOPBACK and not is_https:
        echo("Tokens go over the network unencrypted; put a proxy with TLS before it, and say --https.", err=True)
    echo(f"The console is at http://{shown}:{listening.getsockname()[1]}/ (Ctrl-C stops it).")
    if token is not None:
        echo(f"Log in with this token; it is shown only now: {token}")
    try:
        server.run(sockets=[listening])
    finally:
        console.worker.stop()


@click.command()
@click.argument("folder", type=_FOLDER)
@click.argument("files", nargs=-1, required=True, type=_FILE)
def receive(folder: Path, files: tuple[Path, ...]) -> int:
    """Take the messages of FILES in: .eml, .mbox, .csv or .jsonl; those that were taken in before are passed over.

    A table has the columns customer_id and text, and may have id. Exits with 1 where a message was left out.
    """
    from fewsight.agents.console.inbox.receiving import prepare
    from fewsight.agents.console.inbox.receiving import receive as take
    from fewsight.agents.copilot.setup.folder import read_folder
    from fewsight.errors import CaseError

    setup = read_folder(folder)
    desk = setup.desk(setup.policy())
    prepare(desk)
    new = known = 0
    left_out = []
    for path in files:
        for message in _messages(setup, path):
            if isinstance(message, str):
                left_out.append(message)
                continue
            try:
                received = take(desk, message)
            except CaseError as error:
                left_out.append(f"{path.name}: {error}")
                continue
            new, known = new + received.is_new, known + (not received.is_new)
    desk.store.close()
    for words in left_out:
        echo(f"Left out: {words}", err=True)
    echo(f"{new} messages taken in, {known} known before, {len(left_out)} left out.")
    return 1 if left_out else 0


def _messages(setup: "Setup", path: Path) -> "Iterator[Incoming | str]":
    from fewsight.agents.console.inbox.mail import read_mail
    from fewsight.agents.console.inbox.tables import read_table
    from fewsight.errors import ConfigError, InputError

    if path.suffix.lower() in (".csv", ".jsonl"):
        return read_table(path)
    if path.suffix.lower() not in (".eml", ".mbox"):
        raise InputError(f"Can't tell what {str(path)!r} is; end its name with .eml, .mbox, .csv or .jsonl.")
    find = setup.find_customer
    if find is None:
        raise ConfigError("tools.py has no find_customer(address, database), by which a mail finds its customer.")
    desk = setup.desk(setup.policy())

    def customer(address: str) -> str | None:
        with desk.store.limited(writes=False):
            return find(address, desk.store.database)

    return read_mail(path, customer)
