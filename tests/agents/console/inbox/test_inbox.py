"""Messages that come by the API, signed webhooks, mailboxes and tables."""

import json
import mailbox
import time
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from fewsight.agents.console.cli import receive as command
from fewsight.agents.console.inbox.hooks import TOLERANCE, is_signed, new_secret, signed
from fewsight.agents.console.inbox.receiving import Incoming, prepare, receive
from fewsight.agents.copilot.acting import Desk
from fewsight.agents.copilot.setup.folder import new_folder, read_folder
from fewsight.errors import CaseError, ConfigError
from tests.agents.console.served import Served


@pytest.fixture
def desk(folder: Path) -> Desk:
    new_folder(folder)
    setup = read_folder(folder)
    desk = setup.desk(setup.policy())
    prepare(desk)
    return desk


def texts(desk: Desk) -> list[tuple[str, list[str]]]:
    cases = [desk.store.case(case) for case in desk.store.cases()]
    return [(case.customer_id, [e.body["text"] for e in case.entries if e.kind == "message"]) for case in cases]


def take(folder: Path, *files: Path) -> tuple[int, str]:
    done = CliRunner().invoke(command, [str(folder), *map(str, files)], standalone_mode=False)
    assert done.exception is None
    return done.return_value, done.output


def mail(sender: str, text: str, key: str = "<1@x>") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Message-ID"] = sender, "help@shop.example", key
    message.set_content(text)
    return message


def test_a_message_finds_the_open_case_and_its_key_counts_once(desk: Desk) -> None:
    first = receive(desk, Incoming(customer="C1", text="Hello.", key="a"))
    again = receive(desk, Incoming(customer="C1", text="Hello.", key="a"))
    more = receive(desk, Incoming(customer="C1", text="And?", key="b"))
    other = receive(desk, Incoming(customer="C2", text="Hello.", key="a"))
    assert (first.is_new, again.is_new, more.case, again.case) == (True, False, first.case, first.case)
    assert other.case != first.case
    desk.hand_off(first.case, "unclear")
    assert receive(desk, Incoming(customer="C1", text="Again.")).case != first.case
    with pytest.raises(CaseError, match="no customer"):
        receive(desk, Incoming(customer="C9", text="Hello."))
    with pytest.raises(CaseError, match="is not of customer"):
        receive(desk, Incoming(customer="C1", text="Hello.", case=other.case))


def test_mails_find_their_customer_without_what_they_quote(desk: Desk, folder: Path, tmp_path: Path) -> None:
    eml = tmp_path / "one.eml"
    eml.write_bytes(bytes(mail("Ada <ADA@example.com>", "The kettle broke.\n\nOn 1 May 2026, Shop wrote:\n> Thanks!")))
    html = mail("ben@example.com", "x", "<2@x>")
    html.set_content("<p>Where is <b>it</b>?<script>alert(1)</script></p>", subtype="html")
    box = mailbox.mbox(tmp_path / "all.mbox")
    for message in (html, mail("nobody@example.com", "Hi", "<3@x>"), mail("ada@example.com", " ", "<4@x>")):
        box.add(message)
    box.flush()
    code, words = take(folder, eml, tmp_path / "all.mbox")
    assert (code, texts(desk)) == (1, [("C1", ["The kettle broke."]), ("C2", ["Where is it?"])])
    assert "no customer has the address 'nobody@example.com'" in words
    assert "2 messages taken in, 0 known before, 2 left out." in words
    assert "0 messages taken in, 2 known before" in take(folder, eml, tmp_path / "all.mbox")[1]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"From: =?utf-8?b?!!?=\n\nx",
        b"From: a\r\n b@c\n\n",
        b"Content-Type: multipart/mixed\n\n--",
    ],
)
def test_broken_mails_are_left_out_by_name(desk: Desk, folder: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.eml").write_bytes(content)
    code, words = take(folder, tmp_path / "bad.eml")
    assert (code, texts(desk)) == (1, [])
    assert "Left out: bad.eml, message 1" in words


def test_tables_bring_messages(desk: Desk, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('customer_id,text,id\nC1,"Broken,\nall of it",1\nC9,Hello,2\nC1,,3\n')
    (tmp_path / "b.jsonl").write_text(json.dumps({"customer": "C1", "text": "And?", "key": 7}) + "\n")
    code, words = take(folder, tmp_path / "a.csv", tmp_path / "b.jsonl")
    assert (code, texts(desk)) == (1, [("C1", ["Broken,\nall of it", "And?"])])
    assert "no customer 'C9'" in words
    assert "row 3: there is no text" in words


def test_a_signature_is_that_of_id_time_and_body() -> None:
    secret, now = new_secret(), time.time()
    headers = signed(secret, "m1", b"body", now)
    assert is_signed(secret, headers, b"body", now)
    several = headers | {"webhook-signature": "v1,AAAA " + headers["webhook-signature"]}
    assert is_signed(secret, several, b"body", now)
    for wrong in (
        {"webhook-id": "m2"},
        {"webhook-timestamp": "1"},
        {"webhook-timestamp": "x"},
        {"webhook-signature": ""},
    ):
        assert not is_signed(secret, headers | wrong, b"body", now)
    assert not is_signed(secret, headers, b"other", now)
    assert not is_signed(secret, headers, b"body", now + TOLERANCE + 1)
    assert not is_signed(new_secret(), headers, b"body", now)
    with pytest.raises(ConfigError, match="at least 24 bytes"):
        is_signed("whsec_AAAA", headers, b"body")


def test_the_published_example_of_standard_webhooks_is_signed_alike() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    headers = signed(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', 1614265330)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_api_and_webhooks_take_messages_once(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    bearer = {"Authorization": f"Bearer {server.token}"}

    def post(path: str, body: Any, headers: dict[str, str]) -> tuple[int, Any]:
        answer = httpx.post(server.url + path, content=json.dumps(body), headers=headers)
        return answer.status_code, answer.json()

    message = {"customer": "C2", "text": "Where is it?", "key": "k1"}
    status, first = post("/api/messages", message, bearer)
    assert (status, first["new"]) == (201, True)
    assert post("/api/messages", message, bearer) == (200, {"case": first["case"], "new": False})
    assert post("/api/messages", message | {"customer": "C9"}, bearer)[0] == 409
    assert post("/api/messages", {"customer": 7}, bearer)[0] == 422
    assert post("/api/messages", message | {"case": "../x"}, bearer)[0] == 422
    assert post("/api/messages", message, {"Authorization": "Bearer fs_x_y"})[0] == 401
    secret = new_secret()
    monkeypatch.setattr(server.console, "hook_secret", secret)
    body = {"customer": "C2", "text": "By hook."}
    headers = signed(secret, "hook-1", json.dumps(body).encode())
    assert post("/hooks/messages", body, headers) == (201, {"case": first["case"], "new": True})
    assert post("/hooks/messages", body, headers) == (200, {"case": first["case"], "new": False})
    assert post("/hooks/messages", body | {"text": "x"}, headers)[0] == 401
