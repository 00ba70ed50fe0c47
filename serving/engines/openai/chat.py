"""A foreign OpenAI-compatible server: chat messages in, JSON by a strict schema out, no probabilities."""

from typing import Any

from fewsight.serving.engines.base import Completion, Failure, GenerateRequest
from fewsight.serving.engines.openai.client import ModelServer, Refused
from fewsight.tokenizer import Tokenizer


class ChatPath:
    """Requests to '/v1/chat/completions'."""

    def __init__(self, server: ModelServer, model: str, tokenizer: Tokenizer) -> None:
        self._server, self._model, self._tokenizer = server, model, tokenizer
        self.vocab_size = getattr(tokenizer, "vocab_size", 1 << 31)
        self._limit = "max_tokens"

    def generate(self, request: GenerateRequest) -> Completion | Failure:
        """Answer one request's `chat`; `token_ids` of the result are the local tokenizer's."""
        if request.chat is None:
            return Failure(request.id, "this server takes chat messages, and the request has none")
        answer = self._ask(request)
        choice = answer["choices"][0]
        text = choice["message"].get("content")
        if not isinstance(text, str):
            refusal = choice["message"].get("refusal")
            return Failure(request.id, f"the server gave no text (refusal: {refusal!r})")
        usage = answer.get("usage") or {}
        tokens = int(usage.get("prompt_tokens") or len(request.prompt))
        cached = int((usage.get("prompt_tokens_details") or {}).get("cached_tokens") or 0)
        finished = choice.get("finish_reason") == "stop"
        ids = tuple(self._tokenizer.encode(text))
        return Completion(request.id, ids, text, finished, tokens, tokens - cached)

    def _ask(self, request: GenerateRequest) -> Any:  # noqa: ANN401 - JSON
        chat, decoding = request.chat, request.decoding
        assert chat is not None
        schema = {"name": "answer", "strict": True, "schema": dict(chat.schema)}
        body: dict[str, Any] = {
            "model": self._model,
            "messages": [{"role": "system", "content": chat.system}, {"role": "user", "content": chat.user}],
            "response_format": {"type": "json_schema", "json_schema": schema},
            "temperature": decoding.temperature,
            "top_p": decoding.top_p,
            "seed": decoding.seed,
        }
        limit = self._limit
        try:
            return self._server.post("/v1/chat/completions", body | {limit: decoding.max_tokens})
        except Refused as error:
            if limit == "max_tokens" and "max_completion_tokens" in str(error):  # newer models know the limit by this
                self._limit = "max_completion_tokens"
                return self._ask(request)
            raise
