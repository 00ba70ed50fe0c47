"""A client of a server; `async_client` has the same methods to await."""

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx

from fewsight.insight import Insight
from fewsight.redaction import keep_secret
from fewsight.serving.service.client import calls
from fewsight.serving.service.client.calls import Call, Stream
from fewsight.serving.service.decisions.types import Decision, DecisionRequest, SystemOneReply, SystemOneRequest
from fewsight.serving.service.schemas import BatchOut, HistoryIn

T = TypeVar("T")
Histories = Sequence[HistoryIn | Mapping[str, Any]]


def settings(url: str, token: str, seconds: float) -> dict[str, Any]:
    """Of an httpx client for a server; the token is never shown."""
    keep_secret(token)
    return {"base_url": url, "headers": {"Authorization": f"Bearer {token}"}, "timeout": seconds}


class Client:
    """Asks a server; use it in a `with` block.

    Where the server is busy or starts, a request is sent again, as often as `retries` says. All methods raise
    AccessError, ConfigError or EngineError, as `calls.require_good` says.

    Args:
        url: such as http://127.0.0.1:8080.
        token: from `fewsight tokens new`.
        seconds: the longest time to wait for an answer.
        retries: of requests that may succeed later.
        http: another httpx client to use, for proxies and tests.
    """

    def __init__(
        self, url: str, token: str, *, seconds: float = 150, retries: int = 5, http: httpx.Client | None = None
    ) -> None:
        self._http, self._retries = http or httpx.Client(**settings(url, token, seconds)), retries

    def insights(
        self, histories: Histories = (), texts: Sequence[str] = (), tasks: Sequence[str] | None = None
    ) -> list[Insight]:
        """Insights in the order of the histories and then the texts, each with its tasks."""
        return self._ask(calls.insights(histories, texts, tasks))

    def decide(self, request: DecisionRequest | Mapping[str, Any]) -> Decision:
        """Answers to typed questions, in OpenAI's form."""
        return self._ask(calls.decide(request))

    def system_one(self, request: SystemOneRequest | Mapping[str, Any]) -> SystemOneReply:
        """Answers to typed questions, in System One's form."""
        return self._ask(calls.system_one(request))

    def send_batch(self, lines: bytes | Path, tasks: Sequence[str] | None = None, key: str | None = None) -> BatchOut:
        """Send JSON lines; the same `key` gives the same batch, however often it is sent."""
        return self._ask(calls.send_batch(lines, tasks, key))

    def batch(self, name: str) -> BatchOut:
        """How far a batch is."""
        return self._ask(calls.batch(name))

    def delete_batch(self, name: str) -> None:
        """End a batch, and remove all of it."""
        self._ask(calls.delete_batch(name))

    def results(self, name: str, after: int = 0) -> Iterator[tuple[int, Insight]]:
        """Insights of a batch with their numbers as they are recorded, to its end; `after` a number goes on there."""
        stream = Stream(after)
        while not stream.has_ended(self._retries):
            time.sleep(stream.pause())
            try:
                with self._http.stream("GET", calls.results(name), headers=stream.headers()) as reply:
                    if reply.is_error:
                        reply.read()
                        calls.require_good(reply)
                    for line in reply.iter_lines():
                        if (insight := stream.feed(line)) is not None:
                            yield stream.after, insight
            except httpx.TransportError as error:
                stream.broke(error)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, call: Call[T]) -> T:
        for tried in range(self._retries + 1):
            try:
                reply = self._http.request(call.method, call.path, **call.arguments)
            except httpx.TransportError as error:
                raise calls.unreachable(error) from error
            wait = calls.pause(reply, tried, self._retries)
            if wait is None:
                break
            time.sleep(wait)
        calls.require_good(reply)
        return call.read(reply)
