"""Words of replies: slots, numbers, promises, and the pattern."""

import re

import pytest

from fewsight.agents.copilot.speech import fill, has_number, has_promise, slots, words_pattern
from tests.agents.copilot.shop import Customer, Item, Order

STATE = Customer(
    id="C1",
    name="Ada",
    level="gold",
    orders=[
        Order(id="O1", status="delivered", age_days=None, items=[Item(id="I1", price=1505), Item(id="I 2", price=7)]),
        Order(id="O2", status="pending", age_days=3, items=[Item(id="I3", price=7)]),
    ],
)
NAMES = ["name", "orders.O1.status"]


def test_slots_are_named_by_their_rows_and_money_has_its_currency() -> None:
    assert slots(STATE, ["name", "orders.status", "orders.age_days", "orders.items.price"]) == {
        "name": "Ada",
        "orders.O1.status": "delivered",
        "orders.O2.status": "pending",
        "orders.O2.age_days": "3",
        "orders.O1.items.I1.price": "15.05 EUR",
        "orders.O2.items.I3.price": "0.07 EUR",
    }


@pytest.mark.parametrize(
    ("words", "fits"),
    [
        ("Hello {name}, it is {orders.O1.status}.", True),
        ("您好，{name}，请稍等。", True),
        ("It is 5 days late.", False),
        ("It is ５ days late.", False),
        ("Hello {orders.O2.status}.", False),
        ("Hello {name.", False),
        ("No end", False),
        ("", False),
    ],
)
def test_the_pattern_holds_slots_and_no_digits(words: str, fits: bool) -> None:
    assert bool(re.fullmatch(words_pattern(NAMES), words)) is fits


def test_a_reply_from_the_state_needs_a_slot() -> None:
    pattern = words_pattern(NAMES, needs_slot=True)
    assert re.fullmatch(pattern, "Hello {name}.")
    assert not re.fullmatch(pattern, "Hello there.")


def test_slots_are_filled_and_unknown_ones_are_an_error() -> None:
    assert fill("Hello {name}.", {"name": "A{b}"}) == "Hello A{b}."
    with pytest.raises(KeyError):
        fill("Hello {name}.", {})


@pytest.mark.parametrize(("words", "number"), [("It is {a.1}.", False), ("It is ٣ days.", True), ("Ⅳ times.", True)])
def test_numbers_of_any_script_are_told(words: str, number: bool) -> None:
    assert has_number(words) is number


@pytest.mark.parametrize(
    ("words", "promise"),
    [
        ("We'll send it.", True),
        ("It will arrive.", True),
        ("我们会处理。", True),
        ("Goodwill matters.", False),
        ("It is on its way.", False),
    ],
)
def test_promises_are_told(words: str, promise: bool) -> None:
    assert has_promise(words) is promise
