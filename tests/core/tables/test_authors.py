"""What the firm wrote is an agent reply, in tables of messages and in tickets that hold theirs."""

import json
from pathlib import Path
from typing import Any

import pytest

from fewsight.events import Event
from fewsight.tables import open_histories

AT = "2024-03-0{}T09:00:00Z"
ASK, REPLY, AGAIN = "Where is my parcel?", "We will look into it.", "Still nothing, cancel it."


def events_of(path: Path) -> dict[str, list[Event]]:
    with open_histories(path) as histories:
        counts = histories.counts
        assert (counts.quarantined, counts.duplicates) == (0, 0)
        assert counts.rows + counts.unfolded == counts.events
        return {history.customer_id: list(history.events) for history in histories}


def told(events: list[Event]) -> list[tuple[str, str | None]]:
    return [(event.kind, event.text) for event in events]


@pytest.mark.parametrize(
    ("column", "customer", "firm"),
    [("author", "customer", "agent"), ("direction", "inbound", "outbound"), ("incoming", "true", "false"),
     ("sender_type", "Contact", "User"), ("author_type", "user", "admin"), ("role", "user", "assistant"),
     ("from_agent", "False", "True"), ("Absender", "Kunde", "Kundenservice"), ("发送方", "客户", "客服"),
     ("author", "a", "bob"), ("sender_id", "a", "9")],
)  # fmt: skip
def test_a_column_says_who_wrote(tmp_path: Path, column: str, customer: str, firm: str) -> None:
    rows = [("a", "T1", customer, ASK), ("a", "T1", firm, REPLY), ("a", "T1", customer, AGAIN)]
    lines = [f"customer_id,ticket_id,created_at,{column},body"]
    lines += [f'{who},{talk},{AT.format(at)},{author},"{text}"' for at, (who, talk, author, text) in enumerate(rows, 1)]
    (tmp_path / "t.csv").write_text("\n".join(lines), encoding="utf-8")
    assert told(events_of(tmp_path / "t.csv")["a"]) == [("message", ASK), ("agent reply", REPLY), ("message", AGAIN)]


@pytest.mark.parametrize("reply_first", [False, True])
def test_a_reply_goes_to_the_customer_of_its_conversation(tmp_path: Path, reply_first: bool) -> None:
    rows = [f"1,55,{AT.format(1)},Contact,9,{ASK}", f"2,55,{AT.format(2)},User,3,{REPLY}",
            f"3,56,{AT.format(3)},Contact,9,Another thing", f"4,57,{AT.format(4)},User,3,Hello from us"]  # fmt: skip
    rows = [rows[1], rows[0], *rows[2:]] if reply_first else rows
    header = "id,conversation_id,created_at,sender_type,sender_id,content"
    (tmp_path / "t.csv").write_text("\n".join([header, *rows]), encoding="utf-8")
    found = events_of(tmp_path / "t.csv")
    assert told(found["9"]) == [("message", ASK), ("agent reply", REPLY), ("message", "Another thing")]
    assert told(found["57"]) == [("agent reply", "Hello from us")]


def zendesk(author: int, text: str, at: int) -> dict[str, Any]:
    return {"id": at, "author_id": author, "body": text, "public": True, "created_at": AT.format(at)}


def freshdesk(author: int, text: str, at: int) -> dict[str, Any]:
    return {"id": at, "user_id": author, "body_text": text, "incoming": author == 7, "private": False,
            "created_at": AT.format(at)}  # fmt: skip


def intercom(author: int, text: str, at: int) -> dict[str, Any]:
    who = {"type": "user" if author == 7 else "admin", "id": str(author)}
    return {
        "id": str(at),
        "part_type": "comment",
        "body": f"<p>{text}</p>",
        "author": who,
        "created_at": 1709283600 + at,
    }


def chatwoot(author: int, text: str, at: int) -> dict[str, Any]:
    return {"id": at, "content": text, "sender": {"id": author, "type": "contact" if author == 7 else "user"},
            "created_at": AT.format(at)}  # fmt: skip


def by_name(author: int, text: str, at: int) -> dict[str, Any]:
    return {"from": "Ann" if author == 7 else "Bob", "text": text, "date": AT.format(at)}


