"""Where replies and writes go."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from fewsight.agents.console.inbox.hooks import is_signed, new_secret
from fewsight.agents.console.known import Known
from fewsight.agents.console.outgoing import to_address, to_folder
from fewsight.agents.console.serving import Address, new_console, new_server
from fewsight.agents.copilot.people.outbox import Parcel
from fewsight.agents.copilot.setup.folder import new_folder, read_folder
from fewsight.errors import ConfigError, InputError

REPLY = Parcel(1, "copilot-a-7", "a", "C1", "replied", {"text": "Dear Ada,\nit is paid back.", "words": "x"}, 1)
WRITE = Parcel(2, "copilot-a-6", "a", "C1", "done", {"tool": "refund_item", "arguments": {"item_id": "I1"}}, 1)


def test_replies_become_mails_and_writes_json(tmp_path: Path) -> None:
    deliver = to_folder(tmp_path / "out", lambda customer: "ada@example.com", "help@shop.example")
    for parcel in (REPLY, WRITE, REPLY):
        deliver(parcel)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["copilot-a-6.json", "copilot-a-7.eml"]
    mail = (tmp_path / "out" / "copilot-a-7.eml").read_text()
    assert "To: ada@example.com" in mail
    assert "it is paid back." in mail
    assert json.loads((tmp_path / "out" / "copilot-a-6.json").read_text())["tool"] == "refund_item"
    to_folder(tmp_path / "none", lambda customer: None)(REPLY)
    assert (tmp_path / "none" / "copilot-a-7.json").exists()


@pytest.mark.parametrize("address", ["a@b\r\nBcc: all@example.com", "a@b, c@d", "a", "a@b\n", "<a@b>"])
def test_an_address_begins_no_other_header(tmp_path: Path, address: str) -> None:
    with pytest.raises(InputError, match="not one e-mail address"):
        to_folder(tmp_path, lambda customer: address)(REPLY)
    assert list(tmp_path.iterdir()) == []


class Receiver(BaseHTTPRequestHandler):
    status = 200
    seen: list[tuple[dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).seen.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.status)
        self.send_header("Location", "http://127.0.0.1:9/")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        pass


@pytest.fixture
def receiver() -> Iterator[str]:
    Receiver.seen = []
    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_a_request_is_signed_and_any_answer_but_2xx_is_a_failure(
    receiver: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = new_secret()
    to_address(receiver, secret)(REPLY)
    ((headers, body),) = Receiver.seen
    assert is_signed(secret, headers, body)
    assert headers["webhook-id"] == json.loads(body)["key"] == REPLY.key
    for status in (302, 400, 500):
        monkeypatch.setattr(Receiver, "status", status)
        with pytest.raises(OSError, match=str(status)):
            to_address(receiver, secret)(REPLY)


@pytest.mark.parametrize(
    ("outbox", "why"),
    [
        ("../beside", "lies outside"),
        ("ftp://x", "neither a folder"),
        ("http://shop.example/", "neither a folder"),
        ("https://x/", "Set FEWSIGHT_OUTBOX_SECRET"),
    ],
)
def test_a_wrong_outbox_is_named_at_the_start(folder: Path, outbox: str, why: str) -> None:
    new_folder(folder)
    settings = (folder / "copilot.toml").read_text().replace('outbox = "outbox"', f'outbox = "{outbox}"')
    (folder / "copilot.toml").write_text(settings)
    with pytest.raises(ConfigError, match=why):
        new_console(read_folder(folder), Known())


def test_an_address_that_is_taken_is_named(folder: Path) -> None:
    new_folder(folder)
    console = new_console(read_folder(folder), Known())
    _, listening = new_server(console, Address(port=0))
    with listening, pytest.raises(ConfigError, match="Can't listen on"):
        new_server(console, Address(port=listening.getsockname()[1]))
