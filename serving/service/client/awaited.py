"""A client of a server whose methods are awaited; `client` has the same ones to call."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx

from fewsight.insight import Insight
from fewsight.serving.service.client import calls
from fewsight.serving.service.client.blocking import Histories, settings
from fewsight.serving.service.client.calls import Call, Stream
from fewsight.serving.service.decisions.types import Decision, DecisionRequest, SystemOneReply, SystemOneRequest
from fewsight.serving.service.schemas import BatchOut

T = TypeVar("T")


class AsyncClient:
    """`Client` with methods to await; use it in an `async with` block.

    Args:
        url: such as http://127.0.0.1:8080.
        token: from `fewsight tokens new`.
        seconds: the longest time to wait for an answer.
        retries: of requests that may succeed later.
        http: another httpx client to use.
    """

    def __init__(
        self, url: str, token: str, *, seconds: float = 150, retries: int = 5, http: httpx.AsyncClient | None = None
    ) -> None:
        self._http, self._retries = http or httpx.AsyncClient(**settings(url, token, seconds)), retries

    async def insights(
        self, histories: Histories = (), texts: Sequence[str] = (), tasks: Sequence[str] | None = None
    ) -> list[Insight]:
        """Insights in the order of the histories and then the texts, each with its tasks."""
        return await self._ask(calls.insights(histories, texts, tasks))

    async def decide(self, request: DecisionRequest | Mapping[str, Any]) -> Decision:
        """Answers to typed questions, in OpenAI's form."""
        return await self._ask(calls.decide(request))

    async def system_one(self, request: SystemOneRequest | Mapping[str, Any]) -> SystemOneReply:
        """Answers to typed questions, in System One's form."""
        return await self._ask(calls.system_one(request))

    async def send_batch(
        self, lines: bytes | Path, tasks: Sequence[str] | None = None, key: str | None = None
    ) -> BatchOut:
        """Send JSON lines; the same `key` gives the same batch, however often it is sent."""
        return await self._ask(calls.send_batch(lines, tasks, key))

    async def batch(self, name: str) -> BatchOut:
        """How far a batch is."""
        return await self._ask(calls.batch(name))

    async def delete_batch(self, name: str) -> None:
        """End a batch, and remove all of it."""
        await self._ask(calls.delete_batch(name))

    async def results(self, name: str, after: int = 0) -> AsyncIterator[tuple[int, Insight]]:
        """Insights of a batch with their numbers as they are recorded, to its end; `after` a number goes on there."""
        stream = Stream(after)
        while not stream.has_ended(self._retries):
            await asyncio.sleep(stream.pause())
            try:
                async with self._http.stream("GET", calls.results(name), headers=stream.headers()) as reply:
                    if reply.is_error:
                        await reply.aread()
                        calls.require_good(reply)
                    async for line in reply.aiter_lines():
                        if (insight := stream.feed(line)) is not None:
                            yield stream.after, insight
            except httpx.TransportError as error:
                stream.broke(error)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _ask(self, call: Call[T]) -> T:
        for tried in range(self._retries + 1):
            try:
                reply = await self._http.request(call.method, call.path, **call.arguments)
            except httpx.TransportError as error:
                raise calls.unreachable(error) from error
            wait = calls.pause(reply, tried, self._retries)
            if wait is None:
                break
            await asyncio.sleep(wait)
        calls.require_good(reply)
        return call.read(reply)
