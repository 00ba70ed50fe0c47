"""What servers answer, as models: a reply of another shape fails its request, with the reason."""

from typing import Annotated, Final

from pydantic import BaseModel, Field, FiniteFloat, JsonValue, NonNegativeInt, ValidationError

from fewsight.redaction import redact

SHOWN: Final = 80


class _Reply(BaseModel):
    """Fields that are not named here are left alone."""


class ModelCard(_Reply):
    """One served model of '/v1/models'."""

    id: str
    owned_by: JsonValue = None
    root: JsonValue = None
    max_model_len: NonNegativeInt | None = None


class ModelList(_Reply):
    """The reply of '/v1/models'."""

    data: list[ModelCard]


class Version(_Reply):
    """The reply of vLLM's '/version'."""

    version: str


class Tokens(_Reply):
    """The reply of vLLM's '/tokenize'."""

    tokens: list[int]


class CachedTokens(_Reply):
    """Part of `Usage`."""

    cached_tokens: NonNegativeInt | None = None


class Usage(_Reply):
    """Tokens as the server counts them, where it does."""

    prompt_tokens: NonNegativeInt | None = None
    prompt_tokens_details: CachedTokens | None = None


class ChatMessage(_Reply):
    """Words of the model, or why there are none."""

    content: str | None = None
    refusal: JsonValue = None


class ChatChoice(_Reply):
    """One answer of a chat."""

    message: ChatMessage
    finish_reason: str | None = None


class _Counted(_Reply):
    usage: Usage | None = None

    def counts(self, prompt_tokens: int) -> tuple[int, int]:
        """(prompt tokens, those of them that were computed); ours where the server does not count."""
        usage = self.usage or Usage()
        tokens = usage.prompt_tokens or prompt_tokens
        cached = usage.prompt_tokens_details.cached_tokens if usage.prompt_tokens_details else None
        return tokens, max(0, tokens - (cached or 0))


class Chat(_Counted):
    """The reply of '/v1/chat/completions'."""

    choices: Annotated[list[ChatChoice], Field(min_length=1)]


class TopLogprobs(_Reply):
    """Log probabilities by 'token_id:N', one mapping for each position."""

    # A probability is at most 1; servers round.
    top_logprobs: Annotated[list[dict[str, Annotated[FiniteFloat, Field(le=0.01)]]], Field(min_length=1)]


class TextChoice(_Reply):
    """One continuation, as token ids."""

    finish_reason: str | None = None
    token_ids: list[NonNegativeInt]
    logprobs: TopLogprobs | None = None


class TextCompletion(_Counted):
    """The reply of '/v1/completions'."""

    choices: Annotated[list[TextChoice], Field(min_length=1)]


def reason(error: ValidationError) -> str:
    """The first thing that is wrong with a reply, in words."""
    first = error.errors(include_url=False)[0]
    where = ".".join(map(str, first["loc"]))
    value = first["input"]
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return f"{where + ': ' if where else ''}{first['msg']} (got {redact(text)[:SHOWN]!r})"
