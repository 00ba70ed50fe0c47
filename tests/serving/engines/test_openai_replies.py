"""Replies of another shape than the protocol's: each fails its request alone, in time, and says why."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fewsight.errors import AccessError, ConfigError, EngineError
from fewsight.prompts.answer.trie import TokenTrie
from fewsight.serving.engines.base import ChatText, Completion, Decoding, Failure, GenerateRequest, ScoreRequest
from fewsight.serving.engines.openai.engine import OpenAIEngine
from fewsight.serving.models.names import ModelFolder
from fewsight.serving.models.tokenizer import FolderTokenizer
from tests.serving.engines.raw_server import Raw, RawServer

SECRET = "sk-canary-0123456789"
GOOD = {"choices": [{"message": {"content": "{}"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 7}}
MODELS = {"data": [{"id": "big"}]}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[RawServer]:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    server = RawServer()
    yield server
    server.stop()


def requests(count: int) -> list[GenerateRequest]:
    chat = ChatText("system", "user", {"type": "object"})
    return [GenerateRequest(str(n), (1, 2, 3), None, Decoding(9), chat=chat) for n in range(count)]


def start(model: ModelFolder, server: RawServer, **options: Any) -> OpenAIEngine:
    settings: dict[str, Any] = {"attempts": 2, "pause": 0.001, "timeout": 5.0, "dialect": "openai"}
    return OpenAIEngine(model, base_url=server.url, **settings | options)


def answers(reply: Raw | Callable[[int], Raw], models: Any = MODELS) -> Callable[[str, int], Raw]:
    def behave(path: str, number: int) -> Raw:
        if path == "/v1/models":
            return Raw(json.dumps(models).encode())
        return reply(number) if callable(reply) else reply

    return behave


def chat(**changes: Any) -> bytes:
    return json.dumps(GOOD | changes).encode()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"{}", "choices: Field required"),
        (b"[]", "be an object"),
        (b"null", "be an object"),
        (b"", "Invalid JSON"),
        (b'{"choices": [{"message": {"cont', "Invalid JSON"),
        (b"<html><h1>Gateway</h1></html>", "Invalid JSON.*<html>"),
        (b"\x00\xff\xfe", "Invalid JSON"),
        (b"[" * 100_000, "Invalid JSON"),
        (chat(choices=[]), "choices: List should have at least 1 item"),
        (chat(choices=[{"message": None}]), r"choices.0.message: .*got 'None'"),
        (chat(choices=[{"message": {"content": ["a"]}}]), r"choices.0.message.content: .*string"),
        (chat(usage={"prompt_tokens": "many"}), r"usage.prompt_tokens: .*got 'many'"),
        (chat(usage={"prompt_tokens": -5}), r"usage.prompt_tokens: .*greater than or equal to 0"),
        (b'{"choices":[{"message":{"content":"\\ud800"}}]}', "Invalid JSON.*escape"),
    ],
)
def test_one_bad_reply_fails_alone_with_its_reason(
    body: bytes, why: str, model: ModelFolder, server: RawServer
) -> None:
    server.behave = answers(lambda number: Raw(body) if number % 3 == 0 else Raw(chat()))
    results = list(start(model, server).generate(requests(9)))
    failures = [result for result in results if isinstance(result, Failure)]
    assert sum(isinstance(result, Completion) for result in results) == 6
    assert len(failures) == 3
    for failure in failures:
        assert re.search(why, failure.error), failure.error
        assert not failure.retryable


def test_tokens_that_the_server_does_not_count_are_counted_here(model: ModelFolder, server: RawServer) -> None:
    server.behave = answers(Raw(chat(usage=None)))
    (result,) = start(model, server).generate(requests(1))
    assert isinstance(result, Completion)
    assert (result.prompt_tokens, result.computed_tokens) == (3, 3)


def test_more_cached_tokens_than_there_are_count_as_all(model: ModelFolder, server: RawServer) -> None:
    usage = {"prompt_tokens": 5, "prompt_tokens_details": {"cached_tokens": 99}}
    server.behave = answers(Raw(chat(usage=usage)))
    (result,) = start(model, server).generate(requests(1))
    assert isinstance(result, Completion)
    assert result.computed_tokens == 0


@pytest.mark.parametrize("models", [[], {"data": "nothing"}, {"data": [{"name": "big"}]}, {"data": [7]}, "login"])
def test_an_odd_list_of_models_is_said_at_the_start(models: Any, model: ModelFolder, server: RawServer) -> None:
    server.behave = answers(Raw(chat()), models)
    with pytest.raises(EngineError, match=r"models can't be listed.*ModelList"):
        start(model, server)


def test_a_body_that_breaks_off_is_asked_for_again(model: ModelFolder, server: RawServer) -> None:
    server.behave = answers(lambda number: Raw(chat(), promised=5000) if number == 0 else Raw(chat()))
    (result,) = start(model, server).generate(requests(1))
    assert isinstance(result, Completion)
    server.behave = answers(Raw(chat(), promised=5000))
    (failure,) = start(model, server).generate(requests(1))
    assert isinstance(failure, Failure)
    assert "broke off" in failure.error
    assert failure.retryable


def test_a_reply_that_never_ends_meets_a_deadline(model: ModelFolder, server: RawServer) -> None:
    """A byte now and then is in time for every read, and would go on for ever."""
    server.behave = answers(Raw(b" ", every=0.05))
    engine = start(model, server, timeout=0.5, attempts=5)
    begun = time.monotonic()
    (failure,) = engine.generate(requests(1))
    assert isinstance(failure, Failure)
    assert "did not answer within 0.5 s" in failure.error
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize("text", ["soon", "0", "-3", "nan", "inf"])
def test_a_time_that_is_none_is_named(
    text: str, model: ModelFolder, server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEWSIGHT_TIMEOUT", text)
    with pytest.raises(ConfigError, match="FEWSIGHT_TIMEOUT"):
        start(model, server, timeout=None)


def test_a_silent_server_meets_the_time_of_the_environment(
    model: ModelFolder, server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEWSIGHT_TIMEOUT", "0.5")
    server.behave = answers(Raw(b"", every=60.0))
    (failure,) = start(model, server, timeout=None).generate(requests(1))
    assert isinstance(failure, Failure)
    assert "did not answer within 0.5 s" in failure.error


def test_a_body_is_bounded(model: ModelFolder, server: RawServer) -> None:
    server.behave = answers(Raw(b" " * 2**20, every=0.0))
    (failure,) = start(model, server, timeout=60.0).generate(requests(1))
    assert isinstance(failure, Failure)
    assert "more than 16 MiB" in failure.error


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_refused_is_said_at_once(status: int, model: ModelFolder, server: RawServer) -> None:
    server.behave = answers(Raw(SECRET.encode(), status=status))
    with pytest.raises(AccessError, match="set OPENAI_API_KEY") as caught:
        list(start(model, server, connections=1, attempts=5).generate(requests(9)))
    assert SECRET not in str(caught.value)
    assert server.paths.count("/v1/chat/completions") <= 2  # one more may be under way


def test_a_server_that_echoes_the_key_tells_it_to_nobody(model: ModelFolder, server: RawServer) -> None:
    echo = json.dumps({"error": f"your header was Bearer {SECRET}"}).encode()
    told = chat(choices=[{"message": {"content": f'{{"key":"{SECRET}"}}'}, "finish_reason": "stop"}])
    replies = [Raw(echo, status=400), Raw(echo), Raw(told), Raw(SECRET.encode(), status=500)]
    server.behave = answers(lambda number: replies[min(number, 3)])
    results = list(start(model, server, connections=1).generate(requests(4)))
    assert [type(result) for result in results] == [Failure, Failure, Completion, Failure]
    assert SECRET not in repr(results)
    assert server.heads[-1]["Authorization"] == f"Bearer {SECRET}"


def vllm(tokenizer: FolderTokenizer, choice: dict[str, Any]) -> Callable[[str, int], Raw]:
    def behave(path: str, number: int) -> Raw:
        if path == "/v1/models":
            return Raw(json.dumps({"data": [{"id": "tiny", "owned_by": "vllm"}]}).encode())
        if path == "/tokenize":
            from fewsight.serving.engines.openai.tokens import PROBES

            return Raw(json.dumps({"tokens": tokenizer.encode(PROBES[number % 3])}).encode())
        return Raw(json.dumps({"choices": [choice]}).encode())

    return behave


@pytest.mark.parametrize("tokens", [None, "abc", [-1], [10**9], [[1]]])
def test_token_ids_are_checked(tokens: Any, model: ModelFolder, tokenizer: FolderTokenizer, server: RawServer) -> None:
    server.behave = vllm(tokenizer, {"token_ids": tokens, "finish_reason": "stop"})
    engine = start(model, server, dialect="vllm")
    (failure,) = engine.generate([GenerateRequest("a", (1, 2, 3), None, Decoding(9))])
    assert isinstance(failure, Failure)
    assert "token" in failure.error


@pytest.mark.parametrize("value", ["high", 2.0, None, float("nan")])
def test_probabilities_are_checked(
    value: Any, model: ModelFolder, tokenizer: FolderTokenizer, server: RawServer
) -> None:
    good = {"logprobs": {"top_logprobs": [{f"token_id:{token}": -1.0 for token in range(700)}]}, "token_ids": []}
    server.behave = vllm(tokenizer, good)
    engine = start(model, server, dialect="vllm")
    bad = {"logprobs": {"top_logprobs": [{"token_id:5": value, "token_id:6": -1.0}]}, "token_ids": []}
    server.behave = vllm(tokenizer, bad)
    (failure,) = engine.score([ScoreRequest("s", (1, 2, 3), TokenTrie(("x", "y"), ((5, 9), (6, 9))))])
    assert isinstance(failure, Failure)
    assert "top_logprobs" in failure.error


PROGRAM = """
import sys
from fewsight.serving.engines.base import ChatText, Decoding, GenerateRequest
from fewsight.serving.engines.openai.engine import OpenAIEngine
from fewsight.serving.models.names import resolve_model
engine = OpenAIEngine(resolve_model(sys.argv[1], need_weights=False), base_url=sys.argv[2], dialect="openai")
chat = ChatText("system", "user", {})
for result in engine.generate([GenerateRequest(str(n), (1,), None, Decoding(9), chat=chat) for n in range(4)]):
    raise RuntimeError("a fault of the caller")
"""


def test_a_process_ends_though_requests_are_under_way(model: ModelFolder, server: RawServer) -> None:
    server.behave = answers(lambda number: Raw(b" ", every=0.1) if number else Raw(chat()))
    begun = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(model.path), server.url], capture_output=True, text=True, timeout=60
    )
    assert "a fault of the caller" in ended.stderr
    assert time.monotonic() - begun < 30
