"""What several tests of the console's pages need."""

import re
import time
from collections.abc import Callable
from html import unescape

import httpx

from tests.agents.console.served import Served


def hidden(page: str, name: str, place: int = 0) -> str:
    """A hidden field of a page."""
    return unescape(re.findall(rf'<input type="hidden" name="{name}" value="([^"]*)"', page)[place])


def until(truth: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not truth():
        assert time.monotonic() < end
        time.sleep(0.02)


def kinds(server: Served, case: str) -> list[str]:
    with server.console.desk() as desk:
        return [entry.kind for entry in desk.store.case(case).entries]


def suggested(server: Served, client: httpx.Client, case: str) -> str:
    """The page of a case, when moves are suggested and the first words are written."""
    client.get(f"/cases/{case}")  # words are written for a case that somebody looks at
    until(lambda: kinds(server, case)[-1] == "drafted")
    return client.get(f"/cases/{case}").text


def refunded(server: Served) -> list[str]:
    with server.console.desk() as desk:
        return [row[0] for row in desk.store.database.execute("SELECT id FROM items WHERE refunded = 1")]
