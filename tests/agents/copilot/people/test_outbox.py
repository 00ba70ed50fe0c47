"""What leaves, and the board of all cases."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fewsight.agents.copilot.acting import Desk
from fewsight.agents.copilot.people.approving import OWN, Approvals
from fewsight.agents.copilot.people.board import Board
from fewsight.agents.copilot.people.outbox import MOST_ATTEMPTS, Outbox, Parcel
from fewsight.errors import CaseError
from tests.agents.copilot.shop import new_desk

SMALL: dict[str, Any] = {"order_id": "O1", "item_id": "I1", "amount": 1500, "reason": "damaged"}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return new_desk(tmp_path / "shop.db")


def answered(desk: Desk) -> str:
    case = desk.open("C1")
    desk.receive(case, "The cup came damaged.")
    desk.call(case, "read_order", {"order_id": "O1"})
    desk.call(case, "refund_item", SMALL)
    decide = Approvals(desk, timedelta(0))
    basis = desk.store.case(case).basis
    decide.carry_out(case, decide.approve(case, basis, {"move": "reply", "cite": OWN}, "kim", text="Paid back.").seq)
    return case


def failing(parcel: Parcel) -> None:
    raise OSError("no network")


def test_writes_and_replies_leave_once_and_reads_stay(desk: Desk) -> None:
    outbox, sent = Outbox(desk.store), list[Parcel]()
    answered(desk)
    assert outbox.send_due(sent.append) == 2
    assert [parcel.kind for parcel in sent] == ["done", "replied"]
    assert sent[1].customer_id == "C1"
    assert sent[1].body["text"] == "Paid back."
    assert len({parcel.key for parcel in sent}) == 2
    assert outbox.send_due(sent.append) == 0
    assert len(outbox.parcels("sent")) == 2


def test_a_failure_is_tried_again_ever_later_and_set_aside_at_last(desk: Desk) -> None:
    outbox = Outbox(desk.store)
    answered(desk)
    now, waits = datetime.now(UTC), []
    while outbox.parcels("queued"):
        before = now
        while not outbox.send_due(failing, now):
            now += timedelta(seconds=5)
        waits.append(now - before)
    assert len(waits) == MOST_ATTEMPTS
    assert waits == sorted(waits)
    dead = outbox.parcels("dead")
    assert [parcel.error for parcel in dead] == ["OSError: no network"] * 2
    outbox.try_again(dead[0].id)
    assert outbox.send_due(lambda parcel: None) == 1
    with pytest.raises(CaseError, match="was set aside"):
        outbox.try_again(dead[0].id)


def test_what_a_killed_process_was_sending_is_sent_again_with_its_key(desk: Desk) -> None:
    outbox, seen = Outbox(desk.store), list[str]()
    answered(desk)

    def killed(parcel: Parcel) -> None:
        seen.append(parcel.key)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        outbox.send_due(killed)
    later = datetime.now(UTC) + timedelta(minutes=3)
    outbox.send_due(lambda parcel: seen.append(parcel.key), later)
    assert seen.count(seen[0]) == 2
    assert len(set(seen)) == 2


def test_no_tool_can_write_to_the_outbox(desk: Desk) -> None:
    outbox = Outbox(desk.store)
    answered(desk)
    with desk.store.limited(writes=True), pytest.raises(Exception, match="not authorized"):
        desk.store.database.execute("DELETE FROM copilot_outbox")
    assert len(outbox.parcels("queued")) == 2


def test_the_queue_has_the_most_urgent_first_and_then_the_most_valuable(desk: Desk) -> None:
    board, now = Board(), datetime.now(UTC)
    quiet, first, second, gone = (desk.open(customer) for customer in ("C1", "C1", "C2", "C2"))
    for case in (first, second, gone):
        desk.receive(case, "Hello?\n<b>there</b>")
    desk.hand_off(gone, "unclear")
    body = {"moves": [], "state": {}, "articles": [], "legal": 1}
    desk.store.append(first, "suggested", body | {"stake": 100})
    desk.store.append(second, "suggested", body | {"stake": 900})
    board.refresh(desk.store)
    rows = board.queue(now + timedelta(minutes=20))
    assert [row.case.id for row in rows] == [second, first, quiet, gone]
    assert [row.urgency for row in rows] == ["soon", "soon", "waits", "closed"]
    assert rows[0].text == "Hello? <b>there</b>"
    desk.receive(quiet, "Me too.")
    board.refresh(desk.store)
    assert {row.urgency for row in board.queue(now + timedelta(hours=2))} == {"late", "closed"}


def test_a_follow_up_whose_days_are_over_is_late(desk: Desk) -> None:
    case = desk.open("C1")
    desk.receive(case, "Where is it?")
    desk.say(case, 99, "follow_up", "Ask the carrier.", days=3)
    decide = Approvals(desk, timedelta(0))
    reply = {"move": "reply", "cite": OWN}
    decide.carry_out(case, decide.approve(case, desk.store.case(case).basis, reply, "kim", text="We will write.").seq)
    board = Board()
    board.refresh(desk.store)
    levels = [board.queue(datetime.now(UTC) + timedelta(days=days))[0].urgency for days in (1, 4)]
    assert levels == ["waits", "late"]
