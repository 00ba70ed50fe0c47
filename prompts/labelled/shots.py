"""One line of a shots file becomes a Shot: every field checked, every answer held against the task's output model.

A line is either a history, `{"id", "events": [...], "profile": {...}, "answer": {...}, "as_of"?}`, or one message,
`{"id", "text", "answer": {...}, "customer_id"?, "time"?}`. A time without an offset is read as UTC. `as_of` is the
moment that the answer is of; the newest event where it is not given. What `labelling` says of how the labels came about
(`fewsight label serve` writes it) is passed over.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import BaseModel

from fewsight.errors import did_you_mean
from fewsight.events import EVENT_KINDS, CustomerHistory, Event, Scalar, kind_problem
from fewsight.evidence import reference
from fewsight.language import guess_language
from fewsight.prompts.labelled.checking import check_answer
from fewsight.prompts.labelled.lines import ShotError, parse_object
from fewsight.prompts.task import ANONYMOUS, Language, Shot

_MESSAGE_KEYS: Final = frozenset({"id", "text", "answer", "customer_id", "time", "labelling"})
_HISTORY_KEYS: Final = frozenset({"id", "events", "profile", "answer", "customer_id", "as_of", "labelling"})
_EVENT_KEYS: Final = frozenset({"id", "time", "kind", "channel", "text", "product", "amount", "currency", "attributes"})


def parse_line(line: bytes, output: type[BaseModel], language: Language | None) -> Shot:
    """A shot from one line of JSON; `language` None detects it from the shot's texts.

    Raises:
        ShotError: no UTF-8, no JSON, unknown or missing keys, or an answer that the output model refuses.
    """
    return make_shot(parse_object(line), output, language)


def make_shot(
    data: Mapping[str, Any], output: type[BaseModel], language: Language | None, *, partial: bool = False
) -> Shot:
    """A shot from the keys described at the top of this module; in a `partial` one, fields may be missing (None).

    Raises:
        ShotError: unknown or missing keys, or an answer that the output model refuses.
    """
    keys = _MESSAGE_KEYS if "text" in data else _HISTORY_KEYS
    for key in data:
        if key not in keys:
            raise ShotError(f"unknown key {key!r}.{did_you_mean(key, keys)}")
    shot_id = _text(data, "id", required=True)
    customer = _text(data, "customer_id") or f"{ANONYMOUS}{shot_id}"
    events, until = _events(data), _time(data.get("as_of"))
    if until and any(event.time and event.time > until for event in events):
        raise ShotError(f"'as_of' is {until.isoformat()}, and there are later events; cut them away")
    history = CustomerHistory(str(customer), events, _scalars(data.get("profile"), "profile"), until)
    answer = check_answer(data.get("answer"), output, len(history.events), partial=partial)
    words = " ".join(event.text for event in history.events if event.text)
    return Shot(str(shot_id), history, answer, language or guess_language(words))


def _events(data: Mapping[str, Any]) -> tuple[Event, ...]:
    if "text" in data:
        text = _text(data, "text", required=True)
        return (Event(reference(1), _time(data.get("time")), "message", text=text),)
    events = data.get("events")
    if not isinstance(events, list):
        raise ShotError(f"'events' is {events!r}; write a list of events, or 'text' for a single message")
    events = tuple(_event(event, number) for number, event in enumerate(events, 1))
    times = [event.time for event in events if event.time]
    if times != sorted(times):
        raise ShotError("events are not oldest first; evidence counts them in that order, so sort them by time")
    return events


def _event(event: Any, number: int) -> Event:  # noqa: ANN401 - any JSON
    if not isinstance(event, dict):
        raise ShotError(f"event {number} is {event!r}, not an object")
    try:
        for key in event:
            if key not in _EVENT_KEYS:
                raise ShotError(f"unknown key {key!r}.{did_you_mean(key, _EVENT_KEYS)}")
        kind, amount = event.get("kind"), event.get("amount")
        if not isinstance(kind, str):
            raise ShotError(f"kind is {kind!r}.{did_you_mean(str(kind), EVENT_KINDS)}")
        if hint := kind_problem(kind):
            raise ShotError(f"kind is {kind!r}.{hint}")
        if amount is not None and (not isinstance(amount, int) or isinstance(amount, bool)):
            raise ShotError(f"amount is {amount!r}; write minor units (cents) as a whole number")
        words = {key: _text(event, key) for key in ("channel", "text", "product", "currency")}
        name = _text(event, "id") or reference(number)
        attributes = _scalars(event.get("attributes"), "attributes")
        return Event(name, _time(event.get("time")), kind, amount=amount, attributes=attributes, **words)
    except ShotError as error:
        raise ShotError(f"event {number}: {error}") from None


def _text(data: Mapping[str, Any], key: str, required: bool = False) -> str | None:
    value = data.get(key)
    if value is None and not required:
        return None
    if not isinstance(value, str) or not value.strip():
        raise ShotError(f"{key!r} is {'missing' if value is None else repr(value)}; write some text")
    return value


def _scalars(value: Any, key: str) -> dict[str, Scalar]:  # noqa: ANN401 - any JSON
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(v, str | int | float | bool) for v in value.values()):
        raise ShotError(f"{key!r} is {value!r}; write an object of texts, numbers and true/false")
    return value


def _time(value: Any) -> datetime | None:  # noqa: ANN401 - any JSON
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise ShotError(f"time {value!r} is not a time; write it as 2026-01-31T18:05:00+00:00") from None
