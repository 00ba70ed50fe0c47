"""Customer ids, products and channels that identify somebody."""

from pathlib import Path

import pytest

from fewsight import CustomerHistory, Event
from fewsight.insight import Insight
from fewsight.masking import CustomerKeys, PseudonymFile, Pseudonymizer, with_own_id
from fewsight.masking.customers import identifies


@pytest.mark.parametrize(
    "customer_id",
    ["anna@example.com", " Anna@Example.com ", "+44 7700 900123", "13800138000", "Anna Kim", "O’Brien, Sean"],
)
def test_ids_that_identify(customer_id: str) -> None:
    assert identifies(customer_id)
    key = CustomerKeys(b"secret").of(customer_id)
    assert key.startswith("[CUSTOMER_")
    assert key == CustomerKeys(b"secret").of(customer_id) != CustomerKeys(b"other").of(customer_id)


@pytest.mark.parametrize(
    "customer_id", ["C-1042", "17850", "cust_8812", "3f2a9c1e", "a\x1fanna@example.com\x1f3f", "客户12"]
)
def test_ids_that_are_keys_stay(customer_id: str) -> None:
    assert CustomerKeys(b"secret").of(customer_id) == customer_id


def test_a_file_keeps_the_secret_and_older_files_have_none(tmp_path: Path) -> None:
    with PseudonymFile(tmp_path / "pseudonyms.jsonl") as file:
        assert CustomerKeys.of_file(file).of("a@example.com") == "a@example.com"
        made = CustomerKeys.of_file(file, new=True).of("a@example.com")
        assert (
            made == CustomerKeys.of_file(file).of("a@example.com") == CustomerKeys.of_run(tmp_path).of("a@example.com")
        )
        file.add(made, {made: "a@example.com"})
        assert with_own_id(Insight(made, "intent", None, None), file).customer_id == "a@example.com"
        assert with_own_id(Insight("c1", "intent", None, None), file).customer_id == "c1"
    assert CustomerKeys.of_run(tmp_path / "nothing").of("a@example.com") == "a@example.com"


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("Gift card for anna@example.com", "Gift card for [EMAIL_1]"),
        ("Top-up +44 7700 900123", "Top-up [PHONE_1]"),
        ("Mug with Anna Kim", "Mug with [NAME_1]"),
        ("card 4111 1111 1111 1111", "card [CARD_1]"),
        ("Anna Karenina", "Anna Karenina"),
        ("Galaxy S23 128GB", "Galaxy S23 128GB"),
        ("WH-1000XM4", "WH-1000XM4"),
    ],
)
def test_products_and_channels_lose_identifiers_and_keep_their_words(label: str, shown: str) -> None:
    event = Event("e1", None, "order", channel=label, product=label)
    masked = Pseudonymizer().mask(CustomerHistory("c", (event,), {"name": "Anna Kim"})).history.events[0]
    assert (masked.product, masked.channel) == (shown, shown)
