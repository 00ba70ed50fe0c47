"""The engine of runs that need none: it has no model, and says so where it is asked."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from fewsight import __version__
from fewsight.digest import digest
from fewsight.errors import EngineError
from fewsight.serving.engines.base import (
    Capabilities,
    Completion,
    EngineIdentity,
    Failure,
    GenerateRequest,
    Scored,
    ScoreRequest,
)
from fewsight.serving.engines.spec import EngineSpec, StartOptions

if TYPE_CHECKING:
    from fewsight.serving.models.names import ModelFolder

NAME: Final = "answerer"
ROOM: Final = 1_000_000


class Bytes:
    """A tokenizer whose tokens are bytes: answers are planned with one, and here no model has another.

    It implements `fewsight.tokenizer.Tokenizer`.
    """

    digest: str = digest("bytes")
    eos_id: int = 256
    has_chat_template: bool = True
    """Nothing is asked, so that no template is missing."""

    def encode(self, text: str) -> list[int]:
        """Its bytes in UTF-8."""
        return list(text.encode("utf-8", "replace"))

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """`encode` of each."""
        return [self.encode(text) for text in texts]

    def decode(self, token_ids: Sequence[int], *, special: bool = False) -> str:  # noqa: ARG002 - there are none
        """The text of bytes."""
        return bytes(token_ids).decode("utf-8", "replace")

    def chat(self, system: str, user_blocks: Sequence[str], shots: Sequence[tuple[str, str]] = ()) -> list[int]:
        """All texts, one after the other."""
        turns = [text for shot in shots for text in shot]
        return self.encode("\n".join([system, *turns, *user_blocks]))


class NoEngine:
    """Implements `Engine` for an answerer that settles every field before any engine is asked."""

    capabilities = Capabilities(score=True, prefill=True, adapters="none")
    max_model_len = ROOM

    def __init__(self, answerer: "ModelFolder") -> None:
        self.tokenizer = Bytes()
        self.identity = EngineIdentity(
            engine=NAME,
            engine_version=__version__,
            model=answerer.name,
            model_digest=answerer.digest,
            tokenizer_digest=self.tokenizer.digest,
            dtype="float32",
            adapter_mode="none",
        )

    def score(self, requests: Sequence[ScoreRequest]) -> Iterator[Scored | Failure]:
        """Nothing can be asked.

        Raises:
            EngineError: always.
        """
        raise EngineError(f"An answerer without a language model was asked to score {len(requests)} requests.")

    def generate(self, requests: Sequence[GenerateRequest]) -> Iterator[Completion | Failure]:
        """Nothing can be written.

        Raises:
            EngineError: always.
        """
        raise EngineError(f"An answerer without a language model was asked to write {len(requests)} answers.")

    def close(self) -> None:
        """Nothing is held."""


def _start(options: StartOptions) -> NoEngine:
    return NoEngine(options.model)


SPEC: Final = EngineSpec(NAME, _start, loads_weights=False, takes_adapters=False)
