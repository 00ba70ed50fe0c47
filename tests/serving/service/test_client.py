import asyncio
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import httpx
import pytest
from starlette.testclient import TestClient

from fewsight.errors import AccessError, ConfigError, EngineError
from fewsight.serving.service.client import AsyncClient, Client
from tests.serving.service.helpers import HISTORY, served
from tests.serving.service.process import lines

QUESTION = {"type": "predicate", "instructions": "Is it broken?"}
DECISION = {"model": "default", "input": "It leaks.", "questions": [QUESTION]}
SYSTEM_ONE = {"model": "default", "state": "It leaks.", "questions": {"q": {**QUESTION, "type": "noul"}}}


def of(raw: TestClient) -> Client:
    return Client("", "", http=cast(httpx.Client, raw))


@pytest.fixture(scope="module")
def raw(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with served(tmp_path_factory.mktemp("server"), model_path) as one:
        yield one


def test_all_calls(raw: TestClient) -> None:
    client = of(raw)
    told = client.insights(histories=[HISTORY], texts=["Too dear."], tasks=["intent"])
    assert [(one.customer_id, one.task, one.status) for one in told] == [
        ("c1", "intent", "ok"),
        ("text-1", "intent", "ok"),
    ]
    probability = client.decide(DECISION).answers[0]
    assert client.system_one(SYSTEM_ONE).answers["q"]["noul"] == getattr(probability, "probability", None)
    batch = client.send_batch(lines(5), ["intent"], key="mine")
    assert client.send_batch(lines(5), ["intent"], key="mine").id == batch.id
    results = list(client.results(batch.id))
    assert len(results) == 5
    assert [number for number, _ in client.results(batch.id, after=results[1][0])] == [one for one, _ in results[2:]]
    assert client.batch(batch.id).state == "done"
    client.delete_batch(batch.id)
    with pytest.raises(ConfigError, match="no such batch"):
        list(client.results(batch.id))


def test_both_clients_have_the_same_methods() -> None:
    for name, method in inspect.getmembers(Client, inspect.isfunction):
        if not name.startswith("_"):
            other = getattr(AsyncClient, name)
            assert inspect.signature(other).parameters == inspect.signature(method).parameters
            assert inspect.iscoroutinefunction(other) or inspect.isasyncgenfunction(other)


def test_the_async_client_asks_too(raw: TestClient) -> None:
    batch = of(raw).send_batch(lines(3), ["intent"]).id

    def passed_on(request: httpx.Request) -> httpx.Response:
        reply = raw.request(request.method, request.url.path, content=request.content, headers=request.headers)
        return httpx.Response(reply.status_code, content=reply.content)

    async def ask() -> tuple[int, int]:
        http = httpx.AsyncClient(transport=httpx.MockTransport(passed_on), base_url="http://testserver")
        http.headers["Authorization"] = raw.headers["Authorization"]
        async with AsyncClient("", "", http=http) as client:
            told = await client.insights(texts=["Too dear.", "Fine."], tasks=["intent"])
            return len(told), len([one async for one in client.results(batch)])

    assert asyncio.run(ask()) == (2, 3)


def scripted(*replies: httpx.Response | Exception) -> tuple[Client, list[httpx.Request]]:
    seen: list[httpx.Request] = []

    def reply(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        one = replies[min(len(seen), len(replies)) - 1]
        if isinstance(one, Exception):
            raise one
        return one

    return Client("", "", retries=2, http=httpx.Client(transport=httpx.MockTransport(reply), base_url="http://x")), seen


def test_a_busy_server_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    busy = httpx.Response(429, headers={"Retry-After": "7"}, json={"error": {"message": "busy"}})
    client, _ = scripted(busy, httpx.Response(200, json={"insights": []}))
    assert client.insights(texts=["a"]) == []
    assert slept == [7.0]
    client, seen = scripted(busy)
    with pytest.raises(EngineError, match="429: busy"):
        client.insights(texts=["a"])
    assert len(seen) == 3


def test_a_stream_that_breaks_goes_on_where_it_was(raw: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    batch = of(raw).send_batch(lines(4), ["intent"]).id
    whole = raw.get(f"/v1/batches/{batch}/results").text
    half = whole[: whole.index("event: insight", whole.index("event: insight") + 1) + 30]
    rest = whole[whole.index("id: ", whole.index("\n\n")) :]
    client, seen = scripted(httpx.Response(200, text=half), httpx.ConnectError("gone"), httpx.Response(200, text=rest))
    assert len({number for number, _ in client.results(batch)}) == 4
    assert [request.headers["Last-Event-ID"] for request in seen] == ["0", "1", "1"]
    client, _ = scripted(httpx.ConnectError("gone"))
    with pytest.raises(EngineError, match="can't be reached"):
        list(client.results(batch))


@pytest.mark.parametrize(
    ("status", "kind"), [(401, AccessError), (403, AccessError), (422, ConfigError), (500, EngineError)]
)
def test_errors(status: int, kind: type[Exception]) -> None:
    client, _ = scripted(httpx.Response(status, text="<html>"))
    with pytest.raises(kind, match=str(status)):
        client.insights(texts=["a"])
