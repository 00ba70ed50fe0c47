"""Calls with a list, conditions on its elements and between fields, what a customer must have written or agreed to."""

import sqlite3
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import BaseModel

from fewsight.agents.copilot.acting import Desk
from fewsight.agents.copilot.case import Case
from fewsight.agents.copilot.judging import possible_calls
from fewsight.agents.copilot.moves import Move, legal_moves
from fewsight.agents.copilot.policy import Policy, parse_policy
from fewsight.agents.copilot.state import From, Said
from fewsight.agents.copilot.store import Store
from fewsight.agents.copilot.tools import Act, calls, find_calls, tool
from fewsight.errors import PolicyError


class Variant(BaseModel):
    id: str
    options: dict[str, str]
    more: int
    stocked: bool = True


class Item(BaseModel):
    id: str
    name: str
    options: dict[str, str]
    variants: list[Variant]


class Order(BaseModel):
    id: str
    paid_with: str
    items: list[Item]


class Payment(BaseModel):
    id: str
    balance: int


class Owner(BaseModel):
    id: str
    email: str
    payments: list[Payment]
    orders: list[Order]


class Known(BaseModel):
    email: Annotated[str, From("email"), Said()]


class Change(BaseModel):
    item: Annotated[str, From("orders.items.id")]
    new: Annotated[str, From("orders.items.variants.id")]


class Exchange(BaseModel):
    order: Annotated[str, From("orders.id")]
    payment: Annotated[str, From("payments.id")]
    items: list[Change]


class Seen(BaseModel):
    text: str = ""


@tool(writes=False)
def know(arguments: Known, act: Act) -> Seen:
    """Know the customer."""
    return Seen(text=act.customer_id)


@tool(writes=True)
def exchange(arguments: Exchange, act: Act) -> Seen:
    """Exchange items."""
    act.database.execute("INSERT INTO changes VALUES (?)", (arguments.model_dump_json(),))
    return Seen()


def item(name: str, colour: str) -> Item:
    variants = [Variant(id=f"{name}-{c}", options={"colour": c}, more=m) for c, m in (("red", 0), ("blue", 30))]
    variants.append(Variant(id=f"{name}-green", options={"colour": "green"}, more=5, stocked=False))
    return Item(id=f"{name}-{colour}", name=name, options={"colour": colour}, variants=variants)


def read_state(customer_id: str, database: sqlite3.Connection) -> Owner:
    return Owner(
        id=customer_id,
        email="ada@example.com",
        payments=[Payment(id="card", balance=0), Payment(id="gift", balance=40)],
        orders=[Order(id="O1", paid_with="card", items=[item("lamp", "red"), item("desk", "red")])],
    )


CLAUSES: list[dict[str, Any]] = [
    {"name": "known", "tool": "know", "effect": "allow"},
    {
        "name": "by card",
        "tool": "exchange",
        "effect": "allow",
        "when": ["payments.id = {orders.paid_with}", "orders.items.variants.id != {orders.items.id}"],
        "needs": ["know"],
        "confirm": True,
    },
    {
        "name": "covered",
        "tool": "exchange",
        "effect": "allow",
        "when": [
            "sum(orders.items.variants.more) <= {payments.balance}",
            "orders.items.variants.id != {orders.items.id}",
        ],
        "needs": ["know"],
        "confirm": True,
    },
    {"name": "gone", "tool": "exchange", "effect": "deny", "when": ["orders.items.variants.stocked = false"]},
]


def policy(clauses: list[dict[str, Any]] | None = None) -> Policy:
    return Policy(parse_policy({"reply": {"effect": "allow"}, "clause": clauses or CLAUSES}), [know, exchange], Owner)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    with sqlite3.connect(tmp_path / "a.db") as database:
        database.execute("CREATE TABLE changes (body TEXT)")
    database.close()
    return Desk(Store(tmp_path / "a.db", read_state), policy())


def change(*news: str, payment: str = "card") -> dict[str, Any]:
    items = [{"item": f"{new.split('-')[0]}-red", "new": new} for new in news]
    return {"order": "O1", "payment": payment, "items": items}


def moves(desk: Desk, case: Case) -> list[Move]:
    return legal_moves(desk.policy, case, desk.store.state("C1"), [])


def known(desk: Desk, text: str = "I am ada@example.com. Make the lamp blue.") -> str:
    case = desk.open("C1")
    desk.receive(case, text)
    desk.call(case, "know", {"email": "ada@example.com"})
    return case


