"""The OpenAI-compatible engine against a small real HTTP server that behaves well or badly on purpose."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from fewsight.errors import ConfigError, EngineError
from fewsight.prompts.answer.trie import TokenTrie
from fewsight.serving.engines.base import ChatText, Completion, Decoding, Failure, GenerateRequest, Scored, ScoreRequest
from fewsight.serving.engines.openai.engine import OpenAIEngine
from fewsight.serving.models.names import ModelFolder
from fewsight.serving.models.tokenizer import FolderTokenizer

SECRET = "sk-never-to-be-shown"
CHAT = ChatText("system", "user", {"type": "object"})
Reply = tuple[int, dict[str, Any]]
Behaviour = Callable[[str, dict[str, Any]], Reply]


class Server:
    """Answers as `behave(path, body)` says, and remembers what it was asked."""

    def __init__(self) -> None:
        self.behave: Behaviour = lambda path, body: (404, {})
        self.asked: list[tuple[str, dict[str, Any], str | None]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer({})

            def do_POST(self) -> None:
                self._answer(json.loads(self.rfile.read(int(self.headers["content-length"]))))

            def _answer(self, body: dict[str, Any]) -> None:
                outer.asked.append((self.path, body, self.headers.get("authorization")))
                status, reply = outer.behave(self.path, body)
                data = json.dumps(reply).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args: Any) -> None:
                """Be quiet."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    server = Server()
    yield server
    server.stop()


def foreign(answer: Callable[[dict[str, Any]], Reply]) -> Behaviour:
    """A server that is not vLLM, with one model."""

    def behave(path: str, body: dict[str, Any]) -> Reply:
        if path == "/v1/models":
            return 200, {"data": [{"id": "big-model", "owned_by": "someone"}]}
        return answer(body) if path == "/v1/chat/completions" else (404, {})

    return behave


def said(text: str | None, reason: str = "stop") -> Reply:
    choice = {"message": {"content": text, "refusal": "no"}, "finish_reason": reason}
    return 200, {"choices": [choice], "usage": {"prompt_tokens": 7, "prompt_tokens_details": {"cached_tokens": 3}}}


def requests(count: int = 1) -> list[GenerateRequest]:
    return [GenerateRequest(str(n), (1, 2, 3), None, Decoding(9), chat=CHAT) for n in range(count)]


def start(model: ModelFolder, server: Server, **options: Any) -> OpenAIEngine:
    return OpenAIEngine(model, base_url=server.url, attempts=3, pause=0.001, **options)


def test_a_foreign_server_gets_messages_and_a_strict_schema(model: ModelFolder, server: Server) -> None:
    server.behave = foreign(lambda body: said('{"a":1}'))
    engine = start(model, server)
    assert (engine.capabilities.score, engine.capabilities.prefill) == (False, False)
    (result,) = engine.generate(requests())
    assert isinstance(result, Completion)
    assert (result.text, result.finished, result.prompt_tokens, result.computed_tokens) == ('{"a":1}', True, 7, 4)
    path, body, key = server.asked[-1]
    assert (path, body["model"], body["max_tokens"]) == ("/v1/chat/completions", "big-model", 9)
    assert body["messages"][1] == {"role": "user", "content": "user"}
    assert body["response_format"]["json_schema"] == {"name": "answer", "strict": True, "schema": {"type": "object"}}
    assert key == f"Bearer {SECRET}"
    engine.close()
    engine.close()


def test_a_cut_answer_is_not_finished(model: ModelFolder, server: Server) -> None:
    server.behave = foreign(lambda body: said('{"a"', "length"))
    (result,) = start(model, server).generate(requests())
    assert isinstance(result, Completion)
    assert not result.finished


def test_a_refusal_fails_alone(model: ModelFolder, server: Server) -> None:
    server.behave = foreign(lambda body: said(None))
    (result,) = start(model, server).generate(requests())
    assert isinstance(result, Failure)
    assert "refusal: 'no'" in result.error


def test_newer_models_name_the_limit_otherwise(model: ModelFolder, server: Server) -> None:
    def answer(body: dict[str, Any]) -> Reply:
        return (400, {"error": "use 'max_completion_tokens'"}) if "max_tokens" in body else said("{}")

    server.behave = foreign(answer)
    assert all(isinstance(result, Completion) for result in start(model, server).generate(requests(3)))


def test_a_busy_server_is_asked_again(model: ModelFolder, server: Server) -> None:
    replies = iter([(429, {}), (503, {}), said("{}")])
    server.behave = foreign(lambda body: next(replies))
    (result,) = start(model, server).generate(requests())
    assert isinstance(result, Completion)


def test_a_server_that_stays_busy_fails_the_request_only(model: ModelFolder, server: Server) -> None:
    server.behave = foreign(lambda body: (500, {"error": "boom"}))
    (result,) = start(model, server).generate(requests())
    assert isinstance(result, Failure)
    assert result.retryable
    assert "500" in result.error
    assert len([path for path, _, _ in server.asked if path.endswith("completions")]) == 3


