"""An engine without a model: deterministic answers for tests, dry runs and tests of scale.

Its identity says 'scripted', so what it answers can never stand in for a real answer.
"""

import hashlib
import random
from array import array
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fewsight.errors import EngineError
from fewsight.prompts.answer.trie import shared_length
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
from fewsight.serving.engines.scripted.regex_walk import writer

if TYPE_CHECKING:
    from fewsight.serving.models.names import ModelFolder

VERSION: Final = "1"
CHUNK: Final = 256
LEGAL_MASS: Final = 0.9
"""What a scripted model gives to all legal labels together."""

Answers = Callable[[GenerateRequest], str]
Probabilities = Callable[[ScoreRequest], Sequence[float]]


class ScriptedEngine:
    """Answers by rule, with a real tokenizer and no weights.

    Args:
        model: a model folder; only its tokenizer is read.
        adapter: taken and ignored.
        answers: the text that continues a request's prompt. A ValueError fails that request, an EngineError is the
            engine's death. By default a match of the grammar that the prompt alone decides.
        probabilities: one weight (>= 0) for each label of a request, by default decided by the prompt; they are
            normalised.
        max_model_len: longest prompt plus answer in tokens; the model's own limit where None.
    """

    def __init__(
        self,
        model: "ModelFolder",
        *,
        adapter: Path | None = None,  # noqa: ARG002 - engines are started alike
        answers: Answers | None = None,
        probabilities: Probabilities | None = None,
        max_model_len: int | None = None,
    ) -> None:
        from fewsight.serving.models.tokenizer import load_tokenizer

        self.tokenizer = load_tokenizer(model.path)
        self.max_model_len = max_model_len or model.max_model_len
        self.capabilities = Capabilities(score=True, prefill=True, adapters="request", batch_rows=1024)
        self._answers, self._probabilities = answers or walk, probabilities or weigh
        rules = "".join(f"+{rule.__qualname__}" for rule in (answers, probabilities) if rule is not None)
        self.identity = EngineIdentity(
            engine="scripted",
            engine_version=VERSION + rules,
            model=model.name,
            model_digest=model.digest,
            tokenizer_digest=self.tokenizer.digest,
            dtype="none",
            adapter_mode="none",
        )
        self._last: tuple[int, ...] = ()
        self._closed = False

    def generate(self, requests: Sequence[GenerateRequest]) -> Iterator[Completion | Failure]:
        """Continue each prompt; see `Engine.generate`."""
        for start in range(0, len(requests), CHUNK):
            texts: list[tuple[GenerateRequest, str]] = []
            died: EngineError | None = None
            for request in requests[start : start + CHUNK]:
                try:
                    texts.append((request, self._write(request)))
                except ValueError as error:
                    yield Failure(request.id, str(error))
                except EngineError as error:
                    died = error
                    break
            for (request, _), ids in zip(texts, self.tokenizer.encode_batch([text for _, text in texts]), strict=True):
                yield self._completion(request, ids)
            if died is not None:
                raise died

    def score(self, requests: Sequence[ScoreRequest]) -> Iterator[Scored | Failure]:
        """Label probabilities after each prompt; see `Engine.score`."""
        for request in requests:
            wrong = self._problem(request)
            if wrong:
                yield Failure(request.id, wrong)
                continue
            try:
                weights = self._probabilities(request)
            except ValueError as error:
                yield Failure(request.id, str(error))
                continue
            total = sum(weights)
            normalised = tuple([weight / total for weight in weights])
            raw = tuple([share * LEGAL_MASS for share in normalised])
            tokens = len(request.prompt)
            yield Scored(request.id, normalised, raw, 0.0, 1, tokens, self._computed(request.prompt))

    def close(self) -> None:
        """Nothing to free."""
        self._closed = True

    def _problem(self, request: GenerateRequest | ScoreRequest) -> str | None:
        if self._closed:
            raise EngineError("This scripted engine is closed; start a new one.")
        return problem(request, self.max_model_len, self.tokenizer.vocab_size)

    def _write(self, request: GenerateRequest) -> str:
        wrong = self._problem(request)
        if wrong:
            raise ValueError(wrong)
        return self._answers(request)

    def _completion(self, request: GenerateRequest, ids: list[int]) -> Completion:
        tokens = len(request.prompt)
        room = min(request.decoding.max_tokens, self.max_model_len - tokens)
        kept = tuple(ids[:room])
        text = self.tokenizer.decode(kept)
        return Completion(request.id, kept, text, len(ids) < room, tokens, self._computed(request.prompt))

    def _computed(self, prompt: tuple[int, ...]) -> int:
        """Tokens after what this prompt shares with the one before it."""
        last, self._last = self._last, prompt
        return len(prompt) - min(shared_length(last, prompt), len(prompt) - 1)


def walk(request: GenerateRequest) -> str:
    """A match of the request's grammar that its prompt decides; without a grammar, some words."""
    return writer(request.grammar or "[a-z]{3,8}(?: [a-z]{2,8}){3,9}")(_chance(request))


def weigh(request: ScoreRequest) -> list[float]:
    """Weights of the labels that the prompt decides; a few of them are large."""
    chance = _chance(request).random
    return [chance() ** 8 + 1e-6 for _ in request.labels.labels]


def _chance(request: GenerateRequest | ScoreRequest) -> random.Random:
    name = "" if request.adapter is None else request.adapter.name
    key = hashlib.blake2b(array("I", request.prompt).tobytes(), digest_size=8, key=name.encode()[:64]).digest()
    return random.Random(int.from_bytes(key, "big"))  # noqa: S311 - reproducible, not secret
