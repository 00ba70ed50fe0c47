import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest

from fewsight.insight import Insight
from fewsight.ledger import Result
from fewsight.pages.card import card, page

MakeResult = Callable[..., Result]
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
VOID = {"meta", "br"}

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><script>x</script>",
    "' onmouseover='x",
    "{{ 7 * 7 }}",
    "javascript:alert(1)",
]


class Checker(HTMLParser):
    """Collects tags and text, and fails where tags don't nest."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.text += " "
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data if "style" not in self.open else ""


def words(html: str) -> str:
    return re.sub(r"\s+", " ", Checker(html).text)


def hostile(text: str) -> Insight:
    return Insight(
        text,
        text,
        NOON,
        {"label": text, "words": text + " and more words", "list": [text], text: {"value": text, "basis": text}},
        (text,),
        {"label": {text: 0.5, "x" + text: 0.5}},
        error=text,
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    insight = hostile(text)
    broken = replace(insight, answer=None, status="invalid")
    texts = {(text, text): text}
    for html in (card(insight, texts), card(broken), page([insight, broken], text, texts)):
        checked = Checker(html)
        assert not checked.tags & {"script", "img", "iframe", "a", "svg", "object"}
        assert not any(name.startswith("on") or name in ("src", "href") for name in checked.attributes)
        assert text in checked.text


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


def test_evidence_is_readable_where_its_text_is_given(result: MakeResult) -> None:
    insight = result("c1", "k").insight
    assert "ev-1 The blender is late" in words(card(insight, {("c1", "ev-1"): "The blender is late"}))
    assert "The blender" not in words(card(insight, {("c2", "ev-1"): "The blender is late"}))


def test_an_answer_that_failed_says_why(result: MakeResult) -> None:
    assert "invalid: cut off at 256 tokens" in words(card(result("c1", "k", status="invalid").insight))
    assert "failed: no reason was recorded" in words(card(Insight("c", "t", None, None, status="failed")))


def test_a_label_that_was_overruled_still_leads() -> None:
    insight = Insight("c", "t", None, {"intent": "none_of_these"}, (), {"intent": {"a": 0.6, "none_of_these": 0.4}})
    assert "none of these none of these 40 % a 60 %" in words(card(insight))


def test_nested_values_are_named_by_their_last_word_where_that_is_clear() -> None:
    answer: dict[str, Any] = {
        "aspects": {"price": "negative"},
        "past": {"mood": "good"},
        "now": {"mood": "bad"},
        "visits": 1200,
    }
    trait: dict[str, Any] = {
        "home": {"value": "couple", "basis": "fact"},
        "nothing": None,
        "list": [],
        "text": "two words",
    }
    shown = words(card(Insight("c", "t", None, answer | trait)))
    for part in (
        "price negative",
        "past · mood good",
        "now · mood bad",
        "visits 1,200",
        "home couple fact",
        "list none",
    ):
        assert part in shown
    assert "aspects" not in shown


def test_page_counts_all_and_shows_some(result: MakeResult) -> None:
    html = page((result(f"c{number}", "k").insight for number in range(30)), "Insights", most=4)
    shown = words(html)
    assert "30 insights; the first 4 are shown below, the counts are of all" in shown
    assert "Intent 30 ok" in shown
    assert "refund 30" in shown
    assert html.count("<article") == 4
    assert "default-src 'none'" in html
    assert not re.search(r"https?:", html)


def test_page_puts_one_customers_tasks_together(result: MakeResult) -> None:
    insights = [result(customer, "k", task=task).insight for customer in ("c1", "c2") for task in ("intent", "mood")]
    html = page(insights, "Insights")
    assert html.count("<h2>") == 2
    assert "4 insights." in words(html)
    assert "<h2>" not in page(insights[:1], "Insights")


def test_an_empty_page_says_so() -> None:
    assert "There is nothing to show yet." in words(page([], "Insights"))
