"""What can be wrong with one request, looked for before an engine sees it, so that it fails alone."""

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from fewsight.serving.engines.base import GenerateRequest, ScoreRequest

SHOWN: Final = 200


def problem(request: GenerateRequest | ScoreRequest, max_model_len: int, vocab_size: int) -> str | None:
    """Why a request can't run (empty, too long, tokens that don't exist, bad grammar), or None."""
    if not request.prompt:
        return "the prompt is empty"
    if isinstance(request, ScoreRequest):
        longest = max(map(len, request.labels.sequences))
        tokens = max(max(request.prompt), max(map(max, request.labels.sequences)))
    else:
        longest, tokens = 1, max(request.prompt)
    if len(request.prompt) + longest > max_model_len:
        return (
            f"the prompt has {len(request.prompt)} tokens and needs room for {longest} more; "
            f"the model's limit is {max_model_len}"
        )
    if tokens >= vocab_size or min(request.prompt) < 0:
        return f"token {tokens} is not in the model's vocabulary of {vocab_size}"
    if isinstance(request, GenerateRequest) and request.grammar is not None:
        return grammar_problem(request.grammar)
    return None


def wrong_adapter(request: GenerateRequest | ScoreRequest, merged: Path | None) -> str | None:
    """Why a request can't run on an engine whose one adapter was merged when it started, or None."""
    if request.adapter == merged:
        return None
    return f"adapter {request.adapter} is not the one that this engine was started with ({merged})"


@lru_cache(maxsize=4096)
def grammar_problem(pattern: str) -> str | None:
    """Why a regular expression can't be a grammar, or None."""
    reason: Any = _validate(pattern)
    return f"grammar {pattern[:SHOWN]!r} can't be compiled: {reason}" if reason else None


def _validate(pattern: str) -> Any:  # noqa: ANN401 - llguidance is untyped
    from llguidance import LLMatcher

    return LLMatcher.validate_grammar(LLMatcher.grammar_from_regex(pattern))
