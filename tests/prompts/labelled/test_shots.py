import json
from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from pydantic import BaseModel, computed_field

from fewsight.prompts.answer.fields import Evidence
from fewsight.prompts.labelled.checking import check_answer
from fewsight.prompts.labelled.lines import ShotError
from fewsight.prompts.labelled.shots import make_shot, parse_line
from fewsight.prompts.task import ANONYMOUS


class Mood(BaseModel):
    value: Literal["good", "bad"]
    sure: bool


class Output(BaseModel):
    mood: Mood
    evidence: Evidence
    note: str = ""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def loud(self) -> bool:
        return self.mood.value == "bad"


GOOD: dict[str, Any] = {"mood": {"value": "good", "sure": True}, "evidence": []}


def line(**keys: Any) -> bytes:
    return json.dumps({"id": "a", "text": "fine", "answer": GOOD} | keys).encode()


def test_a_message_becomes_a_history_of_one_event() -> None:
    shot = parse_line(line(customer_id="c7", time="2026-01-31T10:00:00+01:00"), Output, None)
    (event,) = shot.history.events
    assert (shot.history.customer_id, event.kind, event.text) == ("c7", "message", "fine")
    assert event.time == datetime(2026, 1, 31, 9, tzinfo=UTC)
    assert shot.language == "en"


def test_a_shot_without_a_customer_gets_one_that_is_nobody() -> None:
    assert make_shot({"id": "a", "text": "x", "answer": GOOD}, Output, "en").history.customer_id == ANONYMOUS + "a"


def test_language_is_that_of_the_text_unless_it_is_given() -> None:
    assert parse_line(line(text="我的快递在哪里？"), Output, None).language == "zh"
    assert parse_line(line(text="我的快递在哪里？"), Output, "en").language == "en"


def test_the_answer_is_put_in_the_models_order_without_computed_fields() -> None:
    answer = check_answer({"note": "n", "evidence": ["E1"], "mood": {"sure": False, "value": "bad"}}, Output, 1)
    assert json.dumps(answer) == '{"mood": {"value": "bad", "sure": false}, "evidence": ["E1"], "note": "n"}'


def test_events_are_numbered_where_they_have_no_id() -> None:
    events = [{"kind": "order", "amount": -500, "currency": "EUR"}, {"id": "x9", "kind": "return"}]
    shot = parse_line(json.dumps({"id": "a", "events": events, "answer": GOOD}).encode(), Output, "en")
    assert [event.id for event in shot.history.events] == ["E1", "x9"]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"txt": 1}, "unknown key 'txt'. Did you mean 'text'"),
        ({"text": " "}, "'text' is ' '"),
        ({"id": None}, "'id' is missing"),
        ({"time": "yesterday"}, "'yesterday' is not a time"),
        ({"time": 5}, "5 is not a time"),
        ({"text": "\ud800"}, "stands alone"),
        ({"answer": None}, "'answer' is None"),
        ({"answer": GOOD | {"moood": 1}}, "unknown answer.moood"),
        ({"answer": GOOD | {"mood": {"value": "good", "sure": True, "why": 1}}}, "unknown answer.mood.why"),
        ({"answer": GOOD | {"mood": {"value": "so-so", "sure": True}}}, "answer.mood.value"),
        ({"answer": GOOD | {"evidence": ["E2"]}}, r"evidence names \['E2'\]; this shot has 1 events"),
    ],
)
def test_a_wrong_message_says_what_is_wrong(keys: dict[str, Any], message: str) -> None:
    with pytest.raises(ShotError, match=message):
        parse_line(line(**keys), Output, "en")


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ("none", "write a list of events"),
        (["order"], "event 1 is 'order'"),
        ([{"kind": "ordr"}], "event 1: kind is 'ordr'. Did you mean 'order'"),
        ([{"kind": "order", "amount": 4.99}], "event 1: amount is 4.99; write minor units"),
        ([{"kind": "order", "price": 4}], "event 1: unknown key 'price'"),
        ([{"kind": "order", "attributes": {"a": [1]}}], "event 1: 'attributes'"),
        ([{"kind": "view", "time": "2026-02-02"}, {"kind": "view", "time": "2026-02-01"}], "not oldest first"),
    ],
)
def test_wrong_events_say_what_is_wrong(events: Any, message: str) -> None:
    with pytest.raises(ShotError, match=message):
        make_shot({"id": "a", "events": events, "answer": GOOD}, Output, "en")


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"{", "not JSON"),
        (b"[]", "a list, not a JSON object"),
        (b"\xff", "byte 0 is not UTF-8"),
        (b'{"id": NaN}', "NaN is not a JSON number"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_a_line_that_is_no_object_is_refused(raw: bytes, message: str) -> None:
    with pytest.raises(ShotError, match=message):
        parse_line(raw, Output, "en")
