"""Nothing that a customer or a model wrote can run, leave the page, or make it grow without bound."""

import base64
import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fewsight.events import CustomerHistory, Event
from fewsight.insight import Insight
from fewsight.pages import insights
from fewsight.pages.insights import card, page
from tests.core.pages.insights.reader import Checker

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><script>x</script>",
    "' onmouseover='x",
    "{{ 7 * 7 }}",
    "javascript:alert(1)",
    "--></script><a href=javascript:alert(1)>",
    "[NAME_1]<b onclick=x>",
]
BYTES = 60_000
"""Most bytes of a card."""


def hostile(text: str) -> Insight:
    answer: dict[str, Any] = {
        "label": text,
        "words": text + " and more words",
        "list": [text],
        text: {"value": text, "basis": text},
    }
    return Insight(text, text, NOON, answer, (text,), {"label": {text: 0.5, "x" + text: 0.5}}, error=text)


def history(text: str, events: int = 1) -> CustomerHistory:
    return CustomerHistory(
        text,
        tuple(
            Event(text if not n else f"{n}", NOON, text, text, text, text, 100, text, {text: text})
            for n in range(events)
        ),
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    insight = hostile(text)
    broken = replace(insight, answer=None, status="invalid")
    past = history(text)
    for html in (card(insight, past), card(broken), page([insight, broken], text, {text: past}, rest=text)):
        checked = Checker(html)
        assert not checked.tags & {"img", "iframe", "svg", "object", "form", "base", "link"}
        assert not any(name.startswith("on") for name, _ in checked.attributes)
        assert all(re.fullmatch(r"#[a-z]+\d*", link or "") for link in checked.links)
        assert text.replace("[NAME_1]", "NAME 1") in checked.text


@pytest.mark.parametrize("text", HOSTILE)
def test_only_our_own_script_runs(text: str) -> None:
    html = page([hostile(text)], text, {text: history(text)}, rest=text)
    own = (Path(str(insights.__file__)).parent / "insights.js").read_text()
    assert Checker(html).scripts == [own]
    digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy == (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'; "
        "form-action 'none'"
    )
    assert not Checker(card(hostile(text))).tags & {"script", "a"}


def test_control_characters_and_turned_lines_are_written_out() -> None:
    text = "late\x1b]0;owned\x07\u202eparcel\x9b"
    shown = page([hostile(text)], "run", {text: history(text)})
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown)
    assert "late\\u001b]0;owned\\u0007\\u202eparcel" in shown


def test_the_script_puts_no_text_into_markup() -> None:
    own = (Path(str(insights.__file__)).parent / "insights.js").read_text()
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|eval|Function|fetch|import\(|https?:", own
    )


def test_a_card_is_bounded_whatever_it_holds() -> None:
    long = "long words " * 2000
    answer: dict[str, Any] = {f"{long}{n}": long for n in range(500)} | {"list": [long] * 500}
    shares = {long + str(n): 0.01 for n in range(100)}
    insight = Insight(
        long,
        long,
        NOON,
        {"label": long + "1", **answer},
        tuple(f"{n}" for n in range(400)),
        {"label": shares},
        error=long,
    )
    assert len(card(insight, history(long, 500))) - len(card(Insight("c", "t", None, None))) < BYTES
    assert len(card(replace(insight, answer=None, status="failed"), history(long, 500))) < BYTES
