from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("vllm")

pytestmark = pytest.mark.vllm

CHOICE = r'(?:card_arrival|card_lost|refund)"\}'


@pytest.fixture
def guidance() -> Any:
    from fewsight.serving.engines.vllm.grammars import parse_once
    from fewsight.serving.engines.vllm.setup import prepare_environment

    prepare_environment(gpu=False)
    parse_once()
    parse_once()
    from vllm.v1.structured_output import backend_guidance

    return backend_guidance


@pytest.fixture
def backend(guidance: Any, model_path: Path) -> Any:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model_path)
    settings = SimpleNamespace(disable_any_whitespace=False, disable_additional_properties=False)
    config = SimpleNamespace(structured_outputs_config=settings)
    return guidance.GuidanceBackend(config, tokenizer=tokenizer, vocab_size=len(tokenizer))


def test_equal_grammars_are_parsed_once_and_requests_do_not_share_their_progress(
    guidance: Any, backend: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vllm.v1.structured_output.backend_types import StructuredOutputOptions

    parsed: list[str] = []
    serialize = guidance.serialize_guidance_grammar

    def noting(kind: Any, grammar: str, *switches: Any) -> Any:
        parsed.append(grammar)
        return serialize(kind, grammar, *switches)

    monkeypatch.setattr(guidance, "serialize_guidance_grammar", noting)
    first, second = (backend.compile_grammar(StructuredOutputOptions.REGEX, CHOICE) for _ in range(2))
    other = backend.compile_grammar(StructuredOutputOptions.REGEX, "(?:yes|no)")
    assert parsed == [CHOICE, "(?:yes|no)"]
    card, refund = (backend.tokenizer.encode(text) for text in ('card_lost"}', 'refund"}'))
    assert first.accept_tokens("1", card)
    assert second.accept_tokens("2", refund)
    assert first.ll_matcher.is_accepting()
    assert second.ll_matcher.is_accepting()
    assert not other.accept_tokens("3", card)
    third = backend.compile_grammar(StructuredOutputOptions.REGEX, CHOICE)
    assert third.accept_tokens("4", card)
    assert len(parsed) == 2


def test_a_bad_grammar_is_refused_every_time(guidance: Any) -> None:
    from vllm.sampling_params import SamplingParams, StructuredOutputsParams

    from fewsight.serving.engines.vllm.setup import refusals

    bad = SamplingParams(structured_outputs=StructuredOutputsParams(regex="(?:yes|no"))
    for _ in range(2):
        with pytest.raises(refusals(), match=r"[Gg]rammar"):
            guidance.validate_guidance_grammar(bad)
    guidance.validate_guidance_grammar(SamplingParams(structured_outputs=StructuredOutputsParams(regex=CHOICE)))
    guidance.validate_guidance_grammar(SamplingParams())


@dataclass
class Grammar:
    ll_matcher: Any


def test_arguments_of_the_installed_version_are_passed_on() -> None:
    """`compile_grammar` has three arguments in some versions of vLLM and four in others."""
    from fewsight.serving.engines.vllm.grammars import _compiled_once

    matcher = SimpleNamespace(deep_copy=lambda: "a copy")

    def three(backend: Any, request_type: Any, grammar_spec: str) -> Grammar:
        return Grammar(matcher)

    def four(backend: Any, request_type: Any, grammar_spec: str, stop_token_ids: Any = None) -> Grammar:
        assert stop_token_ids == {2}
        return Grammar(matcher)

    backend = SimpleNamespace()
    assert _compiled_once(three)(backend, "regex", "a").ll_matcher == "a copy"
    assert _compiled_once(four)(SimpleNamespace(), "regex", "a", stop_token_ids={2}).ll_matcher == "a copy"
