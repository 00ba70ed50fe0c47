"""The truth about customers as labelled rows, one file for each task: to train on, to take shots from, to score."""

import json
from typing import Literal

from fewsight.events import history_record
from fewsight.shop.answers import answer
from fewsight.shop.generate import Customer


def labelled_row(customer: Customer, task: str) -> str | None:
    """A customer with the right answer of a task as a line of JSON; None where there is nothing to answer.

    Evidence names events as E1, E2, ... in their order, as a prompt does.
    """
    history = customer.history
    right = answer(customer, task, _language(customer))
    if right is None or not history.events:
        return None
    names = {event.id: f"E{number}" for number, event in enumerate(history.events, 1)}
    right = {**right, "evidence": [names[event] for event in right["evidence"]]}
    return json.dumps({"id": history.customer_id, **history_record(history), "answer": right}, ensure_ascii=False)


def _language(customer: Customer) -> Literal["en", "zh"]:
    """That of the customer's words: Chinese where a fifth of the letters are."""
    letters = [c for event in customer.history.events for c in event.text or "" if c.isalpha()]
    return "zh" if letters and 5 * sum("\u4e00" <= c <= "\u9fff" for c in letters) >= len(letters) else "en"
