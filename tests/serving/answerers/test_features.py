from dataclasses import replace
from datetime import UTC, datetime, timedelta

from fewsight.events import AGENT_REPLY, CustomerHistory, Event
from fewsight.serving.answerers.features import FACTS, MOST_CHARACTERS, VIEWS, facts

START = datetime(2026, 1, 1, tzinfo=UTC)
EVENTS = (
    Event("1", START, "order", "web", product="lamp", amount=4990, currency="EUR"),
    Event("2", START + timedelta(days=3), "message", "chat", text="It is broken."),
    Event("3", START + timedelta(days=4), "message", "chat", text="Hello? I want a new one."),
    Event("4", START + timedelta(days=5), AGENT_REPLY, "chat", text="We are sorry."),
)
HISTORY = CustomerHistory("c", EVENTS, {"city": "Graz"})


def test_views_hold_the_customers_own_words_newest_first() -> None:
    assert VIEWS["newest"](HISTORY) == "Hello? I want a new one."
    assert VIEWS["texts"](HISTORY) == "Hello? I want a new one.\nIt is broken."
    whole = VIEWS["whole"](HISTORY)
    assert whole.index("We are sorry.") < whole.index("broken") < whole.index("lamp, 49.90 EUR") < whole.index("Graz")


def test_a_long_history_is_cut_and_keeps_what_is_newest() -> None:
    many = tuple(replace(EVENTS[1], id=str(i), text=f"message {i} " + "x" * 90) for i in range(5000))
    for view in VIEWS.values():
        text = view(CustomerHistory("c", many))
        assert len(text) <= MOST_CHARACTERS
        assert "message 4999" in text


def test_nobody_is_too_silent_to_be_read() -> None:
    silent = CustomerHistory("c")
    assert [view(silent) for view in VIEWS.values()] == ["", "", ""]
    assert len(facts(silent)) == FACTS


def test_facts_tell_how_long_ago_an_order_was() -> None:
    near, far = (facts(replace(HISTORY, until=START + timedelta(days=days))) for days in (10, 200))
    assert len(near) == len(far) == FACTS
    assert near != far
    assert all(abs(number) < 20 for number in (*near, *far))
