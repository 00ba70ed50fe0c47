"""The truth about customers as labelled rows, one file for each task: to train on, to take shots from, to score."""

import json

from fewsight.events import history_record
from fewsight.language import guess_language
from fewsight.shop.answers import answer
from fewsight.shop.generate import Customer


def labelled_row(customer: Customer, task: str) -> str | None:
    """A customer with the right answer of a task as a line of JSON; None where there is nothing to answer.

    Evidence names events as E1, E2, ... in their order, as a prompt does.
    """
    history = customer.history
    words = " ".join(event.text for event in history.events if event.text)
    right = answer(customer, task, guess_language(words))
    if right is None or not history.events:
        return None
    right = {**right, "evidence": [history.references[event] for event in right["evidence"]]}
    return json.dumps({"id": history.customer_id, **history_record(history), "answer": right}, ensure_ascii=False)
