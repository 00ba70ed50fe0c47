"""The server: who is answered, with what around it, and what it refuses."""

import http.client
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from fewsight.errors import ConfigError
from fewsight.evals.labelling.page.server import MOST_BYTES, LabelServer
from tests.evals.labelling.support import served, session


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LabelServer]:
    with served(tmp_path) as one:
        yield one


def ask(
    server: LabelServer, method: str, path: str, body: Any = None, **headers: str
) -> tuple[int, str, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", server.guard.port, timeout=30)
    common = {"Content-Type": "application/json", "X-Fewsight-Token": server.guard.token}
    given = {
        **(common if method == "POST" else {}),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    sent = body if isinstance(body, bytes | None) else json.dumps(body)
    connection.request(method, path, sent, given)
    reply = connection.getresponse()
    read = (reply.status, reply.read().decode(), dict(reply.getheaders()))
    connection.close()
    return read


def test_the_page_and_its_scripts_come_with_a_policy_that_runs_no_other(server: LabelServer) -> None:
    status, page, headers = ask(server, "GET", f"/?token={server.guard.token}")
    assert status == 200
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe-inline'; script" in headers["Content-Security-Policy"]  # for styles alone
    assert headers["Cache-Control"] == "no-store"
    assert page.count("<script") == 1
    assert '<script type="module" src="label.js"></script>' in page
    assert " onclick" not in page
    for script in ("/label.js", "/parts.js"):
        status, text, headers = ask(server, "GET", script)
        assert (status, headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
        assert not {"innerHTML", "insertAdjacentHTML", "outerHTML", "eval("} & set(text.split())
        assert "innerHTML" not in text
        assert "http" not in text


@pytest.mark.parametrize("path", ["/", "/?token=", "/?token=wrong", "/?token=é"])
def test_the_page_needs_its_token(server: LabelServer, path: str) -> None:
    status, text, _ = ask(server, "GET", path.replace("é", "%C3%A9"))
    assert (status, "token" in text) == (403, True)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:{port}"}, 200),
        ({"Origin": "http://127.0.0.1:{port}"}, 200),
        ({"Host": "evil.example:{port}"}, 403),
        ({"Host": "127.0.0.1"}, 403),
        ({"Host": ""}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"X-Fewsight-Token": "wrong"}, 403),
        ({"Content-Type": "text/plain"}, 415),
    ],
)
def test_calls_of_other_names_and_sites_are_refused(server: LabelServer, headers: dict[str, str], status: int) -> None:
    given = {name: value.format(port=server.guard.port) for name, value in headers.items()}
    assert ask(server, "POST", "/next", {"tab": "a"}, **given)[0] == status


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/nothing", {}, 404),
        ("GET", "/../cli.py", None, 404),
        ("GET", "/label.jinja", None, 404),
        ("PUT", "/next", {}, 501),
        ("POST", "/next", b"[1]", 400),
        ("POST", "/next", b"{", 400),
        ("POST", "/next", b"[" * 100_000, 400),
        ("POST", "/answer", {"row": 99}, 400),
        ("POST", "/answer", {"row": 0, "chosen": {"intent": "lost"}}, 400),
        ("POST", "/answer", {"row": 0, "chosen": 3}, 400),
        ("POST", "/answer", {"row": 0, "chosen": {}, "evidence": 3}, 400),
        ("POST", "/next", b" " * (MOST_BYTES + 1), 413),
    ],
)
def test_what_cannot_be_answered_is_refused_and_the_server_goes_on(
    server: LabelServer, method: str, path: str, body: Any, status: int
) -> None:
    try:
        assert ask(server, method, path, body)[0] == status
    except (BrokenPipeError, ConnectionResetError):  # it hung up before all was sent
        assert status == 413
    assert ask(server, "POST", "/next", {"tab": "a"})[0] == 200


def test_answers_that_come_at_once_are_all_written_once(server: LabelServer, tmp_path: Path) -> None:
    bodies = [{"tab": f"t{n}", "row": n % 3, "chosen": {"intent": "late"}} for n in range(24)]
    with ThreadPoolExecutor(len(bodies)) as threads:
        replies = list(threads.map(lambda body: ask(server, "POST", "/answer", body), bodies))
    assert {status for status, _, _ in replies} == {200}
    assert sum(not json.loads(text)["doubled"] for _, text, _ in replies) == 3
    ids = [json.loads(line)["id"] for line in (tmp_path / "labels.jsonl").read_text().splitlines()]
    assert sorted(ids) == ["c1", "c2", "c3"]


def test_a_port_that_is_in_use_is_named(tmp_path: Path) -> None:
    with session(tmp_path) as one, socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ConfigError, match=f"Port {port} of 127.0.0.1 is in use"):
            LabelServer(one, "127.0.0.1", port)
        with pytest.raises(ConfigError, match=r"Can't listen on '192\.0\.2\.1'"):
            LabelServer(one, "192.0.2.1", 0)
