"""A console that answers, and somebody who is logged in."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from fewsight.serving.models.names import ModelFolder
from tests.agents.console.served import Served, served


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, model: ModelFolder) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("console") / "shop", model, undo=0.2) as running:
        running.console.logins = type(running.console.logins)(10_000, 10_000)
        yield running


@pytest.fixture
def login(server: Served) -> Iterator[Callable[[str], httpx.Client]]:
    clients: list[httpx.Client] = []

    def enter(token: str) -> httpx.Client:
        client = server.client()
        clients.append(client)
        assert client.post("/login", data={"token": token}).status_code == 303
        return client

    yield enter
    for client in clients:
        client.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "shop"
