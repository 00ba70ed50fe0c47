"""Suggestions on the scripted engine, and what people do with them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fewsight.agents.copilot.case import Case, Entry
from fewsight.agents.copilot.copilot import Copilot
from fewsight.agents.copilot.people.approving import OWN, Approvals, due
from fewsight.agents.copilot.people.suggesting import MOST_READS, draft, suggest
from fewsight.agents.copilot.policy import parse_policy
from fewsight.agents.copilot.store import Store
from fewsight.errors import CaseError
from fewsight.serving.engines.scripted.engine import ScriptedEngine
from fewsight.serving.models.names import ModelFolder
from tests.agents.copilot.shop import POLICY, TOOLS, new_store, read_state
from tests.agents.copilot.test_copilot import ARTICLES, saying, wanting

KETTLE = {"order_id": "O1", "item_id": "I2", "amount": 9000, "reason": "damaged"}
REFUND = {"move": "call", "tool": "refund_item", "arguments": KETTLE}
READ = '"read_order","arguments":{"order_id":"O1"'


@pytest.fixture
def copilot(tmp_path: Path, model: ModelFolder) -> Copilot:
    parts = ('"item_id":"I2","amount":9000,"reason":"damaged"', READ, "article")
    engine = ScriptedEngine(model, probabilities=wanting(*parts), answers=saying("Dear {name}, it is so."))
    return Copilot(new_store(tmp_path / "shop.db"), parse_policy(POLICY), TOOLS, engine, ARTICLES)


@pytest.fixture
def decide(copilot: Copilot) -> Approvals:
    return Approvals(copilot.desk, timedelta(0))


def opened(copilot: Copilot) -> str:
    case = copilot.desk.open("C1")
    copilot.desk.receive(case, "My kettle is broken.")
    return case


def suggested(copilot: Copilot, case: str) -> Entry:
    entry = suggest(copilot, case)
    assert entry is not None
    return entry


def refunds(store: Store) -> list[Any]:
    return store.database.execute("SELECT item, amount FROM refunds").fetchall()


def now(copilot: Copilot, case: str) -> Case:
    return copilot.desk.store.case(case)


def test_allowed_reads_are_done_and_four_moves_suggested_with_clause_money_and_state(copilot: Copilot) -> None:
    case = opened(copilot)
    entry = suggested(copilot, case)
    first = entry.body["moves"][0]
    assert [e.kind for e in now(copilot, case).entries] == ["opened", "message", "done", "suggested"]
    assert (first["closed"], first["clause"], first["effect"]) == (REFUND, "large refunds", "ask")
    assert (first["amount"], first["currency"], first["needs"]) == (9000, "EUR", ["read_order"])
    assert first["rows"]["orders.items"] == {"id": "I2", "price": 9000, "refunded": False}
    assert len(entry.body["moves"]) == 4
    assert entry.body["stake"] == 9000
    assert entry.body["state"]["name"] == "Ada"
    assert suggest(copilot, case) is None  # it waits for a person


def test_an_approved_move_is_carried_out_once_when_its_time_has_come(copilot: Copilot, decide: Approvals) -> None:
    case = opened(copilot)
    basis = suggested(copilot, case).seq
    approved = decide.approve(case, basis, REFUND, "kim", choice=0)
    assert not approved.body["edited"]
    assert due(now(copilot, case), datetime.now(UTC))
    assert not due(now(copilot, case), datetime.now(UTC) - timedelta(minutes=1))
    assert refunds(copilot.desk.store) == []
    with pytest.raises(CaseError, match="kim decided on this already"):
        decide.approve(case, basis, REFUND, "lee", choice=0)
    assert decide.carry_out(case, approved.seq).body["by"] == "kim"
    with pytest.raises(CaseError, match="already"):
        decide.carry_out(case, approved.seq)
    with pytest.raises(CaseError, match="went on meanwhile"):
        decide.approve(case, basis, REFUND, "lee", choice=0)
    assert refunds(copilot.desk.store) == [("I2", 9000)]


def test_what_was_undone_is_not_carried_out(copilot: Copilot, decide: Approvals) -> None:
    case = opened(copilot)
    basis = suggested(copilot, case).seq
    approved = decide.approve(case, basis, REFUND, "kim", choice=0)
    decide.undo(case, approved.seq, "kim")
    with pytest.raises(CaseError, match="taken back"):
        decide.carry_out(case, approved.seq)
    assert now(copilot, case).suggested is not None
    assert decide.approve(case, basis, REFUND, "kim", choice=0).body["edited"] is False


def test_an_edit_is_judged_and_judged_again(copilot: Copilot, decide: Approvals) -> None:
    case = opened(copilot)
    basis = suggested(copilot, case).seq
    for wrong, why in (
        ({"amount": 9001}, "not in this customer's state"),
        ({"order_id": "O3", "item_id": "I4", "amount": 800}, "not in this customer's state"),
        ({"order_id": "O2", "item_id": "I3", "amount": 700}, "Policy forbids it: no clause allows"),
    ):
        with pytest.raises(CaseError, match=why):
            decide.approve(case, basis, REFUND | {"arguments": KETTLE | wrong}, "kim", choice=0)
    changed = REFUND | {"arguments": KETTLE | {"amount": 4000}}
    approved = decide.approve(case, basis, changed, "kim", choice=0)
    assert approved.body["edited"]
    copilot.desk.store.database.execute("UPDATE orders SET age = 90 WHERE id = 'O1'")
    assert decide.carry_out(case, approved.seq).kind == "denied"
    assert refunds(copilot.desk.store) == []


def test_a_rejection_keeps_its_reason_and_the_move_is_not_suggested_again(copilot: Copilot, decide: Approvals) -> None:
    case = opened(copilot)
    basis = suggested(copilot, case).seq
    with pytest.raises(CaseError, match="Say why"):
        decide.reject(case, basis, 0, "kim", "  ")
    rejected = decide.reject(case, basis, 0, "kim", "A photo is needed.")
    assert (rejected.kind, rejected.body["reason"]) == ("rejected", "A photo is needed.")
    again = suggested(copilot, case).body["moves"]
    assert REFUND not in [move["closed"] for move in again]
    place = next(i for i, move in enumerate(again) if move["has_words"])
    decide.reject(case, now(copilot, case).basis, place, "kim", "No.")
    assert again[place]["closed"] not in [move["closed"] for move in suggested(copilot, case).body["moves"]]


def test_words_are_drafted_edited_and_said(copilot: Copilot, decide: Approvals) -> None:
    case = opened(copilot)
    decide.carry_out(case, decide.approve(case, suggested(copilot, case).seq, REFUND, "kim", choice=0).seq)
    entry = suggested(copilot, case)
    place = next(i for i, move in enumerate(entry.body["moves"]) if move["closed"]["move"] == "reply")
    drafted = draft(copilot, case, place)
    assert drafted is not None
    assert drafted.body["text"] == "Dear Ada, it is so."
    assert draft(copilot, case, place) is None  # once is enough
    closed = entry.body["moves"][place]["closed"]
    for text, why in (("", "no words"), ("It will come.", "promises"), ("x" * 5001, "5,001 characters")):
        with pytest.raises(CaseError, match=why):
            decide.approve(case, entry.seq, closed, "kim", text=text, choice=place)
    same = decide.approve(case, entry.seq, closed, "kim", text="Dear Ada, it is so.", choice=place)
    assert not same.body["edited"]
    decide.undo(case, same.seq, "kim")
    said = decide.carry_out(case, decide.approve(case, entry.seq, closed, "kim", "90 EUR are yours.", place).seq)
    assert (said.kind, said.body["text"], said.body["cite"]) == ("replied", "90 EUR are yours.", "article returns")
    assert now(copilot, case).is_idle


def test_a_person_may_take_another_move_and_say_own_words(copilot: Copilot, decide: Approvals) -> None:
    case = opened(copilot)
    basis = suggested(copilot, case).seq
    for wrong in (
        {"move": "jump"},
        {"move": "hand_off", "reason": "tired"},
        {"move": "call", "tool": "pay", "arguments": {}},
    ):
        with pytest.raises(CaseError):
            decide.approve(case, basis, wrong, "kim")
    own = decide.approve(case, basis, {"move": "reply", "cite": OWN}, "kim", text="I look at it.")
    assert decide.carry_out(case, own.seq).body["cite"] == OWN
    copilot.desk.receive(case, "And?")
    handed = decide.approve(case, suggested(copilot, case).seq, {"move": "hand_off", "reason": "unclear"}, "kim")
    assert decide.carry_out(case, handed.seq).kind == "handed_off"
    with pytest.raises(CaseError, match="closed"):
        decide.approve(case, now(copilot, case).basis, REFUND, "kim")


def test_what_a_step_asked_is_decided_the_same_way(copilot: Copilot, decide: Approvals) -> None:
    case = opened(copilot)
    copilot.step(case)
    asked = copilot.step(case).entry
    assert asked is not None
    with pytest.raises(CaseError, match="Something else waits"):
        decide.approve(case, asked.seq, {"move": "reply", "cite": OWN}, "kim", text="Hello.")
    with pytest.raises(CaseError, match="Something else waits"):
        decide.approve(case, asked.seq, REFUND | {"tool": "read_order", "arguments": {"order_id": "O1"}}, "kim")
    changed = REFUND | {"arguments": KETTLE | {"amount": 100}}
    assert decide.carry_out(case, decide.approve(case, asked.seq, changed, "kim").seq).kind == "done"
    assert refunds(copilot.desk.store) == [("I2", 100)]


def test_a_new_message_makes_suggestions_old(copilot: Copilot, decide: Approvals) -> None:
    case = opened(copilot)
    basis = suggested(copilot, case).seq
    copilot.desk.receive(case, "Stop! It works again.")
    with pytest.raises(CaseError, match="went on meanwhile"):
        decide.approve(case, basis, REFUND, "kim", choice=0)
    assert suggested(copilot, case).seq > basis


def test_two_people_at_once_write_once(copilot: Copilot, tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    case = opened(copilot)
    basis = suggested(copilot, case).seq

    def work(who: int) -> str:
        store = Store(tmp_path / "shop.db", read_state)
        decide = Approvals(type(copilot.desk)(store, copilot.desk.policy), timedelta(0))
        try:
            return decide.carry_out(case, decide.approve(case, basis, REFUND, f"agent {who}", choice=0).seq).kind
        except CaseError as error:
            return str(error)
        finally:
            store.close()

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(work, range(8)))
    assert results.count("done") == 1
    assert refunds(copilot.desk.store) == [("I2", 9000)]


def test_a_model_that_only_reads_comes_to_an_end(tmp_path: Path, model: ModelFolder) -> None:
    clauses = [clause for clause in POLICY["clause"] if clause["name"] == "look"]
    engine = ScriptedEngine(model, probabilities=wanting("read_order"))
    copilot = Copilot(new_store(tmp_path / "shop.db"), parse_policy({"clause": clauses}), TOOLS, engine)
    case = opened(copilot)
    assert suggest(copilot, case) is not None
    kinds: Callable[[str], int] = [entry.kind for entry in now(copilot, case).entries].count
    assert kinds("done") == min(2, MOST_READS)
