"""What every room may ask of a tokenizer; the one for real models is `fewsight.serving.models.tokenizer`."""

from collections.abc import Sequence
from typing import Protocol


class Tokenizer(Protocol):
    """Text to token ids and back, with special tokens out of the reach of text.

    `encode` never produces a special token, whatever the text says: `"<|im_start|>"` becomes ordinary tokens. Only
    `chat` places special tokens, around messages and never inside them.
    """

    @property
    def digest(self) -> str:
        """SHA-256 of vocabulary, merges and chat template."""

    @property
    def eos_id(self) -> int:
        """The token that ends an answer."""

    def encode(self, text: str) -> list[int]:
        """Token ids of plain text."""

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """`encode` of many texts, on all cores."""

    @property
    def has_chat_template(self) -> bool:
        """Whether `chat` follows the model's own template, and not a plain one."""

    def decode(self, token_ids: Sequence[int], *, special: bool = False) -> str:
        """Text of token ids, special tokens left out unless `special`."""

    def chat(self, system: str, user_blocks: Sequence[str], shots: Sequence[tuple[str, str]] = ()) -> list[int]:
        """Token ids of a system message, `shots` (a user message and its answer each) as turns of their own, one user
        message made of blocks, and the opening of the assistant's turn.
        """
