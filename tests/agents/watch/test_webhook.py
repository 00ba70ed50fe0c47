"""Alerts that are posted: signed, again where the other side is busy, and none is lost."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from fewsight.agents.watch.delivery import Webhook, deliver
from fewsight.agents.watch.model import Alert, Drift, Look, Threshold
from fewsight.agents.watch.sending import publish
from fewsight.agents.watch.state import State
from fewsight.errors import ConfigError

SECRET = "a secret of the two sides"
MOMENT = datetime(2025, 1, 1, tzinfo=UTC)


def alert(number: int, customer: str = "") -> Alert:
    """An alert with hardly anything in it."""
    return Alert(
        id=f"id{number}",
        task="lapse",
        outcome="no order within 60 days",
        customer_id=customer or f"C{number}",
        moment=MOMENT,
        until=MOMENT,
        rank=number,
        risk=0.9,
        threshold=0.5,
        events=(),
        facts=(),
    )


def remember(state: State, alerts: list[Alert]) -> None:
    """A look that wrote alerts."""
    threshold = Threshold(value=0.5, false_alarms=0.05, confidence=0.95, customers=60, needed=59)
    look = Look(
        moment=MOMENT,
        answerer="facts-lr",
        watched=10,
        events=5,
        budget=20,
        candidates=len(alerts),
        written=len(alerts),
        threshold=threshold,
        drift=Drift(tested=0, moved=()),
    )
    state.add_look(look, alerts, {}, MOMENT)


@contextmanager
def server(statuses: list[int], *, drip: bool = False) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A server that answers with statuses in turn (the last one for good), and what it was sent."""
    taken: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            taken.append({"body": body, "headers": dict(self.headers)})
            if drip:  # a byte now and then, and never a whole head
                for _ in range(20):
                    self.wfile.write(b"H")
                    self.wfile.flush()
                    time.sleep(0.1)
                return
            self.send_response(statuses.pop(0) if len(statuses) > 1 else statuses[0])
            self.send_header("location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as opened:
        threading.Thread(target=opened.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{opened.server_port}/hook", taken
        opened.shutdown()


def test_an_alert_is_signed_so_that_the_other_side_can_tell(state: State) -> None:
    remember(state, [alert(1)])
    with server([204]) as (url, taken):
        done = deliver(state, Webhook(url, SECRET))
    assert (done.taken, done.waiting, done.error) == (1, 0, None)
    (post,) = taken
    heads = {name.lower(): value for name, value in post["headers"].items()}
    assert json.loads(post["body"])["customer_id"] == "C1"
    signed = f"{heads['webhook-id']}.{heads['webhook-timestamp']}.".encode() + post["body"]
    right = base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
    assert heads["webhook-signature"] == f"v1,{right}"
    assert abs(time.time() - int(heads["webhook-timestamp"])) < 60


def test_a_side_that_is_busy_is_asked_again_and_gets_the_same_id(state: State) -> None:
    remember(state, [alert(1)])
    with server([500, 429, 200]) as (url, taken):
        assert deliver(state, Webhook(url, SECRET, pause=0.01)).taken == 1
    assert len(taken) == 3
    assert len({post["body"] for post in taken}) == 1


def test_alerts_that_are_not_taken_wait_for_the_next_look(state: State) -> None:
    remember(state, [alert(1), alert(2)])
    with server([500]) as (url, taken):
        done = publish(state, Webhook(url, SECRET, tries=2, pause=0.01))
    assert (done.taken, done.waiting) == (0, 2)
    assert done.error == "the other side answered 500"
    assert len(taken) == 2  # the second alert is not tried where the other side is down
    with server([200]) as (url, taken):
        assert publish(state, Webhook(url, SECRET)).taken == 2
        assert publish(state, Webhook(url, SECRET)).taken == 0
    assert [json.loads(post["body"])["id"] for post in taken] == ["id1", "id2"]


@pytest.mark.parametrize("status", [301, 404])
def test_a_refusal_is_not_repeated_at_once_and_nothing_follows_a_redirect(state: State, status: int) -> None:
    remember(state, [alert(1), alert(2)])
    with server([status]) as (url, taken):
        done = deliver(state, Webhook(url, SECRET, pause=0.01))
    assert (done.taken, done.waiting, len(taken)) == (0, 2, 2)


def test_a_side_that_hangs_is_left_in_time(state: State) -> None:
    remember(state, [alert(1)])
    begun = time.monotonic()
    with server([200], drip=True) as (url, _):
        done = deliver(state, Webhook(url, SECRET, timeout=0.3, tries=2, pause=0.01))
        took = time.monotonic() - begun
    assert done.error == "no answer within 0.3 s"
    assert took < 1.8
    assert deliver(state, Webhook("http://127.0.0.1:1/", SECRET, tries=1)).waiting == 1


@pytest.mark.parametrize(
    ("url", "secret", "problem"),
    [
        ("http://example.com/hook", SECRET, "must be https"),
        ("ftp://127.0.0.1/", SECRET, "must be https"),
        ("https://example.com/hook", None, "set FEWSIGHT_WEBHOOK_SECRET"),
        ("https://example.com/hook", "short", "16 characters"),
        ("https://example.com/hook", "whsec_%%%", "no base64"),
    ],
)
def test_what_alerts_can_not_go_to(url: str, secret: str | None, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        Webhook(url, secret)


def test_files_hold_every_alert_and_no_formula(state: State) -> None:
    remember(state, [alert(1), alert(2, "=1+1")])
    publish(state, None)
    folder = state.path.parent
    lines = [json.loads(line) for line in (folder / "alerts.jsonl").read_text().splitlines()]
    assert [line["customer_id"] for line in lines] == ["C1", "=1+1"]
    assert "'=1+1" in (folder / "alerts.csv").read_text()
    assert [(folder / name).stat().st_mode & 0o077 for name in ("alerts.jsonl", "alerts.csv", "watch.html")] == [0] * 3
    page = (folder / "watch.html").read_text()
    assert "=1+1" in page
    assert "<script" not in page
