"""What a prompt shows of mails, replies and orders of several lines."""

from datetime import UTC, datetime

from fewsight.events import CustomerHistory, Event
from fewsight.masking import Pseudonymizer
from fewsight.prompts.selection.texts import texts_of
from fewsight.prompts.view import shown_text, view

OWN = "Please cancel now."
QUOTED = "On 1 Jan 2024 at 9:00, Shop <help@shop.example> wrote:\n> Thank you for your order, we love to have you back."


def test_older_mail_is_marked_and_cut_first() -> None:
    whole, cut = shown_text(f"{OWN}\n\n{QUOTED}", "en")
    assert whole.startswith(f"{OWN} [older mail: On 1 Jan 2024")
    assert cut == 0
    short, cut = shown_text(f"{OWN}\n\n{QUOTED}", "en", most=40)
    assert short == OWN
    assert cut == len(" ".join(QUOTED.split()))
    assert shown_text(f"{OWN}\n\n-- \nEva", "zh")[0] == f"{OWN} [签名: -- Eva]"


def test_own_words_count_where_texts_are_compared() -> None:
    events = (
        Event("1", None, "message", text=f"{OWN}\n\n{QUOTED}"),
        Event("2", None, "agent reply", text="We are sorry to see you go"),
    )
    assert texts_of(CustomerHistory("c", events)) == ["please cancel now."]


def test_products_of_orders_are_counted_one_by_one() -> None:
    at = datetime(2024, 1, 1, tzinfo=UTC)
    orders = [Event(str(n), at, "order", product=f"Beans; {n} x Cup", amount=100, currency="EUR") for n in (1, 2, 3)]
    facts = view(CustomerHistory("c", tuple(orders)), "en").facts
    assert "bought more than once: Beans x3, Cup x3" in facts


def test_a_kind_of_a_tables_own_is_masked() -> None:
    history = CustomerHistory("c", (Event("1", None, "mail from ann@example.org", text="hi"),))
    assert Pseudonymizer().mask(history).history.events[0].kind == "mail from [EMAIL_1]"
