"""Any OpenAI-compatible server: vLLM's own by token ids, with probabilities; a foreign one by chat and JSON schema."""

import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from fewsight.digest import digest
from fewsight.errors import AccessError, ConfigError, EngineError, did_you_mean
from fewsight.redaction import redact_values
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
from fewsight.serving.engines.openai.client import HttpClient, RequestError
from fewsight.serving.engines.openai.loop import LoopThread
from fewsight.serving.engines.openai.replies import ModelCard, ModelList, Version
from fewsight.serving.engines.openai.tokens import TokenPath
from fewsight.tokenizer import Tokenizer

if TYPE_CHECKING:
    from fewsight.serving.models.names import ModelFolder

KEY: Final = "OPENAI_API_KEY"
URL: Final = "OPENAI_BASE_URL"
TIMEOUT: Final = "FEWSIGHT_TIMEOUT"

SECRET_IN_ANSWERS: Final = 12
"""Characters of a secret that is hidden in answers too, should a server repeat it there; shorter ones may be words."""

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
        timeout: seconds for one answer, however often it is asked for; None for FEWSIGHT_TIMEOUT, or 600.
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
        timeout: float | None = None,
        attempts: int = 5,
        pause: float = 0.5,
    ) -> None:
        from fewsight.serving.models.tokenizer import load_tokenizer

        base_url = base_url or os.environ.get(URL)
        if not base_url:
            raise ConfigError(f"Engine 'openai' needs the URL of a server: --base-url, or the variable {URL}.")
        self.tokenizer: Tokenizer = load_tokenizer(model.path)
        self._connections, self._closed = connections, False
        self._client = HttpClient(
            base_url,
            os.environ.get(KEY),
            connections=connections,
            timeout=_seconds() if timeout is None else timeout,
            attempts=attempts,
            pause=pause,
        )
        self._loop = LoopThread()
        try:
            self._connect(model, served_model, dialect)
        except BaseException:
            self.close()
            raise

    def _connect(self, model: "ModelFolder", served_model: str | None, dialect: str) -> None:
        card = _choose(self._loop.run(_models(self._client)), served_model, model.name, self._client.root)
        version = self._loop.run(_vllm_version(self._client)) if dialect != "openai" else None
        if dialect == "auto":
            dialect = "vllm" if version and card.owned_by == "vllm" else "openai"
        self.max_model_len = min(card.max_model_len or model.max_model_len, model.max_model_len)
        self._path: TokenPath | ChatPath
        if dialect == "vllm":
            self._path = self._loop.run(TokenPath.open(self._client, card.id, self.tokenizer))
        else:
            self._path = ChatPath(self._client, card.id, self.tokenizer)
        by_tokens = isinstance(self._path, TokenPath)
        self.capabilities = Capabilities(
            score=isinstance(self._path, TokenPath) and self._path.scores, prefill=by_tokens, adapters="none"
        )
        # A server's weights can't be seen from here, so they are known by where they are served.
        self.identity = EngineIdentity(
            engine="openai",
            engine_version=f"vllm {version}" if by_tokens else "chat",
            model=card.id,
            model_digest=digest([self._client.root, card.id, card.root]),
            tokenizer_digest=self.tokenizer.digest,
            dtype="unknown",
            adapter_mode="none",
        )

    @property
    def url(self) -> str:
        """The server's address, without '/v1' and without any password."""
        return self._client.root

    def generate(self, requests: Sequence[GenerateRequest]) -> Iterator[Completion | Failure]:
        """Continue each prompt; see `Engine.generate`."""
        for result in self._run(requests, self._path.generate):
            yield result if isinstance(result, Failure) else _without_secrets(result)

    def score(self, requests: Sequence[ScoreRequest]) -> Iterator[Scored | Failure]:
        """Label probabilities after each prompt; see `Engine.score`."""
        if not isinstance(self._path, TokenPath) or not self._path.scores:
            raise EngineError(f"The server at {self._client.root!r} can't give label probabilities.")
        return self._run(requests, self._path.score)

    def close(self) -> None:
        """Close all connections."""
        if not self._closed:
            self._closed = True
            self._loop.run(self._client.close())
            self._loop.close()

    def _run(
        self, requests: Sequence[_Request], compute: Callable[[_Request], Awaitable[_Result | Failure]]
    ) -> Iterator[_Result | Failure]:
        if self._closed:
            raise EngineError("This engine is closed; start a new one.")

        async def one(request: _Request) -> _Result | Failure:
            wrong = self._problem(request)
            if wrong:
                return Failure(request.id, wrong)
            try:
                return await compute(request)
            except RequestError as error:
                return Failure(request.id, str(error), retryable=error.retryable)

        return self._loop.each(requests, one, self._connections)

    def _problem(self, request: GenerateRequest | ScoreRequest) -> str | None:
        adapter: Path | None = request.adapter
        if adapter is not None:
            return f"adapter {adapter} can't be sent to a server; serve it there as a model of its own"
        return problem(request, self.max_model_len, self._path.vocab_size)


def _seconds() -> float:
    text = os.environ.get(TIMEOUT) or "600"
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise ConfigError(f"{TIMEOUT} is {text!r}; set it to the seconds that one answer may take, such as 600.")
    return seconds


def _without_secrets(result: Completion) -> Completion:
    return replace(result, text=redact_values(result.text, SECRET_IN_ANSWERS))


async def _models(client: HttpClient) -> list[ModelCard]:
    """The models that a server lists; none where it lists none."""
    try:
        return (await client.get("/v1/models", ModelList)).data
    except RequestError as error:
        if error.status in (404, 405):
            return []
        raise EngineError(f"The server's models can't be listed: {error}.") from error


async def _vllm_version(client: HttpClient) -> str | None:
    """The version of a vLLM server; None for any other, which may refuse paths that it doesn't know by any status."""
    try:
        return (await client.get("/version", Version)).version
    except (RequestError, AccessError):
        return None


def _choose(cards: Sequence[ModelCard], wanted: str | None, name: str, root: str) -> ModelCard:
    names = [card.id for card in cards]
    for candidate in (wanted, None if wanted else name):
        if candidate in names:
            return cards[names.index(candidate)]
    if wanted is None and len(cards) == 1:
        return cards[0]
    if wanted is not None and not cards:  # a server that does not list its models
        return ModelCard(id=wanted)
    missing = wanted or name
    raise ConfigError(f"The server at {root!r} serves no model {missing!r}.{did_you_mean(missing, names)}")
