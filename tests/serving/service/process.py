"""A server in a process of its own, started as its users start it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from fewsight.serving.access.tokens import Tokens


class Process:
    """A server of a folder, which can be killed and started again; on the scripted engine unless `more` says more."""

    def __init__(self, folder: Path, model: Path, more: Sequence[str] = ()) -> None:
        folder.mkdir(exist_ok=True)
        self.folder, self.port, self.log = folder, _free_port(), folder / "log"
        self.token = Tokens(folder / "access.db").add("test", "admin")
        self.url = f"http://127.0.0.1:{self.port}"
        place = ("--out", str(folder), "--port", str(self.port))
        more = more or ("--model", str(model), "--engine", "scripted")
        self._words = ["serve", "--task", "intent", "--per-minute", "1000000", *place, *more]

    def start(self) -> None:
        """Start it, and wait until it answers."""
        code = "from fewsight.cli import main; main()"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([sys.executable, "-c", code, *self._words], stdout=log, stderr=log)
        until = time.monotonic() + 240
        while not self._is_ready():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.05)

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, and return its exit status."""
        os.kill(self.process.pid, sign)
        return self.process.wait(60)

    def client(self, seconds: float = 30) -> httpx.Client:
        """A client with a token."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=seconds, trust_env=False)

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/ready", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False


@contextmanager
def running(folder: Path, model: Path, more: Sequence[str] = ()) -> Iterator[Process]:
    """A server that answers; stopped at the end, however that comes."""
    server = Process(folder, model, more)
    try:
        server.start()
        yield server
    finally:
        server.process.kill()
        server.process.wait()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def lines(customers: int) -> bytes:
    """JSON lines of a batch: a ticket each."""
    event = {"time": "2026-03-04T09:30:00Z", "kind": "ticket"}
    rows = ({"customer_id": f"c{i}", **event, "text": f"It leaks {i}"} for i in range(customers))
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def streamed_customers(client: httpx.Client, batch: str) -> list[str]:
    """Customers of a batch as its stream names them, to its end."""
    reply = client.get(f"/v1/batches/{batch}/results").text.strip().split("\n\n")
    assert reply[-1].startswith("event: end"), reply[-1]
    assert json.loads(reply[-1].partition("data: ")[2])["state"] == "done", reply[-1]
    return [json.loads(event.partition("data: ")[2])["customer_id"] for event in reply[:-1] if "data: " in event]


def kill_and_go_on(server: Process, kills: int, customers: int) -> int:
    """Kill the server while batches are answered; all insights must be there once. How many kills hit one half done."""
    hits = 0
    with server.client() as client:
        sent = [client.post("/v1/batches", content=lines(customers)).json()["id"]]
        for number in range(kills):
            while number % 2 == 0 and not client.get(f"/v1/batches/{sent[-1]}").json()["insights"]:
                time.sleep(0.005)
            time.sleep(0.02 * (number % 11))
            server.stop(signal.SIGKILL)
            server.start()
            told = client.get(f"/v1/batches/{sent[-1]}").json()
            hits += 0 < told["insights"] < customers
            if told["state"] == "done":
                sent.append(client.post("/v1/batches", content=lines(customers)).json()["id"])
        for batch in sent:
            told = streamed_customers(client, batch)
            assert len(told) == len(set(told)) == customers
    return hits
