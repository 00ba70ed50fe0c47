from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from starlette.testclient import TestClient

from fewsight.serving.run.api import run
from fewsight.serving.service.settings import Limits
from tests.serving.service.helpers import HISTORY, served


@pytest.fixture(scope="module")
def client(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with served(tmp_path_factory.mktemp("server"), model_path) as one:
        yield one


def test_answers_are_those_of_a_run(client: TestClient, model_path: Path) -> None:
    reply = client.post("/v1/insights", json={"histories": [HISTORY]})
    assert reply.status_code == 200, reply.text
    told = reply.json()["insights"]
    events = [
        {**one, "customer_id": "c1", "event_id": one["id"], "amount": one.get("amount", 0) / 100 or None}
        for one in HISTORY["events"]
    ]
    rows = pd.DataFrame(events).drop(columns="id")
    ran = run(["intent", "churn_reason"], rows, engine="scripted", model=str(model_path), order="shots-first").insights
    assert [one["task"] for one in told] == ["intent", "churn_reason"]
    for one, other in zip(told, sorted(ran, key=lambda insight: insight.task != "intent"), strict=True):
        assert one["status"] == "ok"
        assert one["answer"] == other.answer
        assert one["probabilities"] == other.probabilities
        assert one["evidence"] == list(other.evidence)
        assert one["as_of"] == "2026-03-04T09:30:00Z"


def test_nothing_after_as_of_is_shown(client: TestClient) -> None:
    late = {**HISTORY, "as_of": "2026-03-02T00:00:00Z"}
    alone = {**HISTORY, "events": HISTORY["events"][:1], "as_of": "2026-03-02T00:00:00Z"}
    one, other = (client.post("/v1/insights", json={"histories": [h]}).json() for h in (late, alone))
    assert one == other


def test_texts_and_tasks(client: TestClient) -> None:
    reply = client.post("/v1/insights", json={"texts": ["Where is it?", "Too dear."], "tasks": ["intent"]}).json()
    assert [(one["customer_id"], one["task"]) for one in reply["insights"]] == [
        ("text-1", "intent"),
        ("text-2", "intent"),
    ]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "give histories, texts, or both"),
        ({"texts": ["a"], "tasks": ["intnt"]}, "Did you mean 'intent'?"),
        ({"texts": ["a"], "temperature": 1}, "temperature"),
        ({"texts": [1]}, "valid string"),
        ({"texts": ["x"] * 65}, "at most 64"),
        ({"histories": [{"customer_id": "c"}]}, "either events or a text"),
        ({"histories": [{"events": [{"kind": "ordr"}]}]}, "Did you mean 'order'?"),
        ({"histories": [{"events": [{"kind": "order", "time": "2026-01-01T00:00:00"}]}]}, "timezone"),
        ({"histories": [{"events": [{"kind": "order", "id": "1"}, {"kind": "view", "id": "1"}]}]}, "one id"),
        ({"histories": [{"events": list(reversed(HISTORY["events"]))}]}, "oldest first"),
    ],
)
def test_what_is_refused(client: TestClient, body: object, words: str) -> None:
    reply = client.post("/v1/insights", json=body)
    assert reply.status_code == 422
    assert words in reply.json()["error"]["message"]


def test_bodies_that_are_no_json(client: TestClient) -> None:
    for body in (b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"texts":' * 20_000, b"null", b'{"texts":["\\ud800"]}'):
        reply = client.post("/v1/insights", content=body, headers={"Content-Type": "application/json"})
        assert reply.status_code in (400, 422), (body[:20], reply.text)
        assert reply.json()["error"]["message"]


def test_a_body_is_refused_before_it_is_read_whole(client: TestClient) -> None:
    reply = client.post("/v1/insights", content=b"x" * 2_000_001)
    assert reply.status_code == 413
    assert reply.json()["error"]["request"] == reply.headers["X-Request-ID"]
    chunks = (b" " * 100_000 for _ in range(1_000))
    assert client.post("/v1/insights", content=chunks).status_code == 413


def test_who_may_ask(tmp_path: Path, model_path: Path) -> None:
    with served(tmp_path, model_path, Limits(per_minute=1, burst=2), scope="read") as client:
        routes = client.get("/openapi.json").json()["paths"]
        stranger = {"Authorization": "Bearer fs_x_y"}
        for path, ways in routes.items():
            for way in ways:
                status = client.request(way, path.replace("{batch}", "x"), headers=stranger).status_code
                assert status == (200 if path in ("/health", "/ready") else 401), path
        assert client.post("/v1/insights", json={"texts": ["a"]}).status_code == 403
        assert client.get("/metrics").status_code == 200
        reply = client.get("/metrics")
        assert reply.status_code == 429
        assert 1 <= int(reply.headers["Retry-After"]) <= 60
        assert client.get("/health", headers={"Host": "evil.example"}).status_code == 421


def test_examples_of_the_description_are_answered(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    tried = 0
    for path, ways in described["paths"].items():
        for way, route in ways.items():
            content = route.get("requestBody", {}).get("content", {}).get("application/json")
            if content is None:
                continue
            schema = described["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
            for example in schema["examples"]:
                reply = client.request(way, path, json=example)
                assert reply.status_code == 200, (path, reply.text)
                tried += 1
    assert tried >= 2


def test_counts_and_logs_hold_no_words_of_customers(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        reply = client.post(
            "/v1/insights", json={"texts": ["zanzibar marmalade"]}, headers={"X-Request-ID": "abcdefgh1"}
        )
        client.post("/v1/insights", json={"texts": ["zanzibar"], "tasks": 3})
        client.get("/zanzibar?zanzibar=1")
    assert reply.headers["X-Request-ID"] == "abcdefgh1"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("fewsight.serving.service")]
    assert any('"request": "abcdefgh1"' in line and '"rows": 2' in line for line in lines)
    text = client.get("/metrics").text
    assert 'fewsight_insights_total{status="ok",task="intent"}' in text
    assert "zanzibar" not in "\n".join(lines) + text


def test_no_content_type_is_needed(client: TestClient) -> None:
    body = b'{"texts": ["Where is it?"]}'
    for kind in ("application/x-www-form-urlencoded", "text/plain"):
        assert client.post("/v1/insights", content=body, headers={"Content-Type": kind}).status_code == 200
    assert client.post("/v1/insights", content=body).status_code == 200


def test_reload_leaves_no_gap(client: TestClient) -> None:
    assert client.post("/v1/reload").json() == {"tasks": ["intent", "churn_reason"]}
    assert client.post("/v1/insights", json={"texts": ["a"]}).status_code == 200
