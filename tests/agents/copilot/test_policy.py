"""What a policy says of calls, and what is refused when it is read."""

from typing import Any

import pytest

from fewsight.agents.copilot.conditions import can_hold, implies, read_condition
from fewsight.agents.copilot.policy import parse_policy, read_policy
from fewsight.agents.copilot.tools import calls
from fewsight.errors import PolicyError
from tests.agents.copilot.shop import Customer, Item, Order, policy, refund_item

STATE = Customer(
    id="C1",
    name="Ada",
    level="gold",
    orders=[
        Order(id="O1", status="delivered", age_days=3, items=[Item(id="I1", price=1500), Item(id="I2", price=9000)]),
        Order(id="O2", status="delivered", age_days=31, items=[Item(id="I3", price=700)]),
    ],
)


def clause(**changes: Any) -> dict[str, Any]:
    usual = {"name": "a", "tool": "refund_item", "effect": "allow", "cap": 100, "needs": "read_order"}
    return {key: value for key, value in (usual | changes).items() if value is not None}


def test_items_belong_to_the_order_beside_them() -> None:
    pairs = {(call.arguments["order_id"], call.arguments["item_id"]) for call in calls(refund_item, STATE)}
    assert pairs == {("O1", "I1"), ("O1", "I2"), ("O2", "I3")}


@pytest.mark.parametrize(
    ("item", "reason", "effect", "name"),
    [
        ("I1", "damaged", "allow", "small refunds"),
        ("I1", "late", "ask", "large refunds"),
        ("I2", "damaged", "ask", "large refunds"),
        ("I3", "damaged", "deny", "old orders"),
    ],
)
def test_the_first_clause_that_holds_counts_and_a_deny_beats_it(item: str, reason: str, effect: str, name: str) -> None:
    call = next(
        c for c in calls(refund_item, STATE) if c.arguments["item_id"] == item and c.arguments["reason"] == reason
    )
    verdict = policy().judge(call, STATE, lambda tool, arguments: True)
    assert (verdict.effect, verdict.clause) == (effect, name)


def test_a_write_without_its_read_is_denied_and_the_clause_says_which() -> None:
    call = next(calls(refund_item, STATE))
    verdict = policy().judge(call, STATE, lambda tool, arguments: False)
    assert verdict.effect == "deny"
    assert verdict.feedback == "clause 'small refunds' needs 'read_order' to be read first"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tool": "refund_itm"}, "there is no tool 'refund_itm'. Did you mean 'refund_item'"),
        ({"cap": None}, "moves money; give the clause a cap"),
        ({"tool": "cancel_order"}, "it has a cap, but 'cancel_order' moves no money"),
        ({"tool": "read_order", "cap": None}, "only reads"),
        ({"needs": None}, "must name a tool that reads, not None"),
        ({"needs": "cancel_order"}, "must name a tool that reads, not 'cancel_order'"),
        ({"effect": "deny"}, "a deny has neither"),
        ({"when": ["orders.stats = pending"]}, "Order has no field 'stats'. Did you mean 'status'"),
        ({"when": ["orders.status = lost"]}, "Input should be 'pending', 'delivered' or 'cancelled'"),
        ({"when": ["orders.status < pending"]}, "is no number"),
        ({"when": ["orders.items = 3"]}, "is no single value"),
        ({"when": ["level is gold"]}, "is no condition"),
        ({"tool": "cancel_order", "cap": None, "when": ["orders.items.price > 5"]}, "says which of 'orders.items'"),
    ],
)
def test_a_clause_that_makes_no_sense_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(PolicyError) as refused:
        policy({"clause": [clause(**changes)]})
    assert message in str(refused.value)


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(PolicyError) as refused:
        policy({"clause": [clause(tool="x"), clause(cap=None)]})
    assert str(refused.value).count("\n- ") == 3  # the third: two clauses of one name


@pytest.mark.parametrize("data", [{}, {"clause": [{"name": "a"}]}, {"clause": [clause(colour="red")]}])
def test_another_shape_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(PolicyError, match="can't be read"):
        parse_policy(data)


def test_a_file_that_is_no_toml_is_refused(tmp_path: Any) -> None:
    (tmp_path / "policy.toml").write_text("[[clause\n")
    with pytest.raises(PolicyError, match="is no TOML"):
        read_policy(tmp_path / "policy.toml")


@pytest.mark.parametrize(
    ("texts", "possible"),
    [
        (["orders.age_days < 5", "orders.age_days > 3"], True),
        (["orders.age_days < 5", "orders.age_days > 4"], False),
        (["orders.age_days = none", "orders.age_days > 4"], False),
        (["orders.status != pending", "orders.status != delivered"], True),
        (["orders.status = pending", "orders.status = delivered"], False),
        (["name = Ada", "name != Ada"], False),
        (["name != Ada", "name != Bo"], True),
    ],
)
def test_whether_conditions_can_hold_together(texts: list[str], possible: bool) -> None:
    assert can_hold([read_condition(text, refund_item, Customer) for text in texts]) is possible


@pytest.mark.parametrize(
    ("stricter", "looser", "follows"),
    [
        ("orders.age_days < 3", "orders.age_days < 5", True),
        ("orders.age_days < 5", "orders.age_days < 3", False),
        ("orders.age_days != 3", "orders.age_days < 5", False),
        ("orders.status = pending", "orders.status != delivered", True),
    ],
)
def test_what_follows_from_a_condition(stricter: str, looser: str, follows: bool) -> None:
    first, second = (read_condition(text, refund_item, Customer) for text in (stricter, looser))
    assert implies([first], [second]) is follows
