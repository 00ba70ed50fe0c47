"""The seam behind which models run: requests in, completions and label probabilities out.

An engine is driven by token ids, so what it runs is exactly what was planned, counted and recorded. Every engine is
held to `tests/serving/engines/contract.py`.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from fewsight.prompts.answer.trie import TokenTrie
from fewsight.redaction import redact
from fewsight.tokenizer import Tokenizer


@dataclass(frozen=True, slots=True)
class Decoding:
    """How tokens are chosen. `temperature` 0 is greedy; `max_tokens` bounds the answer."""

    max_tokens: int = 256
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class ChatText:
    """The same request as text, for servers that take neither token ids nor a prefilled answer."""

    system: str
    user: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class GenerateRequest:
    """Continue `prompt` (token ids, the forced opening of the answer included).

    `grammar` is a regular expression that the whole continuation must match (Rust/Python common subset, no anchors);
    None leaves the continuation free. `adapter` is the folder of a PEFT adapter, None the base model. `chat` is used
    only by engines that can't prefill.
    """

    id: str
    prompt: tuple[int, ...]
    grammar: str | None
    decoding: Decoding
    adapter: Path | None = None
    chat: ChatText | None = None


@dataclass(frozen=True, slots=True)
class ScoreRequest:
    """Ask for the probability of each label right after `prompt` (token ids), without any grammar.

    `greedy` asks for the label alone that taking the likeliest token at each branch leads to; others get 0.
    """

    id: str
    prompt: tuple[int, ...]
    labels: TokenTrie
    adapter: Path | None = None
    greedy: bool = False


@dataclass(frozen=True, slots=True)
class Completion:
    """What was generated. `finished` is False where `max_tokens` or the context cut it.

    `token_ids` holds no end-of-sequence token. `computed_tokens` are the prompt tokens that were not served from a
    prefix cache.
    """

    id: str
    token_ids: tuple[int, ...]
    text: str
    finished: bool
    prompt_tokens: int
    computed_tokens: int


@dataclass(frozen=True, slots=True)
class Scored:
    """Probabilities in the order of the request's labels.

    `normalised` sums to 1 over the labels. `raw` is the model's own probability of the tokens that decide for each
    label (their product over branch nodes), so `sum(raw)` is the mass that the model gives to any legal label.
    `unexplored` is the part of `normalised` that lies below nodes that were not computed because it could not change
    the answer; it is spread evenly over the labels there. `computed_tokens` as in Completion, over all nodes.
    """

    id: str
    normalised: tuple[float, ...]
    raw: tuple[float, ...]
    unexplored: float
    nodes: int
    prompt_tokens: int
    computed_tokens: int


@dataclass(frozen=True, slots=True)
class Failure:
    """One request that failed alone. `retryable` where the same request may succeed later (a busy server)."""

    id: str
    error: str
    retryable: bool = False

    def __post_init__(self) -> None:
        # A server may repeat what it was sent, and this text goes into records and pages.
        object.__setattr__(self, "error", redact(self.error))


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine can do.

    `adapters`: 'request' (each request names its own), 'engine' (one, merged when the engine starts) or 'none'.
    """

    score: bool
    prefill: bool
    adapters: Literal["request", "engine", "none"]
    prefix_block: int = 1
    """Prompt prefixes are shared in multiples of this many tokens."""
    batch_rows: int = 256
    """How many requests are worth handing over at once."""
    batch_tokens: int = sys.maxsize
    """And how many prompt tokens (rows times the longest): an engine that must split a batch forgets shared prefixes
    between one field of its answers and the next."""


@dataclass(frozen=True, slots=True)
class EngineIdentity:
    """What an answer depends on, besides its request."""

    engine: str
    engine_version: str
    model: str
    model_digest: str
    tokenizer_digest: str
    dtype: str
    adapter_mode: str


class Scorer(Protocol):
    """What scores labels: every engine, and a model in memory."""

    def score(self, requests: Sequence[ScoreRequest]) -> Iterator[Scored | Failure]:
        """Label probabilities after each prompt.

        Raises:
            EngineError: the engine itself died, or can't score.
        """


class Engine(Scorer, Protocol):
    """Runs prompts. Results arrive in any order, exactly one for each request; one bad request fails alone."""

    @property
    def identity(self) -> EngineIdentity:
        """Digests and versions that an answer depends on."""

    @property
    def capabilities(self) -> Capabilities:
        """What this engine can do."""

    @property
    def tokenizer(self) -> Tokenizer:
        """The model's tokenizer."""

    @property
    def max_model_len(self) -> int:
        """The longest prompt plus answer, in tokens."""

    def generate(self, requests: Sequence[GenerateRequest]) -> Iterator[Completion | Failure]:
        """Continue each prompt; yields as requests finish.

        Raises:
            EngineError: the engine itself died; requests without a result may be sent to a new engine.
        """

    def close(self) -> None:
        """Free the model's memory; the engine can't be used afterwards. Closing twice is fine."""
