"""Starting the console's server."""

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fewsight.agents.console.desk import Console
from fewsight.agents.console.inbox.hooks import check_secret
from fewsight.agents.console.inbox.receiving import prepare
from fewsight.agents.console.known import Known
from fewsight.agents.console.outgoing import to_address, to_folder
from fewsight.agents.console.worker import Worker
from fewsight.agents.copilot.acting import Desk
from fewsight.agents.copilot.copilot import Copilot
from fewsight.agents.copilot.people.outbox import Deliver, Outbox
from fewsight.agents.copilot.policy import Policy
from fewsight.agents.copilot.setup.folder import Setup
from fewsight.errors import ConfigError
from fewsight.redaction import keep_secret
from fewsight.serving.access.shield import hosts_of
from fewsight.serving.access.tokens import Tokens

if TYPE_CHECKING:
    import uvicorn

ACCESS: Final = "access.db"
HOOK_SECRET: Final = "FEWSIGHT_WEBHOOK_SECRET"  # noqa: S105 - a variable's name
OUTBOX_SECRET: Final = "FEWSIGHT_OUTBOX_SECRET"  # noqa: S105 - a variable's name


@dataclass(frozen=True)
class Address:
    """Where the server listens, and further names (`name:port`, as browsers send them) that a proxy has for it."""

    host: str = "127.0.0.1"
    port: int = 8765
    names: tuple[str, ...] = ()


def new_console(
    setup: Setup,
    known: Known,
    *,
    delay: timedelta = timedelta(seconds=5),
    is_https: bool = False,
    start: Callable[[], Copilot] | None = None,
) -> Console:
    """The console of a copilot's folder; its worker is not started yet.

    Raises:
        PolicyError, ConfigError, CaseError: something in the folder can't be used.
    """
    policy = setup.policy()
    desk = setup.desk(policy)
    Outbox(desk.store)
    prepare(desk)
    desk.store.close()
    worker = Worker(start or setup.start, lambda: setup.desk(policy), _deliver(setup, policy))
    return Console(
        setup, Tokens(setup.folder / ACCESS), worker, known, delay, _secret(HOOK_SECRET, needed=False), is_https
    )


def new_server(console: Console, address: Address) -> "tuple[uvicorn.Server, socket.socket]":
    """A server and the socket that it listens on; `server.run(sockets=[socket])` answers until it is stopped.

    Raises:
        ConfigError: the address can't be listened on, or the libraries are missing.
    """
    try:
        import uvicorn

        from fewsight.agents.console.app import new_app
    except ImportError as error:
        raise ConfigError(f"The console needs {error.name!r}: pip install 'fewsight[serve]'.") from error
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        listening = socket.create_server((address.host, address.port), family=family, backlog=128)
    except (OSError, OverflowError) as error:
        raise ConfigError(f"Can't listen on {address.host!r}, port {address.port}: {error}. Name another.") from error
    app = new_app(console, hosts_of(address.host, listening.getsockname()[1], address.names))
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
        limit_concurrency=500,
        lifespan="off",
    )
    server = uvicorn.Server(config)
    console.is_stopping = lambda: server.should_exit
    return server, listening


def first_token(console: Console, who: str) -> str | None:
    """An admin's token where nobody could log in otherwise."""
    if any(console.tokens.get(token.id) for token in console.tokens.all()):
        return None
    return console.tokens.add(who, "admin")


def _deliver(setup: Setup, policy: Policy) -> Deliver:
    outbox = setup.settings.outbox
    if outbox.startswith(("https://", "http://127.0.0.1:")):
        return to_address(outbox, _secret(OUTBOX_SECRET, needed=True) or "")
    if "://" in outbox:
        raise ConfigError(f"The outbox {outbox!r} is neither a folder nor an https address.")

    def address(customer_id: str) -> str | None:
        if setup.address_of is None:
            return None
        desk: Desk = setup.desk(policy)
        try:
            with desk.store.limited(writes=False):
                return setup.address_of(customer_id, desk.store.database)
        finally:
            desk.store.close()

    return to_folder(_inside(setup.folder, outbox), address, setup.settings.sender)


def _secret(name: str, *, needed: bool) -> str | None:
    secret = os.environ.get(name)
    if secret is None and needed:
        raise ConfigError(f"Set {name} to the secret that requests are signed with: whsec_... in base64.")
    if secret is not None:
        keep_secret(secret)
        check_secret(secret)
    return secret


def _inside(folder: Path, name: str) -> Path:
    place = (folder / name).resolve()
    if not place.is_relative_to(folder.resolve()):
        raise ConfigError(f"The outbox {name!r} lies outside of {str(folder)!r}; name a folder in it.")
    return place
