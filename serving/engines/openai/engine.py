"""Any OpenAI-compatible server: vLLM's own by token ids, with probabilities; a foreign one by chat and JSON schema."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from fewsight.digest import digest
from fewsight.errors import ConfigError, EngineError, did_you_mean
from fewsight.serving.engines.base import (
    Capabilities,
    Completion,
    EngineIdentity,
    Failure,
    GenerateRequest,
    Scored,
    ScoreRequest,
)
from fewsight.serving.engines.checks import problem
from fewsight.serving.engines.openai.chat import ChatPath
from fewsight.serving.engines.openai.client import ModelServer, Refused
from fewsight.serving.engines.openai.tokens import TokenPath
from fewsight.tokenizer import Tokenizer

if TYPE_CHECKING:
    from fewsight.serving.models.names import ModelFolder

KEY: Final = "OPENAI_API_KEY"
URL: Final = "OPENAI_BASE_URL"

_Request = TypeVar("_Request", GenerateRequest, ScoreRequest)
_Result = TypeVar("_Result", Completion, Scored)


class OpenAIEngine:
    """Sends requests to a server; the key comes from the environment (OPENAI_API_KEY) and goes nowhere else.

    A vLLM server takes token ids, grammars and label probabilities, after its tokenizer was found to agree with the
    local one. Any other server gets chat messages and a JSON schema, and gives no probabilities.

    Args:
        model: a local model folder; its tokenizer plans and counts.
        base_url: of the server, with or without '/v1'; None for OPENAI_BASE_URL.
        served_model: what the server calls the model; None for its only model, or the one named like the folder.
        dialect: 'auto' asks the server what it is.
        connections: most requests at once.
        timeout: seconds for one answer.
        attempts: how often a request is sent when the server is busy or can't be reached.
        pause: seconds before the second attempt.

    Raises:
        ConfigError: no URL, or the model can't be told.
        EngineError: the server can't be reached, refuses the key, or tokenises differently.
    """

    def __init__(
        self,
        model: "ModelFolder",
        *,
        base_url: str | None = None,
        served_model: str | None = None,
        dialect: Literal["auto", "vllm", "openai"] = "auto",
        connections: int = 32,
        timeout: float = 600.0,
        attempts: int = 5,
        pause: float = 0.5,
    ) -> None:
        from fewsight.serving.models.tokenizer import load_tokenizer

        base_url = base_url or os.environ.get(URL)
        if not base_url:
            raise ConfigError(f"Engine 'openai' needs the URL of a server: --base-url, or the variable {URL}.")
        self.tokenizer: Tokenizer = load_tokenizer(model.path)
        self._connections, self._closed = connections, False
        self._server = ModelServer(
            base_url, os.environ.get(KEY), connections=connections, timeout=timeout, attempts=attempts, pause=pause
        )
        try:
            self._connect(model, served_model, dialect)
        except BaseException:
            self._server.close()
            raise

    def _connect(self, model: "ModelFolder", served_model: str | None, dialect: str) -> None:
        cards = (self._server.get("/v1/models") or {}).get("data", [])
        card = _choose(cards, served_model, model.name, self._server.root)
        version = (self._server.get("/version") or {}).get("version") if dialect != "openai" else None
        if dialect == "auto":
            dialect = "vllm" if version and card.get("owned_by") == "vllm" else "openai"
        limit = card.get("max_model_len") or model.max_model_len
        self.max_model_len = min(limit, model.max_model_len)
        self._path: TokenPath | ChatPath
        if dialect == "vllm":
            self._path = TokenPath(self._server, card["id"], self.tokenizer)
        else:
            self._path = ChatPath(self._server, card["id"], self.tokenizer)
        by_tokens = isinstance(self._path, TokenPath)
        self.capabilities = Capabilities(
            score=isinstance(self._path, TokenPath) and self._path.scores, prefill=by_tokens, adapters="none"
        )
        # A server's weights can't be seen from here, so they are known by where they are served.
        self.identity = EngineIdentity(
            engine="openai",
            engine_version=f"vllm {version}" if by_tokens else "chat",
            model=card["id"],
            model_digest=digest([self._server.root, card["id"], card.get("root")]),
            tokenizer_digest=self.tokenizer.digest,
            dtype="unknown",
            adapter_mode="none",
        )

    @property
    def url(self) -> str:
        """The server's address, without '/v1' and without any password."""
        return self._server.root

    def generate(self, requests: Sequence[GenerateRequest]) -> Iterator[Completion | Failure]:
        """Continue each prompt; see `Engine.generate`."""
        return self._run(requests, self._path.generate)

    def score(self, requests: Sequence[ScoreRequest]) -> Iterator[Scored | Failure]:
        """Label probabilities after each prompt; see `Engine.score`."""
        if not isinstance(self._path, TokenPath) or not self._path.scores:
            raise EngineError(f"The server at {self._server.root!r} can't give label probabilities.")
        return self._run(requests, self._path.score)

    def close(self) -> None:
        """Close all connections."""
        self._closed = True
        self._server.close()

    def _run(
        self, requests: Sequence[_Request], compute: Callable[[_Request], _Result | Failure]
    ) -> Iterator[_Result | Failure]:
        if self._closed:
            raise EngineError("This engine is closed; start a new one.")
        source, flying = iter(requests), set[Future[_Result | Failure]]()
        pool = ThreadPoolExecutor(self._connections, thread_name_prefix="fewsight-openai")
        try:
            while True:
                while len(flying) < 2 * self._connections and (request := next(source, None)) is not None:
                    flying.add(pool.submit(self._one, request, compute))
                if not flying:
                    return
                done, flying = wait(flying, return_when=FIRST_COMPLETED)
                # Answers that arrived are kept even where the next one says that the server is gone.
                for future in sorted(done, key=lambda future: future.exception() is not None):
                    yield future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _one(self, request: _Request, compute: Callable[[_Request], _Result | Failure]) -> _Result | Failure:
        wrong = self._problem(request)
        if wrong:
            return Failure(request.id, wrong)
        try:
            return compute(request)
        except Refused as error:
            return Failure(request.id, str(error), retryable=error.retryable)

    def _problem(self, request: GenerateRequest | ScoreRequest) -> str | None:
        adapter: Path | None = request.adapter
        if adapter is not None:
            return f"adapter {adapter} can't be sent to a server; serve it there as a model of its own"
        return problem(request, self.max_model_len, self._path.vocab_size)


def _choose(cards: Sequence[dict[str, Any]], wanted: str | None, name: str, root: str) -> dict[str, Any]:
    names = [card["id"] for card in cards]
    for candidate in (wanted, None if wanted else name):
        if candidate in names:
            return cards[names.index(candidate)]
    if wanted is None and len(cards) == 1:
        return cards[0]
    if wanted is not None and not cards:  # a server that does not list its models
        return {"id": wanted}
    missing = wanted or name
    raise ConfigError(f"The server at {root!r} serves no model {missing!r}.{did_you_mean(missing, names)}")
