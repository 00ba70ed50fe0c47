"""What a card shows of an insight."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from fewsight.events import CustomerHistory, Event
from fewsight.insight import Insight
from fewsight.ledger import Result
from fewsight.pages.insights import card
from fewsight.pages.insights.certainty import LIKELY, MARGIN, is_uncertain
from fewsight.pages.insights.happened import EVENTS
from tests.core.pages.insights.reader import words

MakeResult = Callable[..., Result]
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


def scored(**shares: float) -> Insight:
    return Insight("c", "t", None, {"intent": next(iter(shares))}, (), {"intent": shares})


def test_card_shows_answer_chances_evidence_warnings_and_origin(result: MakeResult) -> None:
    html = result("c1", "k").insight._repr_html_()
    shown = words(html)
    for part in (
        "Intent c1",
        "as of 2024-05-01",
        "refund 75 %",
        "other 25 %",
        "urgent yes 90 %",
        "wants the money back, soon",
        "Evidence ev-1",
        "⚠ 3 events left out",
        "tiny (mmmmmmmm) · no adapter · scripted 1 · float32 · intent.v1.en.full · 2 shots · 420 + 21 tokens · seed 0",
    ):
        assert part in shown
    assert "width:75.0%" in html
    assert "prefers-color-scheme: dark" in html


def test_evidence_shows_date_kind_channel_and_text_and_is_marked_in_the_history(result: MakeResult) -> None:
    insight = result("c1", "k").insight
    events = [Event("ev-1", NOON, "ticket", "email", "The blender is late, [NAME_1]"), Event("ev-2", NOON, "login")]
    html = card(insight, CustomerHistory("c1", tuple(events)))
    assert "Evidence 2024-05-01 · ticket · email · ev-1 The blender is late, NAME 1" in words(html)
    assert '<span class="chip" title="masked">NAME 1</span>' in html
    assert "History, 2 events" in words(html)
    assert html.count('<li class="is-evidence">') == 1
    assert "The blender" not in words(card(insight))


def test_a_long_history_keeps_its_newest_events_and_the_evidence(result: MakeResult) -> None:
    events = tuple(Event(f"ev-{n}", NOON, "login") for n in range(100))
    shown = words(card(result("c1", "k").insight, CustomerHistory("c1", events)))
    assert "History, 100 events" in shown
    assert f"{100 - EVENTS} older events are not shown" in shown
    assert "ev-99" in shown
    assert "ev-1 " in shown
    assert "ev-2 " not in shown


def test_an_answer_that_failed_says_why(result: MakeResult) -> None:
    assert "invalid: cut off at 256 tokens" in words(card(result("c1", "k", status="invalid").insight))
    assert "failed: no reason was recorded" in words(card(Insight("c", "t", None, None, status="failed")))


def test_a_label_that_was_overruled_still_leads() -> None:
    insight = Insight("c", "t", None, {"intent": "none_of_these"}, (), {"intent": {"a": 0.6, "none_of_these": 0.4}})
    shown = words(card(insight))
    assert "none of these none of these 40 % a 60 %" in shown
    assert "a is likelier by itself" in shown
    assert "more likely" not in shown


@pytest.mark.parametrize(
    ("shares", "unsure"),
    [
        ({"a": LIKELY, "b": LIKELY - MARGIN}, False),
        ({"a": LIKELY + 0.02, "b": LIKELY - 0.05}, True),
        ({"a": LIKELY - 0.01, "b": 0.1}, True),
        ({"a": 1.0}, False),
    ],
)
def test_an_answer_that_leads_by_little_or_is_unlikely_is_uncertain(shares: dict[str, float], unsure: bool) -> None:
    assert is_uncertain(shares, "a") is unsure
    html = card(scored(**shares))
    assert ('class="value unsure"' in html) is unsure
    assert ('<div class="value">a</div>' in html) is not unsure
    assert ("uncertain more likely a than b" in words(html).replace(" intent", "")) is unsure if "b" in shares else True


def test_an_uncertain_detail_shows_both_bars() -> None:
    answer = {"mood": "good", "price": "high"}
    shares = {"mood": {"good": 0.9, "bad": 0.1}, "price": {"high": 0.51, "low": 0.49}}
    shown = words(card(Insight("c", "t", None, answer, (), shares)))
    assert "price more likely high than low high 51 % low 49 %" in shown
    assert "uncertain" not in shown


def test_what_says_nothing_is_folded_but_not_where_it_is_uncertain() -> None:
    answer: dict[str, Any] = {"mood": "good", "price": "not_mentioned", "returns": "not_mentioned", "care": "unknown"}
    answer |= {"speed": "not_mentioned", "list": [], "nothing": None}
    shares = {path: {str(label): 0.9, "bad": 0.1} for path, label in answer.items() if isinstance(label, str)}
    shares["speed"] = {"not_mentioned": 0.51, "bad": 0.49}
    shown = words(card(Insight("c", "t", None, answer, (), shares)))
    assert "not mentioned: price, returns" in shown
    assert "unknown: care" in shown
    assert "none: list, nothing" in shown
    assert "speed more likely not mentioned than bad" in shown


def test_nested_values_are_named_by_their_last_word_where_that_is_clear() -> None:
    answer: dict[str, Any] = {
        "aspects": {"price": "negative"},
        "past": {"mood": "good"},
        "now": {"mood": "bad"},
        "visits": 1200,
    }
    trait: dict[str, Any] = {"home": {"value": "couple", "basis": "fact"}, "text": "two words"}
    shown = words(card(Insight("c", "t", None, answer | trait)))
    for part in ("price negative", "past · mood good", "now · mood bad", "visits 1,200", "home couple fact"):
        assert part in shown
    assert "aspects" not in shown


def test_labels_of_a_list_have_a_chance_each() -> None:
    shares = {"price": 0.9, "late delivery": 0.75, "size": 0.1}
    probabilities = {f"topics.{key}": {"true": share, "false": 1 - share} for key, share in shares.items()}
    answer = {"topics": ["late delivery", "price"], "mood": None}
    shown = words(card(Insight("c", "t", None, answer, (), {**probabilities, "mood": {"good": 0.2, "null": 0.8}})))
    for part in ("topics late delivery, price", "price 90 %", "late delivery 75 %", "size 10 %", "mood null 80 %"):
        assert part in shown
    none = words(card(Insight("c", "t", None, {"topics": []}, (), {"topics.price": {"true": 0.1, "false": 0.9}})))
    assert "none: topics" in none or "topics none" in none


def test_whole_numbers_that_were_scored_have_their_chance() -> None:
    shown = words(card(Insight("c", "t", None, {"stars": 5}, (), {"stars": {"4": 0.3, "5": 0.7}})))
    assert "5 70 %" in shown
