"""Runs a server until it is stopped: uvicorn, signals, logs, and one server for a folder."""

import asyncio
import logging
import signal
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any, Final

import uvicorn

from fewsight.errors import ConfigError, FewsightError
from fewsight.serving.access.shield import hosts_of
from fewsight.serving.access.tokens import Tokens
from fewsight.serving.run.command.cli import run_options
from fewsight.serving.run.options import RunOptions
from fewsight.serving.service.app import Service
from fewsight.serving.service.desk import Desk
from fewsight.serving.service.metrics import Metrics
from fewsight.serving.service.settings import Limits

logger = logging.getLogger(__name__)

USUAL: Final = ("intent", "sentiment", "churn_reason")
"""Tasks where none is named."""


def run_server(given: Mapping[str, Any]) -> None:
    """Serve as the options of `fewsight serve` say, until SIGTERM or Ctrl-C.

    Raises:
        ConfigError: the folder is another server's, or the options contradict each other.
        FewsightError: the model can't be loaded.
    """
    folder = Path(given["out"])
    folder.mkdir(parents=True, exist_ok=True)
    options = run_options({**given, "tasks": given["tasks"] or USUAL, "as_of": None})
    limits = Limits(
        in_flight=given["in_flight"],
        waiting=given["waiting"],
        seconds=given["seconds"],
        per_minute=given["per_minute"],
    )
    with only_server(folder):
        service = make_service(options, folder, hosts_of(given["host"], given["port"], given["names"]), limits)
        server = Server(service, given["host"], given["port"])
        server.run()
    if service.front.failed is not None:
        raise service.front.failed


def make_service(options: RunOptions, folder: Path, hosts: set[str], limits: Limits) -> Service:
    """The app of a server with this folder."""
    metrics = Metrics()

    def open_desk() -> Desk:
        desk = Desk(options, metrics.saw_batch)
        desk.warm_up()
        return desk

    return Service(open_desk, Tokens(folder / "access.db"), hosts, limits, metrics, folder / "batches")


@contextmanager
def only_server(folder: Path) -> Iterator[None]:
    """Keep other servers away from a folder; the lock ends with the process.

    Raises:
        ConfigError: another one has it.
    """
    from filelock import FileLock, Timeout

    try:
        with FileLock(folder / "server.lock", timeout=0, fallback_to_soft=False):
            yield
    except Timeout as error:
        raise ConfigError(
            f"Another server uses {str(folder)!r}; stop it, or name another folder with --out."
        ) from error


class Server(uvicorn.Server):
    """Uvicorn for a service: SIGTERM drains it, SIGHUP loads its answerer anew."""

    def __init__(self, service: Service, host: str, port: int) -> None:
        super().__init__(
            uvicorn.Config(
                service,
                host,
                port,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_keep_alive=15,
                timeout_graceful_shutdown=service.front.limits.drain,
                h11_max_incomplete_event_size=64_000,
            )
        )
        self._front = service.front
        self._front.on_failure = partial(setattr, self, "should_exit", True)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's signature
        """Refuse new requests, and end streams, so that uvicorn waits for answers alone; a second Ctrl-C waits no more.

        Uvicorn would raise the signal again at the end; a server that was asked to stop and did has not failed.
        """
        self._front.draining.set()
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say where."""
        await super().startup(sockets)
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._reload)
        logger.info("fewsight serves on http://%s:%d; /ready says when the model is loaded.", *self._address())

    def _address(self) -> tuple[str, int]:
        host, port, *_ = self.servers[0].sockets[0].getsockname()
        return host, port

    def _reload(self) -> None:
        threading.Thread(target=self._try_reload, daemon=True).start()

    def _try_reload(self) -> None:
        try:
            self._front.reload()
        except FewsightError as error:
            logger.warning("The answerer was not loaded anew, the old one goes on: %s", error)
