"""vLLM parses the grammar of every request twice: when it is added, and when it is compiled.

For a choice of 77 labels that takes milliseconds a request, most of what the grammar costs. Requests of one task share
their grammar, so it is parsed once here, and each request gets a copy of the parsed one, which takes microseconds. On a
GPU vLLM compiles in a process of its own; there only the parsing of requests that are added is spared.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

KEPT: Final = 4096
"""Parsed grammars that are kept; then all are forgotten."""


def parse_once() -> None:
    """Change vLLM's guidance backend in this process so that equal grammars are parsed once; doing it again is fine.

    A vLLM that is built otherwise stays as it is, which is only slower.
    """
    with suppress(ImportError, AttributeError):
        from vllm.v1.structured_output import backend_guidance as guidance

        validate, backend = guidance.validate_guidance_grammar, guidance.GuidanceBackend
        if not hasattr(validate, "__wrapped__"):
            backend.compile_grammar = _compiled_once(backend.compile_grammar)
            guidance.validate_guidance_grammar = _validated_once(validate)


def _validated_once(validate: Callable[..., None]) -> Callable[..., None]:
    from vllm.v1.structured_output.request import get_structured_output_key

    good: set[tuple[Any, ...]] = set()

    def validated(sampling_params: Any, *more: Any, **named: Any) -> None:  # noqa: ANN401 - vllm is untyped
        wanted = sampling_params.structured_outputs
        key = (wanted and get_structured_output_key(wanted), more, tuple(named.items()))
        if key not in good:
            validate(sampling_params, *more, **named)  # raises where the grammar is bad
            if len(good) >= KEPT:
                good.clear()
            good.add(key)

    validated.__wrapped__ = validate  # type: ignore[attr-defined] # the mark by which `parse_once` knows it
    return validated


def _compiled_once(compile_grammar: Callable[..., Any]) -> Callable[..., Any]:
    # Newer versions of vLLM also hand over the request's stop tokens, which its guidance backend does not look at.
    def compiled(backend: Any, request_type: Any, grammar_spec: str, *more: Any, **named: Any) -> Any:  # noqa: ANN401 - vllm is untyped
        parsed = vars(backend).setdefault("parsed_grammars", {})
        first = parsed.get((request_type, grammar_spec))
        if first is None:
            first = compile_grammar(backend, request_type, grammar_spec, *more, **named)
            if len(parsed) >= KEPT:
                parsed.clear()
            parsed[request_type, grammar_spec] = first
        return replace(first, ll_matcher=first.ll_matcher.deep_copy())

    return compiled