@pytest.mark.parametrize("message", [zendesk, freshdesk, intercom, chatwoot, by_name])
@pytest.mark.parametrize("key", ["comments", "conversations", "messages"])
def test_a_ticket_that_holds_its_messages_becomes_events(tmp_path: Path, message: Any, key: str) -> None:
    talk = [message(7, ASK, 1), message(3, REPLY, 2), message(7, AGAIN, 3)]
    ticket = {"id": 100, "requester_id": 7, "created_at": AT.format(1), "subject": "Parcel", "description": ASK}
    quiet = {"id": 101, "requester_id": 8, "created_at": AT.format(2), "subject": "Login", "description": "No login."}
    (tmp_path / "t.jsonl").write_text(f"{json.dumps(ticket | {key: talk})}\n{json.dumps(quiet | {key: []})}\n")
    found = events_of(tmp_path / "t.jsonl")
    kinds: list[tuple[str, str | None]] = [("ticket", f"Parcel\n{ASK}"), ("agent reply", REPLY), ("message", AGAIN)]
    assert sorted(told(found["7"]), key=kinds.index) == kinds
    assert told(found["8"]) == [("ticket", "Login\nNo login.")]
    assert len({event.id for event in found["7"]}) == 3


def test_internal_notes_are_notes(tmp_path: Path) -> None:
    talk = [zendesk(7, ASK, 1), zendesk(3, "Customer is angry", 2) | {"public": False}]
    ticket = {"id": 100, "requester_id": 7, "created_at": AT.format(1), "subject": "Parcel", "comments": talk}
    (tmp_path / "t.jsonl").write_text(json.dumps(ticket))
    assert told(events_of(tmp_path / "t.jsonl")["7"])[-1] == ("note", "Customer is angry")


def test_comments_as_jira_writes_them(tmp_path: Path) -> None:
    header = "Issue key,Reporter Id,Created,Summary,Description,Comment,Comment"
    row = f"S-1,u7,{AT.format(1)},Login,{ASK},{AT.format(2)[:10]};u3;{REPLY},{AT.format(3)[:10]};u7;Still none; hurry"
    (tmp_path / "t.csv").write_text(f"{header}\n{row}\n")
    found = told(events_of(tmp_path / "t.csv")["u7"])
    assert found == [("ticket", f"Login\n{ASK}"), ("agent reply", REPLY), ("message", "Still none; hurry")]


def test_what_objects_hold_is_found(tmp_path: Path) -> None:
    order = {"id": 1, "customer": {"id": 7, "email": "a@b.org"}, "created_at": AT.format(1), "total_price": "59.80",
             "currency": "EUR", "line_items": [{"title": "Kettle", "quantity": 1, "price": "39.80"},
                                               {"title": "Cup", "quantity": 2, "price": "10.00"}]}  # fmt: skip
    (tmp_path / "t.jsonl").write_text(json.dumps(order))
    (event,) = events_of(tmp_path / "t.jsonl")["7"]
    assert (event.kind, event.product, event.amount, event.currency) == ("order", "Kettle; 2 x Cup", 5980, "EUR")
    assert event.attributes["customer.email"] == "a@b.org"


def test_mails_of_a_mailbox_go_to_the_customer(tmp_path: Path) -> None:
    rows = [
        ("ann@x.org", "help@shop.org", ASK),
        ("help@shop.org", "ann@x.org", REPLY),
        ("cy@x.org", "help@shop.org", AGAIN),
    ]
    lines = [f'm{at},{AT.format(at)},{one},{to},"{text}"' for at, (one, to, text) in enumerate(rows, 1)]
    (tmp_path / "t.csv").write_text("\n".join(["Message-ID,Date,From,To,Body", *lines]))
    found = events_of(tmp_path / "t.csv")
    assert told(found["ann@x.org"]) == [("message", ASK), ("agent reply", REPLY)]
    assert told(found["cy@x.org"]) == [("message", AGAIN)]
    assert len(found) == 2


def test_a_ticket_without_a_text_of_its_own_begins_with_its_first_message(tmp_path: Path) -> None:
    talk = [chatwoot(7, ASK, 1), chatwoot(3, REPLY, 2)]
    ticket = {
        "id": 1,
        "primaryCustomer": {"id": 7},
        "status": "open",
        "subject": "Parcel",
        "_embedded": {"threads": talk},
    }
    (tmp_path / "t.jsonl").write_text(json.dumps(ticket))
    events = events_of(tmp_path / "t.jsonl")["7"]
    assert [event.text for event in events] == [f"Parcel\n{ASK}", REPLY]
    assert (events[0].attributes["status"], events[1].kind) == ("open", "agent reply")


def test_whole_amounts_of_stripe_are_cents(tmp_path: Path) -> None:
    charge = {
        "id": "ch_1",
        "object": "charge",
        "amount": 1990,
        "currency": "eur",
        "customer": "cus_1",
        "created": 1709283600,
    }
    (tmp_path / "t.jsonl").write_text(json.dumps(charge))
    assert events_of(tmp_path / "t.jsonl")["cus_1"][0].amount == 1990
