"""The console of the worked example on the scripted engine: in this process, or as a program that can be killed."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx

from fewsight.agents.console.desk import Console
from fewsight.agents.console.inbox.receiving import Incoming, receive
from fewsight.agents.console.known import Known
from fewsight.agents.console.serving import Address, new_console, new_server
from fewsight.agents.copilot.copilot import Copilot
from fewsight.agents.copilot.setup.folder import Setup, new_folder, read_folder
from fewsight.agents.copilot.store import Store
from fewsight.serving.engines.scripted.engine import ScriptedEngine
from fewsight.serving.models.names import ModelFolder
from tests.agents.copilot.test_copilot import saying, wanting

KETTLE = '"item_id":"A100-2","amount":8900,"reason":"broken"'
WANTED = (KETTLE, '"read_order","arguments":{"order_id":"A100"', "article broken-items")
WORDS = "Dear {name}, the price of the kettle is {orders.A100.items.A100-2.price}."


@dataclass
class Served:
    """A console that answers at `url`; `token` may act."""

    console: Console
    url: str
    token: str

    def say(self, text: str, customer: str = "C1") -> str:
        """A message of a customer; its case."""
        with self.console.desk() as desk:
            return receive(desk, Incoming(customer=customer, text=text)).case

    def client(self) -> httpx.Client:
        """Somebody who is not logged in."""
        return httpx.Client(base_url=self.url, headers={"Origin": self.url})


def pilot(setup: Setup, model: ModelFolder) -> Copilot:
    engine = ScriptedEngine(model, probabilities=wanting(*WANTED), answers=saying(WORDS))
    return Copilot(Store(setup.database, setup.read_state), setup.text, setup.tools, engine, setup.articles)


@contextmanager
def served(
    folder: Path, model: ModelFolder, undo: float = 0.2, known: Known | None = None, port: int = 0
) -> Iterator[Served]:
    if not folder.exists():
        new_folder(folder)
    setup = read_folder(folder)
    console = new_console(setup, known or Known(), delay=timedelta(seconds=undo), start=lambda: pilot(setup, model))
    server, listening = new_server(console, Address(port=port))
    console.worker.start()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield Served(console, f"http://127.0.0.1:{listening.getsockname()[1]}", console.tokens.add("Kim", "act"))
    finally:
        server.should_exit = True
        thread.join(10)
        console.worker.stop()


def answer(folder: Path, model: ModelFolder, port: int) -> None:
    """Serve until killed."""
    with served(folder, model, undo=0.6, port=port) as server:
        print(server.token, flush=True)
        threading.Event().wait()


def main(folder: Path, model: ModelFolder, port: int) -> None:
    """For each line on stdin kill the server, where one runs, and start one; all libraries are loaded once."""
    from sklearn.feature_extraction import text  # noqa: F401 - for all children

    child = 0
    for _ in sys.stdin:
        if child:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        child = os.fork()
        if not child:
            answer(folder, model, port)
    os.kill(child, signal.SIGKILL)


if __name__ == "__main__":
    from fewsight.serving.models.names import resolve_model

    main(Path(sys.argv[1]), resolve_model(sys.argv[2], need_weights=False), int(sys.argv[3]))
