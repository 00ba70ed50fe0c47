import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fewsight.errors import EngineError
from fewsight.serving.engines.base import Completion, Decoding, Failure, GenerateRequest, Scored
from fewsight.serving.engines.scripted.engine import ScriptedEngine
from fewsight.serving.engines.scripted.regex_walk import writer
from fewsight.serving.models.names import ModelFolder
from tests.serving.engines.contract import (
    GRAMMARS,
    LARGE,
    SMALL,
    check_answers,
    check_bad_requests,
    check_shares,
    generate_requests,
    score_requests,
    scores,
    texts,
)


@pytest.fixture(scope="module")
def engine(model: ModelFolder) -> ScriptedEngine:
    return ScriptedEngine(model)


@settings(deadline=None)
@given(st.sampled_from([*GRAMMARS, r"[^a]\d+x?", "(?:a|(?:bc){2,3})*", ".{3}"]), st.integers())
def test_what_is_walked_matches(pattern: str, seed: int) -> None:
    assert re.fullmatch(pattern, writer(pattern)(random.Random(seed)))


@pytest.mark.parametrize("pattern", ["(?:a", "^a$", "(?=a)b", r"(a)\1", r"[\w]"])
def test_what_is_no_grammar(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"grammar|regular expression"):
        writer(pattern)


def test_answers(engine: ScriptedEngine) -> None:
    check_answers(engine, generate_requests(engine.tokenizer, texts(), max_tokens=400))


def test_probabilities(engine: ScriptedEngine) -> None:
    first = scores(engine, texts(), LARGE)
    check_shares(first)
    assert [row.normalised for row in first] == [row.normalised for row in scores(engine, texts(), LARGE)]
    assert len({row.normalised for row in first}) == len(texts())


def test_bad_requests(engine: ScriptedEngine) -> None:
    check_bad_requests(engine)


def test_another_process_answers_alike(model: ModelFolder, engine: ScriptedEngine) -> None:
    requests = generate_requests(engine.tokenizer, texts()[:10])
    other = ScriptedEngine(model)
    assert [r.id for r in engine.generate(requests)] == [r.id for r in other.generate(requests)]
    assert sorted(_texts(engine, requests)) == sorted(_texts(other, list(reversed(requests))))


def _texts(engine: ScriptedEngine, requests: list[GenerateRequest]) -> list[str]:
    return [result.text for result in engine.generate(requests) if isinstance(result, Completion)]


def never(request: GenerateRequest) -> str:
    """Say no, refuse the second request, die at the fourth."""
    if request.id == "g1":
        raise ValueError("no answer to this one")
    if request.id == "g3":
        raise EngineError("the engine died")
    return "no"


def test_rules(model: ModelFolder) -> None:
    engine = ScriptedEngine(model, answers=never, probabilities=lambda request: [1, 0, 3, 0])
    results = engine.generate(generate_requests(engine.tokenizer, texts()[:6]))
    assert isinstance(next(results), Failure)
    first = next(results)
    assert isinstance(first, Completion)
    assert (first.text, first.finished) == ("no", True)
    assert isinstance(next(results), Completion)
    with pytest.raises(EngineError, match="died"):
        next(results)
    (scored,) = engine.score(score_requests(engine.tokenizer, texts()[:1], SMALL))
    assert isinstance(scored, Scored)
    assert list(scored.normalised) == [0.25, 0, 0.75, 0]
    assert engine.identity.engine_version != ScriptedEngine(model).identity.engine_version


def test_cut_by_max_tokens(engine: ScriptedEngine) -> None:
    request = GenerateRequest("x", (1, 2), "[a-z]{40}", Decoding(4))
    (result,) = engine.generate([request])
    assert isinstance(result, Completion)
    assert (len(result.token_ids), result.finished) == (4, False)


def test_closed(model: ModelFolder) -> None:
    engine = ScriptedEngine(model)
    engine.close()
    engine.close()
    with pytest.raises(EngineError):
        list(engine.generate(generate_requests(engine.tokenizer, texts()[:1])))