def test_a_tool_is_not_legal_before_the_customer_wrote_what_it_takes(desk: Desk) -> None:
    case = desk.open("C1")
    desk.receive(case, "Make the lamp blue.")
    assert desk.offers(case) == []
    assert (
        desk.call(case, "know", {"email": "ada@example.com"}).body["feedback"] == "the customer has not written 'email'"
    )
    asked = next(move for move in moves(desk, desk.store.case(case)) if "needs" in move.closed)
    assert asked.fixed == "May I have your email, so that I know who you are?"
    desk.receive(case, "It is ada@example.com.")
    assert [offer.call.tool.name for offer in desk.offers(case)] == ["know"]


@pytest.mark.parametrize(
    ("arguments", "effect"),
    [
        (change("lamp-blue"), "confirm"),
        (change("lamp-blue", "desk-blue"), "confirm"),
        (change("lamp-red"), "deny"),  # it is red already
        (change("lamp-blue", "desk-green"), "deny"),  # one element is enough
        (change("lamp-blue", payment="gift"), "confirm"),
        (change("lamp-blue", "desk-blue", payment="gift"), "deny"),  # 60 is more than the balance
    ],
)
def test_conditions_hold_for_each_element_and_sums_for_all(desk: Desk, arguments: dict[str, Any], effect: str) -> None:
    case = known(desk)
    state = desk.store.state("C1")
    (call,) = find_calls(exchange, arguments, state)
    folded = desk.store.case(case)
    assert desk.policy.judge(call, state, folded.has_read, folded.has_agreed).effect == effect


@pytest.mark.parametrize("wrong", [change(), change("lamp-blue", "lamp-blue"), change("chair-blue"), {"items": 3}])
def test_lists_that_the_state_does_not_offer_are_no_calls(desk: Desk, wrong: dict[str, Any]) -> None:
    assert find_calls(exchange, wrong, desk.store.state("C1")) == []


def test_open_calls_offer_only_elements_that_policy_leaves(desk: Desk) -> None:
    case = known(desk)
    offers = possible_calls(desk.policy, desk.store.case(case), desk.store.state("C1"))
    groups = {offer.call.arguments["payment"]: offer.groups for offer in offers if offer.call.is_open}
    assert [[e.values["new"] for e in group] for group in groups["card"]] == [["lamp-blue"], ["desk-blue"]]


def test_a_write_needs_a_yes_to_just_this_call_and_no_later_word(desk: Desk) -> None:
    case = known(desk)
    question = next(m for m in moves(desk, desk.store.case(case)) if m.about and m.about.arguments["payment"] == "card")
    assert question.about is not None
    assert question.about.arguments == change("lamp-blue")
    assert question.fixed is not None
    assert "lamp (colour red) -> lamp-blue (colour blue)" in question.fixed
    assert desk.call(case, "exchange", change("lamp-blue")).kind == "denied"
    seq = desk.store.case(case).entries[-1].seq
    desk.say_fixed(case, seq, "question", question.fixed, call=question.closed["call"])
    desk.receive(case, "Yes, please.")
    desk.perceive(case, desk.store.case(case).entries[-1].seq, {"agreed": "yes"})
    written = [m.offer for m in moves(desk, desk.store.case(case)) if m.offer and m.offer.call.tool.writes]
    assert [offer.call.arguments for offer in written] == [change("lamp-blue")]
    assert desk.call(case, "exchange", change("lamp-blue", payment="gift")).kind == "denied"
    desk.receive(case, "Wait.")
    assert desk.call(case, "exchange", change("lamp-blue")).kind == "denied"
    desk.perceive(case, desk.store.case(case).entries[-1].seq, {"agreed": "no"})
    assert not any(m.about and m.about.arguments == change("lamp-blue") for m in moves(desk, desk.store.case(case)))


@pytest.mark.parametrize(
    ("when", "message"),
    [
        ("sum(payments.balance) <= 3", "only a number that each element"),
        ("orders.id = {payments.balance}", "can't be compared"),
        ("sum(orders.items.name) <= 3", "is no number"),
        ("sum(orders.items.variants.more) <= {orders.items.variants.more}", "can't be compared"),
    ],
)
def test_conditions_that_make_no_sense_are_refused(when: str, message: str) -> None:
    with pytest.raises(PolicyError, match="can't be used") as refused:
        policy([{"name": "a", "tool": "exchange", "effect": "allow", "needs": "know", "when": [when]}])
    assert message in str(refused.value)


def test_an_order_of_forty_items_costs_no_combinations(desk: Desk) -> None:
    state = desk.store.state("C1")
    assert isinstance(state, Owner)
    state.orders[0].items *= 20
    assert len(list(calls(exchange, state))) == 2
