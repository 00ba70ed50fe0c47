"""What came after a row's time is not shown with it, and nobody's words are the customer's but their own."""

from pathlib import Path

import pytest

from fewsight.tables import Histories, open_histories
from fewsight.tables.mapping import ColumnMapping

TICKETS = (
    "Ticket ID,Requester Email,Assignee,Subject,Description,Created At,Updated At,Solved At,Status,Satisfaction Score\n"
    "1,a@example.org,Bo Ek,Login,I cannot log in,2024-03-01T10:00Z,2024-03-09T10:00Z,2024-03-08T10:00Z,solved,bad\n"
    "2,a@example.org,Bo Ek,Money,Where is my refund,2024-03-05T10:00Z,2024-03-19T10:00Z,,open,offered\n"
)


def opened(folder: Path, text: str, mapping: ColumnMapping | None = None) -> Histories:
    (folder / "t.csv").write_text(text, encoding="utf-8")
    return open_histories(folder / "t.csv", mapping=mapping, tz="UTC")


def test_what_a_ticket_became_is_not_shown_where_it_began(tmp_path: Path) -> None:
    with opened(tmp_path, TICKETS) as histories:
        events = [event for history in histories for event in history.events]
        assert all(event.attributes.keys() == {"Assignee"} for event in events)
        note = next(note for note in histories.mapping.notes if "came after" in note)
        assert "Updated At, Solved At, Status, Satisfaction Score" in note


def test_a_mapping_file_can_show_it(tmp_path: Path) -> None:
    columns = {"customer_id": "Requester Email", "time": "Created At", "text": "Description"}
    with opened(tmp_path, TICKETS, ColumnMapping(columns, attributes=("Status",))) as histories:
        assert [event.attributes["Status"] for history in histories for event in history.events] == ["solved", "open"]


@pytest.mark.parametrize(
    ("reply", "when"),
    [
        ("Developer Reply Text", "Developer Reply Date and Time"),
        ("Company Reply", "Company Reply Date"),
        ("Owner response", "Owner response time"),
        ("Antwort Händler", "Antwort Händler am"),
    ],
)
def test_answers_of_the_firm_are_no_part_of_a_review(tmp_path: Path, reply: str, when: str) -> None:
    table = (
        f"Review Id,Review Text,Review Date,Stars,{reply},{when}\n"
        "r1,It crashes all day,2024-03-01T10:00Z,1,We are so sorry to hear this,2024-03-03T10:00Z\n"
        "r2,It is good,2024-03-02T10:00Z,5,,\n"
    )
    with opened(tmp_path, table) as histories:
        assert histories.mapping.columns["text"] == "Review Text"
        assert not {reply, when} & set(histories.mapping.shown())


def test_events_of_several_kinds_keep_their_states(tmp_path: Path) -> None:
    table = "customer_id,event,time,status\nC1,payment,2024-03-01T10:00Z,failed\nC1,refund,2024-03-02T10:00Z,done\n"
    with opened(tmp_path, table) as histories:
        assert [event.attributes["status"] for event in next(iter(histories)).events] == ["failed", "done"]


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("Case Number,Contact Id,Created Date,Subject,Comments,Description", "Description"),
        ("Ticket ID,Customer email,Created at,Subject,Survey comment,Description", "Description"),
        ("Ticket ID,Customer email,Created at,Subject,Survey comment,Tags", "Subject"),
    ],
)
def test_the_firms_notes_and_closing_surveys_are_no_tickets_text(tmp_path: Path, header: str, text: str) -> None:
    rows = [
        "1,c1,2024-03-01T10:00Z,Cannot log in at all,Reset was done by agent,I cannot log in now",
        "2,c2,2024-03-02T10:00Z,Charged twice in March,,Why was I charged twice",
    ]
    with opened(tmp_path, "\n".join([header, *rows]) + "\n") as histories:
        assert histories.mapping.columns["text"] == text


def test_rows_of_one_ticket_have_the_times_of_its_messages(tmp_path: Path) -> None:
    table = (
        "Conversation Number,Customer,Subject,Created,Thread Type,Thread Created,Thread Body\n"
        "77,Lea,Zip,2024-03-01T09:00Z,customer,2024-03-01T09:00Z,The zip of my jacket broke\n"
        "77,Lea,Zip,2024-03-01T09:00Z,message,2024-03-02T09:00Z,Sorry we send a new one\n"
        "77,Lea,Zip,2024-03-01T09:00Z,note,2024-03-03T09:00Z,This customer is important\n"
    )
    with opened(tmp_path, table) as histories:
        (history,) = histories
        assert [(event.kind, event.time.day) for event in history.events if event.time] == [
            ("message", 1),
            ("agent reply", 2),
            ("note", 3),
        ]
