"""What stands before an app."""

import asyncio
from typing import Any

from fewsight.serving.access.shield import HEADERS, Message, Receive, Send, Shield, hosts_of

HOSTS = hosts_of("127.0.0.1", 80)


async def app(scope: Message, receive: Receive, send: Send) -> None:
    read = b""
    more = True
    while more:
        message = await receive()
        read += message.get("body", b"")
        more = message.get("more_body", False)
    if read == b"fail":
        raise ValueError("the secret of the database")
    await send({"type": "http.response.start", "status": 200, "headers": [(b"cache-control", b"private")]})
    await send({"type": "http.response.body", "body": read})


def ask(*parts: bytes, method: str = "POST", **headers: str) -> tuple[int, dict[str, str], bytes]:
    sent: list[Any] = []
    given = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    messages.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(Shield(app, HOSTS, 10)({"type": "http", "method": method, "headers": given}, receive, send))
    answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], answered, sent[1]["body"]


def test_an_answer_carries_all_headers_and_keeps_those_of_the_app() -> None:
    status, headers, body = ask(b"hello", host="localhost:80", origin="http://127.0.0.1:80")
    assert (status, body) == (200, b"hello")
    assert headers["cache-control"] == "private"
    assert headers.keys() >= {name.lower() for name in HEADERS}
    assert "unsafe" not in headers["content-security-policy"]


def test_foreign_names_and_sites_get_no_answer() -> None:
    assert ask(host="evil.example:80")[0] == 421
    assert ask()[0] == 421
    assert ask(host="127.0.0.1:80", origin="http://evil.example")[0] == 403
    assert ask(host="127.0.0.1:80", origin="null")[0] == 403


def test_bodies_are_short_whatever_is_announced() -> None:
    assert ask(host="localhost:80", content_length="11")[0] == 413
    assert ask(host="localhost:80", content_length="-1")[0] == 413
    assert ask(b"12345", b"678901", host="localhost:80", content_length="5")[0] == 413


def test_a_failure_is_not_told() -> None:
    status, headers, body = ask(b"fail", host="localhost:80")
    assert status == 500
    assert b"secret" not in body
    assert "content-security-policy" in headers


def test_names_of_a_server() -> None:
    assert hosts_of("127.0.0.1", 8) == {"127.0.0.1:8", "localhost:8", "[::1]:8"}
    assert hosts_of("10.0.0.5", 8, ["desk.example"]) == {"10.0.0.5:8", "desk.example"}
