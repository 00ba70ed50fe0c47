"""A real server, and what the world does to it."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.serving.service.process import Process, kill_and_go_on, lines, running, streamed_customers


@pytest.fixture(scope="module")
def server(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with running(tmp_path_factory.mktemp("server"), model_path) as one:
        yield one


def asks(server: Process) -> float:
    """Seconds that an answer takes."""
    begun = time.monotonic()
    with server.client() as client:
        assert client.post("/v1/insights", json={"texts": ["It leaks."]}).status_code == 200
    return time.monotonic() - begun


def connect(server: Process) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=10)


def test_a_thousand_idle_connections(server: Process) -> None:
    idle = [connect(server) for _ in range(1_000)]
    assert asks(server) < 3
    for one in idle:
        one.close()


def test_callers_who_are_slow_hold_nobody_up(server: Process) -> None:
    head = f"POST /v1/insights HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nAuthorization: Bearer {server.token}\r\n"
    slow = [connect(server) for _ in range(50)]
    for one in slow:
        one.sendall((head + "Content-Length: 1000\r\n\r\n{").encode())
    body = json.dumps({"texts": ["It leaks."] * 64})
    unread = connect(server)
    unread.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    unread.sendall((head + f"Content-Length: {len(body)}\r\n\r\n{body}").encode())
    assert unread.recv(1) == b"H"
    assert asks(server) < 3
    for one in (*slow, unread):
        one.close()


def test_a_caller_who_leaves_is_counted(server: Process) -> None:
    body = json.dumps({"texts": [f"It leaks {i}." for i in range(64)]})
    head = f"POST /v1/insights HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nAuthorization: Bearer {server.token}\r\n"
    for _ in range(3):
        one = connect(server)
        one.sendall((head + f"Content-Length: {len(body)}\r\n\r\n{body}").encode())
        one.close()
    asks(server)
    with server.client() as client:
        until = time.monotonic() + 10
        while "fewsight_requests_in_flight 1.0" not in client.get("/metrics").text:
            assert time.monotonic() < until
            time.sleep(0.1)


def test_a_second_server_on_the_folder_is_refused(server: Process, model_path: Path) -> None:
    words = ["serve", "--out", str(server.folder), "--port", "0", "--engine", "scripted", "--model", str(model_path)]
    code = "from fewsight.cli import main; main()"
    other = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, timeout=60)
    assert other.returncode == 2
    assert "Another server uses" in other.stderr
    assert asks(server) < 3


def test_sigterm_loses_nothing(tmp_path: Path, model_path: Path) -> None:
    with running(tmp_path / "server", model_path) as server, server.client() as client:
        batch = client.post("/v1/batches", content=lines(800)).json()["id"]
        replies: list[int] = []

        def ask() -> None:
            try:
                replies.append(client.post("/v1/insights", json={"texts": ["It leaks."] * 64}).status_code)
            except httpx.TransportError:
                replies.append(0)  # not let in any more

        asking = [threading.Thread(target=ask) for _ in range(8)]
        for one in asking:
            one.start()
        while 200 not in replies:
            time.sleep(0.001)
        assert server.stop() == 0
        for one in asking:
            one.join()
        assert set(replies) <= {200, 503, 0}
        noted = [line for line in server.log.read_text().splitlines() if '"/v1/insights", "status": 200' in line]
        assert len(noted) == replies.count(200)
        server.start()
        assert len(set(streamed_customers(server.client(), batch))) == 800
        assert "Traceback" not in server.log.read_text()


def test_kill_in_a_batch_loses_and_doubles_nothing(tmp_path: Path, model_path: Path) -> None:
    with running(tmp_path / "server", model_path) as server:
        assert kill_and_go_on(server, kills=1, customers=640) == 1
