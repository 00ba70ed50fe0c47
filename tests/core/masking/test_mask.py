"""Masking whole histories: round trips, determinism, forged pseudonyms."""

import re
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fewsight import CustomerHistory, Event
from fewsight.errors import ConfigError
from fewsight.masking import Masked, Pseudonymizer, Span, restore
from fewsight.masking.folding import Folded

IDENTIFIERS = [
    "anna@example.com",
    "+44 7700 900123",
    "13800138000",
    "4111 1111 1111 1111",
    "DE89370400440532013000",
    "11010519491231002X",
    "203.0.113.42",
    "order #A1234-99",
    "订单号：20240312998",
    "Anna Kim",
    "[EMAIL_1]",
    "[SHOT_NAME_2]",
    "［EMAIL_1］",
    "[EM\u200bAIL_1]",
]
FILLERS = [
    " ",
    "，",
    "。",
    "\n",
    " and ",
    "我的",
    "[",
    "]",
    "_1]",
    "[EMAIL",
    "\u200b",
    "e\u0301",
    "ﬁ",
    "…",
    "②",
    "🙂",
    "İ",
    "９",
]
TEXTS = st.lists(st.sampled_from(IDENTIFIERS + FILLERS) | st.text(max_size=8), max_size=12).map("".join)
SHAPE = re.compile(r"\[(?:[A-Z]+_)?[A-Z]+_[0-9]+\]")


def one(text: str, namespace: str = "") -> Masked:
    event = Event("e1", None, "message", text=text)
    return Pseudonymizer(namespace).mask(CustomerHistory("cust-8812", (event,), {"name": "Anna Kim"}))


def text_of(masked: Masked) -> str:
    return masked.history.events[0].text or ""


def plain(text: str) -> str:
    """What equal identifiers have in common however they are written."""
    text = unicodedata.normalize("NFKC", text.replace("\u200b", ""))
    return "".join(c for c in text.lower() if c.isalnum())


@given(TEXTS)
def test_restoring_gives_the_text_back(text: str) -> None:
    masked = one(text)
    restored = restore(text_of(masked), masked.pseudonyms)
    assert restored.unknown == ()
    values = list(masked.pseudonyms.values())
    if len({plain(value) for value in values}) == len(values) and all(text.count(v) <= 1 for v in values):
        assert restored.text == text or plain(restored.text) == plain(text)
    assert len(SHAPE.findall(text_of(masked))) >= len(masked.pseudonyms) - 1  # the name stands in the profile


@given(
    st.lists(
        st.sampled_from([" ", "，", " and ", "我的", "[", "] ", "🙂 ", *(f" {i} ; " for i in IDENTIFIERS)]), max_size=15
    )
)
def test_restoring_is_exact_where_a_value_has_one_form(parts: list[str]) -> None:
    text = "".join(parts)
    masked = one(text)
    assert restore(text_of(masked), masked.pseudonyms) == (text, ())


@given(TEXTS)
def test_no_token_of_the_customers_own_survives(text: str) -> None:
    masked = one(text)
    assert set(SHAPE.findall(text_of(masked))) <= set(masked.pseudonyms)


@given(TEXTS)
def test_masking_is_deterministic(text: str) -> None:
    assert one(text) == one(text)


def test_forged_pseudonyms_stand_for_themselves() -> None:
    masked = one("I am Anna Kim, not [NAME_1]")
    assert text_of(masked) == "I am [NAME_1], not [LITERAL_1]"
    assert (
        restore("Dear [NAME_1], you wrote [LITERAL_1]", masked.pseudonyms).text == "Dear Anna Kim, you wrote [NAME_1]"
    )


def test_forged_pseudonyms_in_attributes_profile_and_product() -> None:
    event = Event("e1", None, "order", product="[NAME_1] cup", attributes={"note": "[NAME_1]"})
    masked = Pseudonymizer().mask(CustomerHistory("c", (event,), {"name": "Anna", "remark": "[NAME_1]"}))
    assert masked.history.profile == {"name": "[NAME_1]", "remark": "[LITERAL_1]"}
    assert masked.history.events[0].attributes == {"note": "[LITERAL_1]"}
    assert masked.history.events[0].product == "[LITERAL_1] cup"


def test_another_customers_pseudonyms_are_flagged_and_left() -> None:
    first, second = one("a@example.com or b@example.com"), one("c@example.com")
    answer = text_of(first) + " [EMAIL_2] [SHOT_EMAIL_1]"
    assert restore(answer, second.pseudonyms).unknown == ("[EMAIL_2]", "[SHOT_EMAIL_1]")
    assert restore(answer, second.pseudonyms).text == "c@example.com or [EMAIL_2] [EMAIL_2] [SHOT_EMAIL_1]"


def test_values_are_put_in_once() -> None:
    assert restore("[A_1]", {"[A_1]": "[B_1]", "[B_1]": "x"}).text == "[B_1]"


def test_shots_have_a_namespace() -> None:
    masked = one("Anna Kim, a@example.com", "shot")
    assert text_of(masked) == "[SHOT_NAME_1], [SHOT_EMAIL_1]"


@pytest.mark.parametrize("namespace", ["shot 1", "SHOT_", "一"])
def test_namespaces_are_letters(namespace: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(repr(namespace))):
        Pseudonymizer(namespace)


def test_equal_values_have_one_pseudonym_and_numbers_follow_the_events() -> None:
    events = (
        Event("e1", datetime(2024, 1, 1, tzinfo=UTC), "message", text="B@Example.com, +44 7700 900123"),
        Event("e2", datetime(2024, 1, 2, tzinfo=UTC), "message", text="a@example.com b@example.com 07700 900 123"),
    )
    masked = Pseudonymizer().mask(CustomerHistory("c", events))
    assert [e.text for e in masked.history.events] == ["[EMAIL_1], [PHONE_1]", "[EMAIL_2] [EMAIL_1] [PHONE_1]"]


def test_what_holds_no_identifier_is_not_copied() -> None:
    event = Event("e1", None, "review", text="Lovely kettle", attributes={"stars": 5, "title": "Great"})
    assert Pseudonymizer().mask(CustomerHistory("c", (event,))).history.events[0] is event


class Cups:
    def __init__(self, kind: str) -> None:
        self.kind = kind

    def find(self, text: Folded) -> list[Span]:
        at = text.low.find("cup")
        return [Span(at, at + 3, self.kind)] if at >= 0 else []


def test_own_detectors() -> None:
    history = CustomerHistory("c", (Event("e1", None, "message", text="Ｃｕｐ [CUP_1]"),))
    masked = Pseudonymizer(detectors=[Cups("CUP")]).mask(history)
    assert text_of(masked) == "[CUP_1] [LITERAL_1]"
    with pytest.raises(ConfigError, match="'MY_CUP'"):
        Pseudonymizer(detectors=[Cups("MY_CUP")]).mask(history)
