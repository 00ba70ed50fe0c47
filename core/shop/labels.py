"""The truth about customers as labelled rows, one file for each task: to train on, to take shots from, to score."""

import json
from collections.abc import Mapping
from typing import Any

from fewsight.events import Event
from fewsight.shop.answers import answer
from fewsight.shop.generate import Customer


def labelled_row(customer: Customer, task: str) -> str | None:
    """A customer with the right answer of a task as a line of JSON; None where there is nothing to answer.

    Evidence names events as E1, E2, ... in their order, as a prompt does.
    """
    history = customer.history
    right = answer(customer, task)
    if right is None or not history.events:
        return None
    names = {event.id: f"E{number}" for number, event in enumerate(history.events, 1)}
    row = {
        "id": history.customer_id,
        "customer_id": history.customer_id,
        "events": [_event(event) for event in history.events],
        "profile": dict(history.profile) or None,
        "answer": {**right, "evidence": [names[event] for event in right["evidence"]]},
    }
    return json.dumps({key: value for key, value in row.items() if value is not None}, ensure_ascii=False)


def _event(event: Event) -> Mapping[str, Any]:
    said = {name: getattr(event, name) for name in ("kind", "channel", "text", "product", "amount", "currency")}
    time = {"time": event.time.isoformat()} if event.time else {}
    attributes = {"attributes": dict(event.attributes)} if event.attributes else {}
    return time | {name: value for name, value in said.items() if value is not None} | attributes
