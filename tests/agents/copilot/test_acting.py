"""Cases from message to approved write, with what goes wrong on the way."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from fewsight.agents.copilot.acting import Desk
from fewsight.agents.copilot.policy import Policy, parse_policy
from fewsight.agents.copilot.store import Store
from fewsight.agents.copilot.tools import Act, Tool, tool
from fewsight.errors import CaseError
from tests.agents.copilot.shop import POLICY, TOOLS, Customer, OneOrder, Seen, new_desk, read_state

SMALL: dict[str, Any] = {"order_id": "O1", "item_id": "I1", "amount": 1500, "reason": "damaged"}
LARGE: dict[str, Any] = {"order_id": "O1", "item_id": "I2", "amount": 9000, "reason": "damaged"}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return new_desk(tmp_path / "shop.db")


def refunds(desk: Desk) -> list[tuple[Any, ...]]:
    return desk.store.database.execute("SELECT item, amount FROM refunds").fetchall()


def ready(desk: Desk) -> str:
    case = desk.open("C1")
    desk.receive(case, "It is broken.")
    assert desk.call(case, "read_order", {"order_id": "O1"}).kind == "done"
    return case


def test_a_write_is_offered_after_its_read_alone(desk: Desk) -> None:
    case = desk.open("C1")
    desk.receive(case, "It is broken.")
    assert {offer.call.tool.name for offer in desk.offers(case)} == {"read_order"}
    desk.call(case, "read_order", {"order_id": "O1"})
    offered = {(o.call.tool.name, o.call.arguments["order_id"], o.verdict.effect) for o in desk.offers(case)}
    assert offered == {("read_order", "O2", "allow"), ("refund_item", "O1", "allow"), ("refund_item", "O1", "ask")}


def test_an_allowed_write_is_done_once(desk: Desk) -> None:
    case = ready(desk)
    assert desk.call(case, "refund_item", SMALL).kind == "done"
    again = desk.call(case, "refund_item", SMALL)
    assert (again.kind, again.body["feedback"]) == ("denied", "it was done, or decided against, in this case already")
    assert refunds(desk) == [("I1", 1500)]


@pytest.mark.parametrize(
    "changes",
    [{"order_id": "O3", "item_id": "I4", "amount": 800}, {"amount": 1501}, {"amount": 0}, {"amount": True}, {"x": 1}],
)
def test_what_is_not_in_the_state_is_denied(desk: Desk, changes: dict[str, Any]) -> None:
    case = ready(desk)
    assert desk.call(case, "refund_item", SMALL | changes).kind == "denied"
    assert refunds(desk) == []


def test_a_pause_for_a_person_survives_a_restart(desk: Desk, tmp_path: Path) -> None:
    case = ready(desk)
    asked = desk.call(case, "refund_item", LARGE)
    assert (asked.kind, asked.body["clause"]) == ("asked", "large refunds")
    with pytest.raises(CaseError, match="waits for a person"):
        desk.call(case, "read_order", {"order_id": "O2"})
    desk.store.close()
    again = Desk(Store(tmp_path / "shop.db", read_state), desk.policy)
    assert again.offers(case) == []
    assert again.approve(case, asked.seq, by="kim").body["by"] == "kim"
    assert refunds(again) == [("I2", 9000)]
    with pytest.raises(CaseError, match="was it decided already"):
        again.approve(case, asked.seq, by="lee")


def test_changed_arguments_are_judged_again(desk: Desk) -> None:
    case = ready(desk)
    asked = desk.call(case, "refund_item", LARGE)
    with pytest.raises(CaseError, match="Nothing was done"):
        desk.approve(case, asked.seq, by="kim", arguments=LARGE | {"amount": 9001})
    assert desk.approve(case, asked.seq, by="kim", arguments=LARGE | {"amount": 4000}).kind == "done"
    assert refunds(desk) == [("I2", 4000)]


def test_an_approval_counts_by_the_state_as_it_is_then(desk: Desk) -> None:
    case = ready(desk)
    asked = desk.call(case, "refund_item", LARGE)
    desk.store.database.execute("UPDATE orders SET age = 31 WHERE id = 'O1'")
    entry = desk.approve(case, asked.seq, by="kim")
    assert (entry.kind, entry.body["feedback"]) == ("denied", "clause 'old orders' denies it")
    assert refunds(desk) == []


def test_what_was_rejected_is_not_offered_again(desk: Desk) -> None:
    case = ready(desk)
    asked = desk.call(case, "refund_item", LARGE)
    assert desk.reject(case, asked.seq, by="kim", reason="no photo").body["reason"] == "no photo"
    desk.receive(case, "Please!")
    desk.call(case, "read_order", {"order_id": "O1"})
    assert all(offer.call.arguments != LARGE for offer in desk.offers(case))


def test_a_message_that_comes_twice_is_noted_once(desk: Desk) -> None:
    case = desk.open("C1")
    desk.receive(case, "Hello", key="m1")
    desk.receive(case, "Hello", key="m1")
    assert len(desk.store.case(case).waiting) == 1


def test_unknown_customers_cases_and_tools_are_named(desk: Desk) -> None:
    with pytest.raises(CaseError, match="no customer 'C9'"):
        desk.open("C9")
    with pytest.raises(CaseError, match="no case 'x'"):
        desk.receive("x", "Hello")
    with pytest.raises(CaseError, match="Did you mean 'read_order'"):
        desk.call(desk.open("C1"), "read_ordr", {})


@tool(writes=True)
def half(arguments: OneOrder, act: Act) -> Seen:
    act.database.execute("DELETE FROM orders")
    raise TimeoutError("no answer")


@tool(writes=True)
def huge(arguments: OneOrder, act: Act) -> Seen:
    act.database.execute("DELETE FROM orders")
    return Seen(text="x" * 5_000_000)


@tool(writes=True)
def commits(arguments: OneOrder, act: Act) -> Seen:
    act.database.execute("DELETE FROM orders")
    act.database.commit()
    return Seen(text="done")


@tool(writes=True)
def forges(arguments: OneOrder, act: Act) -> Seen:
    act.database.execute("INSERT INTO copilot_log (version, case_id, time, kind, body) VALUES (1, 'a', 'b', 'c', '{}')")
    return Seen(text="done")


@tool(writes=False)
def sly(arguments: OneOrder, act: Act) -> Seen:
    act.database.execute("DELETE FROM orders")
    return Seen(text="done")


@tool(writes=True)
def nonsense(arguments: OneOrder, act: Act) -> BaseModel:
    act.database.execute("DELETE FROM orders")
    return {"no": "model"}  # type: ignore[return-value]


@pytest.mark.parametrize("wrong", [half, huge, commits, forges, sly, nonsense], ids=lambda wrong: wrong.name)
def test_a_tool_that_fails_leaves_nothing_but_its_entry(tmp_path: Path, wrong: Tool) -> None:
    store, name = new_desk(tmp_path / "shop.db").store, wrong.name
    needs = {"needs": "read_order"} if wrong.writes else {}
    clauses = [*POLICY["clause"], {"name": "wrong", "tool": name, "effect": "allow", **needs}]
    desk = Desk(store, Policy(parse_policy(POLICY | {"clause": clauses}), [*TOOLS, wrong], Customer))
    case = ready(desk)
    entries = len(store.case(case).entries)
    assert desk.call(case, name, {"order_id": "O1"}).kind == "failed"
    assert len(store.case(case).entries) == entries + 1
    assert store.database.execute("SELECT count(*) FROM orders").fetchone() == (3,)


def test_the_log_refuses_to_change(desk: Desk) -> None:
    ready(desk)
    for change in ("UPDATE copilot_log SET kind = 'x'", "DELETE FROM copilot_log"):
        with pytest.raises(Exception, match="append-only"):
            desk.store.database.execute(change)
