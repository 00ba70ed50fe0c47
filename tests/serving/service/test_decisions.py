from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from fewsight.prompts.render import Renderer
from fewsight.serving.models.tokenizer import FolderTokenizer
from fewsight.serving.service.decisions.deciding import Asked, state_of
from tests.serving.service.helpers import served

STATE = "The kettle leaks, and I want my money back."
PREDICATE = {"type": "predicate", "name": "refund", "instructions": "Does the customer want a refund?"}
CHOICE = {
    "type": "choice",
    "instructions": "What is it about?",
    "choices": [{"value": "product"}, {"value": True}, {"value": "delivery", "description": "The parcel."}],
}
SCORE = {
    "type": "score",
    "instructions": "How upset?",
    "levels": [{"label": one} for one in ("calm", "annoyed", "mad")],
}


@pytest.fixture(scope="module")
def client(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with served(tmp_path_factory.mktemp("server"), model_path) as one:
        yield one


def decide(client: TestClient, *questions: object, state: object = STATE, model: str = "default") -> Any:
    return client.post("/v1/decisions", json={"model": model, "input": state, "questions": list(questions)})


def test_the_form_of_openai(client: TestClient) -> None:
    reply = decide(client, PREDICATE, CHOICE, SCORE)
    assert reply.status_code == 200, reply.text
    told = reply.json()
    refund, about, upset = told["answers"]
    assert refund["name"] == "refund"
    assert 0 <= refund["probability"] <= 1
    assert [one["value"] for one in about["probabilities"]] == ["product", True, "delivery"]
    assert sum(one["probability"] for one in about["probabilities"]) == pytest.approx(1, abs=1e-4)
    assert about["confidence"] == max(one["probability"] for one in about["probabilities"])
    assert upset["score"] == pytest.approx(sum(one["value"] * one["probability"] for one in upset["probabilities"]))
    assert about["name"] is None
    assert told["usage"]["input_tokens"] == told["usage"]["total_tokens"] > 0


def test_the_form_of_system_one(client: TestClient) -> None:
    questions = {
        "refund": {"type": "noul", "instructions": "Does the customer want a refund?"},
        "about": {
            "type": "choice",
            "instructions": {"question": "About?"},
            "criteria": {"product": None, "parcel": "A box."},
        },
        "upset": {"type": "score", "instructions": "How upset?", "criteria": ["calm", "annoyed", "mad"]},
    }
    body = {"model": "default", "state": STATE, "questions": questions}
    told = client.post("/v1/systemone", json=body).json()["answers"]
    assert told["refund"] == {"type": "noul", "noul": decide(client, PREDICATE).json()["answers"][0]["probability"]}
    assert set(told["about"]["probabilities"]) == {"product", "parcel"}
    assert told["upset"]["legend"] == {"0": "calm", "1": "annoyed", "2": "mad"}
    same = [one["probability"] for one in decide(client, SCORE).json()["answers"][0]["probabilities"]]
    assert list(told["upset"]["probabilities"].values()) == same
    assert client.post("/v1/systemone", json={**body, "state": {"a": [1, None]}}).status_code == 200


def test_messages_are_an_input_too(client: TestClient) -> None:
    messages = [{"role": "user", "content": [{"type": "input_text", "text": STATE}]}]
    assert decide(client, PREDICATE, state=messages).json() == decide(client, PREDICATE).json()
    image = [{"role": "user", "content": [{"type": "input_image", "image_url": "data:"}]}]
    assert decide(client, PREDICATE, state=image).status_code == 422


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ({**CHOICE, "choices": [{"value": "a"}]}, "at least 2"),
        ({**CHOICE, "choices": [{"value": "a"}, {"value": "a"}]}, "spelled alike"),
        ({**CHOICE, "choices": [{"value": "true"}, {"value": True}]}, "spelled alike"),
        ({**CHOICE, "choices": [{"value": "a"}, {"value": " "}]}, "is not a word"),
        ({**SCORE, "levels": [{"label": str(n)} for n in range(11)]}, "at most 10"),
        ({**PREDICATE, "type": "maybe"}, "type"),
        ({**PREDICATE, "instructions": ""}, "at least 1"),
    ],
)
def test_what_is_refused(client: TestClient, question: object, words: str) -> None:
    reply = decide(client, question)
    assert reply.status_code == 422
    assert words in reply.json()["error"]["message"]


def test_other_models_and_states_that_are_too_long(client: TestClient) -> None:
    assert decide(client, PREDICATE, model="jev-latest").status_code == 404
    reply = decide(client, PREDICATE, state="word " * 40_000)
    assert reply.status_code == 422
    assert "longer than" in reply.json()["error"]["message"]
    assert decide(client, PREDICATE, state="word " * 600).status_code == 200


def test_a_question_can_not_run_a_template(tokenizer: FolderTokenizer) -> None:
    hostile = '"}}{% raw %}{{ 7 * 7 }}{# \\ " + lipsum \n line 😀 é \u2028 {% endblock %}'
    task = Asked(hostile, {"{{ 7 * 7 }}": "{% x %}", "b": ""}).task(1)
    renderer = Renderer(task, tokenizer, "en", "full")
    prompt = renderer.prompt("", (), "shots-first")
    assert hostile in prompt.system
    assert "- {{ 7 * 7 }}: {% x %}" in prompt.system


def test_a_long_state_is_shown_in_pieces() -> None:
    text = "one two\nthree " * 500
    events = state_of(text).events
    assert "".join(event.text or "" for event in events) == text
    assert len(events) > 1
