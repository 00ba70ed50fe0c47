import errno
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from fewsight.errors import LedgerError
from fewsight.ledger import Ledger
from fewsight.serving.access.tokens import Tokens
from fewsight.serving.service.batches import queue
from fewsight.serving.service.settings import Limits
from tests.serving.service.helpers import served
from tests.serving.service.process import lines


def wait(client: TestClient, batch: str, state: str = "done") -> dict[str, Any]:
    until = time.monotonic() + 30
    while (told := client.get(f"/v1/batches/{batch}").json())["state"] != state:
        assert time.monotonic() < until, told
        assert told["state"] not in ("done", "failed"), told
        time.sleep(0.02)
    return dict(told)


def streamed(client: TestClient, batch: str, after: int = 0) -> list[tuple[str, int | None, dict[str, Any]]]:
    reply = client.get(f"/v1/batches/{batch}/results", headers={"Last-Event-ID": str(after)})
    assert reply.status_code == 200
    events: list[tuple[str, int | None, dict[str, Any]]] = []
    for block in reply.text.strip().split("\n\n"):
        parts = dict(line.split(": ", 1) for line in block.split("\n") if not line.startswith(":"))
        if parts:
            events.append((parts["event"], int(parts["id"]) if "id" in parts else None, json.loads(parts["data"])))
    return events


@pytest.fixture(scope="module")
def client(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with served(tmp_path_factory.mktemp("server"), model_path) as one:
        yield one


def test_upload_look_and_stream(client: TestClient) -> None:
    reply = client.post("/v1/batches?task=intent", content=lines(30) + b"no json\n")
    assert reply.status_code == 202, reply.text
    batch = reply.json()["id"]
    events = streamed(client, batch)
    assert [kind for kind, _, _ in events] == ["insight"] * 30 + ["end"]
    assert {one["customer_id"] for _, _, one in events[:-1]} == {f"c{i}" for i in range(30)}
    assert events[-1][2]["state"] == "done"
    numbers = [number for _, number, _ in events[:-1] if number is not None]
    assert [number for _, number, _ in streamed(client, batch, numbers[9])[:-1]] == numbers[10:]
    told = wait(client, batch)
    assert (told["customers"], told["insights"], told["tasks"]) == (30, 30, ["intent"])
    assert client.get(reply.headers["Location"]).json() == told


def test_the_same_key_is_the_same_batch(client: TestClient) -> None:
    first = client.post("/v1/batches", content=lines(2), headers={"Idempotency-Key": "k"})
    again = client.post("/v1/batches", content=lines(2), headers={"Idempotency-Key": "k"})
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json()["id"] == again.json()["id"]


def test_what_is_no_table_fails_alone(client: TestClient) -> None:
    bad = client.post("/v1/batches", content=b"\x00\x01 nothing\n" * 3).json()["id"]
    good = client.post("/v1/batches", content=lines(1)).json()["id"]
    assert wait(client, bad, "failed")["error"]
    assert wait(client, good)["insights"] == 2
    assert client.post("/v1/batches", content=b"").status_code == 422
    assert client.post("/v1/batches?task=nope", content=lines(1)).status_code == 422


def test_a_batch_is_seen_by_its_sender_alone(tmp_path: Path, model_path: Path) -> None:
    with served(tmp_path, model_path, scope="act") as client:
        batch = client.post("/v1/batches", content=lines(1)).json()["id"]
        wait(client, batch)
        other = {"Authorization": f"Bearer {Tokens(tmp_path / 'access.db').add('other', 'act')}"}
        for way in ("GET", "DELETE"):
            assert client.request(way, f"/v1/batches/{batch}", headers=other).status_code == 404
        assert client.get("/v1/batches", headers=other).json() == []
        assert client.delete(f"/v1/batches/{batch}").status_code == 204
        assert client.get(f"/v1/batches/{batch}").status_code == 404
        assert list((tmp_path / "batches").iterdir()) == []


def test_a_batch_goes_on_after_a_restart(tmp_path: Path, model_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record, calls = Ledger.record, 0

    def slow(self: Ledger, *args: Any, **options: Any) -> None:
        nonlocal calls
        calls += 1
        time.sleep(0.05)
        record(self, *args, **options)

    monkeypatch.setattr(Ledger, "record", slow)
    with served(tmp_path, model_path) as client:
        batch = client.post("/v1/batches?task=intent", content=lines(400)).json()["id"]
        while client.get(f"/v1/batches/{batch}").json()["insights"] == 0:
            time.sleep(0.01)
    before = calls
    assert 0 < before < 7
    (tmp_path / "batches" / "torn").mkdir()
    with served(tmp_path, model_path) as client:
        assert wait(client, batch)["insights"] == 400
        assert len({one["customer_id"] for _, _, one in streamed(client, batch)[:-1]}) == 400
    assert calls == 7  # batches of 64 rows, none of them twice
    assert not (tmp_path / "batches" / "torn").exists()


def test_a_full_disk_pauses_a_batch(tmp_path: Path, model_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record, full = Ledger.record, [True]

    def maybe(self: Ledger, *args: Any, **options: Any) -> None:
        if full[0]:
            raise LedgerError("Can't write the ledger: database or disk is full.")
        record(self, *args, **options)

    monkeypatch.setattr(Ledger, "record", maybe)
    monkeypatch.setattr(queue, "PAUSES", (0.05,))
    with served(tmp_path, model_path) as client:
        batch = client.post("/v1/batches?task=intent", content=lines(3)).json()["id"]
        assert "disk is full" in wait(client, batch, "paused")["error"]
        assert client.post("/v1/insights", json={"texts": ["a"]}).status_code == 200
        full[0] = False
        assert wait(client, batch)["insights"] == 3


def test_an_upload_that_finds_no_room_leaves_nothing(
    tmp_path: Path, model_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with served(tmp_path, model_path) as client:
        monkeypatch.setattr("fewsight.serving.service.batches.batch.write_text", full)
        reply = client.post("/v1/batches", content=lines(3))
        assert reply.status_code == 507
        assert "No space left" in reply.json()["error"]["message"]
        assert list((tmp_path / "batches").iterdir()) == []
        assert client.get("/v1/batches").json() == []


def test_an_upload_that_is_too_long(tmp_path: Path, model_path: Path) -> None:
    with served(tmp_path, model_path, Limits(upload=5_000)) as client:
        assert client.post("/v1/batches", content=(lines(1) for _ in range(1_000))).status_code == 413
        assert list((tmp_path / "batches").iterdir()) == []