def test_a_request_that_is_wrong_is_not_sent_again(model: ModelFolder, server: Server) -> None:
    server.behave = foreign(lambda body: (400, {"error": "bad schema"}))
    (result,) = start(model, server).generate(requests())
    assert isinstance(result, Failure)
    assert not result.retryable
    assert "bad schema" in result.error
    assert len([path for path, _, _ in server.asked if path.endswith("completions")]) == 1


def test_a_wrong_key_ends_the_engine_and_is_never_shown(model: ModelFolder, server: Server) -> None:
    server.behave = foreign(lambda body: (401, {"error": f"Incorrect API key {SECRET}"}))
    engine = start(model, server)
    with pytest.raises(EngineError, match="set OPENAI_API_KEY") as caught:
        list(engine.generate(requests()))
    assert SECRET not in str(caught.value)
    assert SECRET not in str(engine.identity)


def test_a_server_that_dies_is_an_engine_error_after_what_it_answered(model: ModelFolder, server: Server) -> None:
    server.behave = foreign(lambda body: said("{}"))
    engine = start(model, server, connections=1)
    results = engine.generate(requests(50))
    assert isinstance(next(results), Completion)
    server.stop()
    with pytest.raises(EngineError, match="can't be reached"):
        list(results)


def test_no_server(model: ModelFolder) -> None:
    with pytest.raises(EngineError, match="can't be reached"):
        OpenAIEngine(model, base_url="http://127.0.0.1:9", attempts=1)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "localhost:8000", "http://"])
def test_only_urls_of_servers(model: ModelFolder, url: str) -> None:
    with pytest.raises(ConfigError, match="not a server's URL"):
        OpenAIEngine(model, base_url=url)


def test_no_url(model: ModelFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with pytest.raises(ConfigError, match="OPENAI_BASE_URL"):
        OpenAIEngine(model)


def test_a_model_that_is_not_served(model: ModelFolder, server: Server) -> None:
    server.behave = foreign(lambda body: said("{}"))
    with pytest.raises(ConfigError, match="Did you mean 'big-model'"):
        start(model, server, served_model="big-modle")


def vllm(tokenizer: FolderTokenizer, *, tokens: Callable[[str], list[int]] | None = None, scores: bool = True) -> Any:
    """A server that looks like vLLM's and gives each token the probability 1/8."""

    def behave(path: str, body: dict[str, Any]) -> Reply:
        if path == "/v1/models":
            return 200, {"data": [{"id": "tiny", "owned_by": "vllm", "max_model_len": 100}]}
        if path == "/version":
            return 200, {"version": "0.32.0"}
        if path == "/tokenize":
            return 200, {"tokens": (tokens or tokenizer.encode)(body["prompt"])}
        top = {f"token_id:{token}": -2.0794415 for token in body.get("logprob_token_ids", [])} if scores else {}
        choice: dict[str, Any] = {"finish_reason": "stop", "token_ids": [*tokenizer.encode("yes"), tokenizer.eos_id]}
        choice["logprobs"] = {"top_logprobs": [top]}
        return 200, {"choices": [choice], "usage": {"prompt_tokens": len(body["prompt"])}}

    return behave


def test_a_vllm_server_gets_token_ids_and_a_grammar(
    model: ModelFolder, tokenizer: FolderTokenizer, server: Server
) -> None:
    server.behave = vllm(tokenizer)
    engine = start(model, server)
    assert engine.max_model_len == 100
    assert engine.identity.engine_version == "vllm 0.32.0"
    (result,) = engine.generate([GenerateRequest("a", (1, 2, 3), "yes|no", Decoding(9))])
    assert isinstance(result, Completion)
    assert (result.text, result.token_ids) == ("yes", tuple(tokenizer.encode("yes")))
    body = server.asked[-1][1]
    assert (body["prompt"], body["structured_outputs"]) == ([1, 2, 3], {"regex": "yes|no"})
    labels = TokenTrie(("x", "y", "z"), ((5, 9), (6, 9), (5, 8)))
    (scored,) = engine.score([ScoreRequest("s", (1, 2, 3), labels)])
    assert isinstance(scored, Scored)
    assert scored.normalised == pytest.approx((0.25, 0.5, 0.25))
    assert scored.nodes == 2


def test_another_tokenizer_is_refused(model: ModelFolder, tokenizer: FolderTokenizer, server: Server) -> None:
    server.behave = vllm(tokenizer, tokens=lambda text: tokenizer.encode(text.lower()))
    with pytest.raises(EngineError, match="not the same model"):
        start(model, server)


def test_an_old_server_gives_no_probabilities(model: ModelFolder, tokenizer: FolderTokenizer, server: Server) -> None:
    server.behave = vllm(tokenizer, scores=False)
    engine = start(model, server)
    assert engine.capabilities.prefill
    assert not engine.capabilities.score
    with pytest.raises(EngineError, match="can't give label probabilities"):
        engine.score([])
