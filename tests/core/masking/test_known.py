"""What the profile says about the customer is masked in texts, and ordinary words are not."""

from collections.abc import Mapping

import pytest

from fewsight import CustomerHistory, Event
from fewsight.events import Scalar
from fewsight.masking import Masked, Pseudonymizer


def mask(text: str, profile: Mapping[str, Scalar], attributes: Mapping[str, Scalar] | None = None) -> Masked:
    event = Event("e1", None, "message", text=text, attributes=attributes or {})
    return Pseudonymizer().mask(CustomerHistory("cust-8812", (event,), profile))


def text_of(masked: Masked) -> str:
    return masked.history.events[-1].text or ""


@pytest.mark.parametrize(
    ("name", "text", "hidden"),
    [
        ("Anna Kim", "this is anna kim speaking", ["anna kim"]),
        ("Anna Kim", "ANNA's order, signed KIM", ["ANNA", "KIM"]),
        ("Anna Kim", "Kim Anna", ["Kim Anna"]),
        ("Anna Kim", "user annakim", ["annakim"]),
        ("Anna Kim", "我是Anna的妹妹", ["Anna"]),
        ("José Núñez", "Jose\u0301 here", ["Jose\u0301"]),
        ("Anna Kim", "A\u200bnna here", ["A\u200bnna"]),
        ("Ａｎｎａ Kim", "anna here", ["anna"]),
        ("Jean-Luc O'Neil", "I am O'Neil", ["O'Neil"]),
        ("Will Price", "call me Will please", ["Will"]),
        ("Will Price", "Regards,\nWill", ["Will"]),
        ("May Li", "Ms. Li is here", ["Li"]),
        ("王小明", "我是王小明", ["王小明"]),
        ("王小明", "小明不满意", ["小明"]),
        ("王小明", "王先生您好", ["王"]),
        ("王明", "王女士", ["王"]),
        ("欧阳娜娜", "欧阳小姐叫娜娜", ["欧阳", "娜娜"]),
        ("田中 太郎", "太郎です", ["太郎"]),
        ("高兴", "我叫高兴", ["高兴"]),
        ("Анна Иванова", "это Анна", ["Анна"]),
    ],
)
def test_own_name(name: str, text: str, hidden: list[str]) -> None:
    masked = mask(text, {"name": name})
    assert list(masked.pseudonyms.values())[1:] == [value for value in hidden if value.lower() != name.lower()]
    for value in hidden:
        assert value not in text_of(masked)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Will Price", "will you help? Will you? The price is high. Price too high."),
        ("Will Price", "I WILL leave"),
        ("May Hope", "May I ask? Delivered on 3 May, in May 2024, last May. I hope so. Hope it works."),
        ("Art Long", "the art took long"),
        ("Anna Kim", "Annabel bought kimchi, Susanna too"),
        ("王明", "明天到货，国王"),
        ("高兴", "我很高兴"),
        ("王国庆", "国庆打折"),
        ("Ng An", "an apple"),
    ],
)
def test_words_that_only_look_like_the_name(name: str, text: str) -> None:
    assert text_of(mask(text, {"name": name})) == text


def test_profile_values_are_masked_and_numbered_first() -> None:
    profile: dict[str, Scalar] = {
        "first_name": "Anna",
        "Contact-Email": "anna@example.com",
        "home phone": 4155550132,
        "shipping_address": "12 High Street, Leeds LS1 4AB",
        "city": "Leeds",
        "loyalty_id": "L-7781",
        "segment": "gold",
        "age": 41,
        "PhoneService": "Yes",
        "email_opt_in": True,
        "membership": "gold",
        "account_balance": 12.5,
    }
    masked = mask("", profile).history.profile
    assert masked == profile | {
        "first_name": "[NAME_1]",
        "Contact-Email": "[EMAIL_1]",
        "home phone": "[PHONE_1]",
        "shipping_address": "[ADDRESS_1]",
        "loyalty_id": "[ACCOUNT_1]",
    }


@pytest.mark.parametrize(
    ("key", "value", "text", "hidden"),
    [
        ("phone", "+44 7700 900123", "ring 07700-900-123", "07700-900-123"),
        ("phone", "555-0199", "on 555 0199", "555 0199"),
        ("手机", "13800138000", "是138-00-138-000吗", "138-00-138-000"),
        ("address", "12 High Street, Leeds LS1 4AB", "I live at 12 high street", "12 high street"),
        ("address", "12 High Street, Leeds LS1 4AB", "it is in High Street", "High Street"),
        ("地址", "上海市浦东新区世纪大道100号5楼", "送到世纪大道100号5楼", "世纪大道100号5楼"),
        ("zip", "94103", "in 94103 now", "94103"),
        ("email", "anna.kim@example.com", "my login anna.kim fails", "anna.kim"),
        ("order_no", "A1234-99", "where is a123499", "a123499"),
        ("order_no", "PM-250215", "a copy for #250215", "250215"),
        ("last_order_id", 17, "order 17 is late", "17"),
        ("password", "tr0ub4dor", "I typed tr0ub4dor twice", "tr0ub4dor"),
        ("birthdate", "1990-03-07", "born 1990-03-07", "1990-03-07"),
        ("nickname", "sunny88", "hi, sunny88 here", "sunny88"),
    ],
)
def test_known_values_in_texts(key: str, value: Scalar, text: str, hidden: str) -> None:
    masked = mask(text, {key: value})
    assert hidden not in text_of(masked)
    assert text.replace(hidden, "") == _without_pseudonyms(text_of(masked), masked.pseudonyms)


def _without_pseudonyms(text: str, pseudonyms: Mapping[str, str]) -> str:
    for pseudonym in pseudonyms:
        text = text.replace(pseudonym, "")
    return text


def test_hidden_keys_are_left_out() -> None:
    assert mask("", {"Password": "x1y2z3", "SSN": "078-05-1120", "age": 3}).history.profile == {"age": 3}


def test_hidden_keys_can_be_chosen() -> None:
    history = CustomerHistory("c", (), {"Shoe Size": 42, "dob": "1990-03-07"})
    masked = Pseudonymizer(hidden_profile_keys=["shoe_size"]).mask(history)
    assert masked.history.profile == {"dob": "[ID_1]"}


def test_short_numbers_are_not_taken_for_the_order() -> None:
    assert text_of(mask("I bought 17 of them for 17.00", {"last_order_id": 17})) == "I bought 17 of them for 17.00"


def test_customer_id_never_shows_in_text() -> None:
    masked = mask("my id is CUST-8812 ok", {})
    assert masked.history.customer_id == "cust-8812"
    assert text_of(masked) == "my id is [ACCOUNT_1] ok"


def test_attributes_give_order_numbers_away() -> None:
    masked = mask(
        "xk-42a is broken", {}, {"order_id": "XK-42A", "tracking": 998877665, "note": "mail a@b.org", "qty": 2}
    )
    assert text_of(masked) == "[ORDER_1] is broken"
    assert masked.history.events[0].attributes == {
        "order_id": "[ORDER_1]",
        "tracking": "[ORDER_2]",
        "note": "mail [EMAIL_1]",
        "qty": 2,
    }


def test_a_code_with_a_label_is_found_without_it_elsewhere() -> None:
    events = (
        Event("e1", None, "message", text="ZX-5512 is late"),
        Event("e2", None, "message", text="order ZX-5512 please"),
    )
    masked = Pseudonymizer().mask(CustomerHistory("c", events))
    assert [event.text for event in masked.history.events] == ["[ORDER_1] is late", "order [ORDER_1] please"]
