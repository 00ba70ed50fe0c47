"""A foreign OpenAI-compatible server: chat messages in, JSON by a strict schema out, no probabilities."""

from typing import Any

from fewsight.serving.engines.base import Completion, Failure, GenerateRequest
from fewsight.serving.engines.openai.client import HttpClient, RequestError
from fewsight.serving.engines.openai.replies import Chat
from fewsight.tokenizer import Tokenizer


class ChatPath:
    """Requests to '/v1/chat/completions'."""

    def __init__(self, client: HttpClient, model: str, tokenizer: Tokenizer) -> None:
        self._client, self._model, self._tokenizer = client, model, tokenizer
        self.vocab_size = getattr(tokenizer, "vocab_size", 1 << 31)
        self._limit = "max_tokens"

    async def generate(self, request: GenerateRequest) -> Completion | Failure:
        """Answer one request's `chat`; `token_ids` of the result are the local tokenizer's.

        Raises:
            RequestError: the request failed.
        """
        if request.chat is None:
            return Failure(request.id, "this server takes chat messages, and the request has none")
        answer = await self._ask(request)
        choice = answer.choices[0]
        text = choice.message.content
        if text is None:
            return Failure(request.id, f"the server gave no text (refusal: {choice.message.refusal!r})")
        tokens, computed = answer.counts(len(request.prompt))
        ids = tuple(self._tokenizer.encode(text))
        return Completion(request.id, ids, text, choice.finish_reason == "stop", tokens, computed)

    async def _ask(self, request: GenerateRequest) -> Chat:
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
            return await self._client.post("/v1/chat/completions", body | {limit: decoding.max_tokens}, Chat)
        except RequestError as error:
            if limit == "max_tokens" and "max_completion_tokens" in str(error):  # newer models know the limit by this
                self._limit = "max_completion_tokens"
                return await self._ask(request)
            raise
