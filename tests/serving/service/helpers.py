"""A server in the test's own process, on the scripted engine with a small tokenizer."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from starlette.testclient import TestClient

from fewsight.serving.access.tokens import Scope, Tokens
from fewsight.serving.run.options import RunOptions, make_options
from fewsight.serving.service.app import Service
from fewsight.serving.service.serving import make_service
from fewsight.serving.service.settings import Limits

USUAL = Limits()
HISTORY: Final[dict[str, Any]] = {
    "customer_id": "c1",
    "events": [
        {
            "id": "o1",
            "time": "2026-03-01T10:00:00Z",
            "kind": "order",
            "product": "Kettle",
            "amount": 3990,
            "currency": "EUR",
        },
        {"id": "t1", "time": "2026-03-04T09:30:00Z", "kind": "ticket", "text": "It leaks, mail me: ada@example.org"},
    ],
}


def options(model: Path) -> RunOptions:
    return make_options(["intent", "churn_reason"], engine="scripted", model=str(model))


@contextmanager
def served(folder: Path, model: Path, limits: Limits = USUAL, scope: Scope = "admin") -> Iterator[TestClient]:
    """A client with a token, of a server that is ready."""
    service: Service = make_service(options(model), folder, {"testserver"}, limits)
    token = Tokens(folder / "access.db").add("test", scope)
    with TestClient(service, headers={"Authorization": f"Bearer {token}"}) as client:
        until = time.monotonic() + 20
        while client.get("/ready").status_code != 200:
            assert service.front.failed is None, service.front.failed
            assert time.monotonic() < until
            time.sleep(0.02)
        yield client
