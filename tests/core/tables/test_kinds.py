"""Any word may be a kind of event; known ones in many languages are told in the prompt's language."""

from pathlib import Path

import pandas as pd
import pytest

from fewsight.prompts.view import view
from fewsight.tables import open_histories
from fewsight.tables.words import KIND_WORDS, squash


@pytest.mark.parametrize(
    ("word", "kind"),
    [("Placed Order", "order"), ("Opened Email", "campaign"), ("renewal", "subscription"), ("chat", "message"),
     ("Product Viewed", "view"), ("Started Checkout", "cart"), ("Kündigung", "cancellation"), ("退款", "refund"),
     ("Remboursement", "refund"), ("レビュー", "review"), ("agent_reply", "agent reply")],
)  # fmt: skip
def test_words_for_kinds(word: str, kind: str) -> None:
    assert KIND_WORDS[squash(word)] == kind


def test_a_kind_of_ones_own_is_shown_as_it_is_in_both_languages(tmp_path: Path) -> None:
    rows = {
        "customer_id": ["a"] * 3,
        "event_name": ["Viewed  Pricing Page", "wishlist", "purchase"],
        "text": ["", "x", ""],
    }
    with open_histories(pd.DataFrame(rows)) as histories:
        history = next(iter(histories))
        assert histories.counts.events == 3
    assert [event.kind for event in history.events] == ["Viewed Pricing Page", "wishlist", "order"]
    assert [line.text for line in view(history, "en").events] == ["Viewed Pricing Page", 'wishlist "x"', "order"]
    assert [line.text for line in view(history, "zh").events] == ["Viewed Pricing Page", 'wishlist "x"', "下单"]


@pytest.mark.parametrize("values", [["incident", "question"], ["Kitchen", "Garden"], ["complaint", "incident"]])
def test_a_type_of_ticket_is_an_attribute(values: list[str]) -> None:
    rows = {
        "ticket_id": [1, 2],
        "requester_id": [7, 8],
        "created_at": ["2024-03-01"] * 2,
        "type": values,
        "subject": ["a b c", "d e f"],
    }
    with open_histories(pd.DataFrame(rows)) as histories:
        assert "type" in (histories.mapping.attributes or ())


def test_the_state_of_an_order_is_no_kind() -> None:
    rows = {"order_id": [1, 2], "customer_id": [7, 8], "status": ["delivered", "cancelled"], "total": ["1.00", "2.00"]}
    with open_histories(pd.DataFrame(rows)) as histories:
        assert [history.events[0].kind for history in histories] == ["order", "order"]
