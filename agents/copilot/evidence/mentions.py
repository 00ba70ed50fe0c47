"""How well rows of a customer's state fit what the customer wrote.

Words count by how few of the rows beside a row have them, and messages by how new they are. No model is asked, so a
customer with many orders costs milliseconds.
"""

import math
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from pydantic import BaseModel

FADE: Final = 0.8
"""What an older message counts beside the next newer one."""

_WORD: Final = re.compile(r"[^\W_]+")
_STOP: Final = frozenset(
    [
        "a",
        "an",
        "and",
        "the",
        "of",
        "to",
        "in",
        "on",
        "for",
        "is",
        "it",
        "i",
        "my",
        "me",
        "you",
        "your",
        "with",
        "or",
        "order",
        "item",
        "please",
    ]
)
_UNITS: Final = {"feet": "ft", "foot": "ft", "inches": "inch", "colour": "color", "litre": "l", "liter": "l"}


class Said:
    """The customer's messages of a case, the newest first.

    Args:
        texts: oldest first.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = [text[:20_000] for text in texts]
        self._weights: dict[str, float] = {}
        for age, text in enumerate(reversed(self.texts)):
            for word in words(text):
                self._weights.setdefault(word, FADE**age)
        self.last = frozenset(words(self.texts[-1])) if self.texts else frozenset()

    def weight(self, word: str) -> float:
        """How newly a word was written: 1 in the newest message, 0 where it never was."""
        return self._weights.get(word, 0.0)

    def has(self, value: str) -> float:
        """How newly the words of a value were written, on average over them."""
        parts = words(value)
        return sum(map(self.weight, parts)) / len(parts) if parts else 0.0

    def has_end(self, value: str) -> float:
        """How newly a value, or the last digits of it, stands among the words."""
        parts = words(value)
        if not parts:
            return 0.0
        whole = self.weight(parts[-1])
        return max([whole, *(w for word, w in self._weights.items() if _is_end(word, parts[-1]))])

    def fit(self, rows: Sequence[BaseModel]) -> list[float]:
        """For each row of one list, the share of what was written about such rows that is about this one."""
        own = [row_words(row) for row in rows]
        count: dict[str, int] = {}
        for each in own:
            for word in each:
                count[word] = count.get(word, 0) + 1
        worth = {word: self.weight(word) * math.log((len(rows) + 1) / n) for word, n in count.items()}
        total = sum(worth.values())
        return [sum(worth[word] for word in each) / total if total else 0.0 for each in own]


def words(text: str) -> list[str]:
    """The words of a text in one spelling, without the most common ones."""
    return list(_words(text))


@lru_cache(maxsize=8192)
def _words(text: str) -> tuple[str, ...]:
    plain = (_UNITS.get(word, word) for word in _WORD.findall(text.casefold()))
    return tuple(_stem(word) for word in plain if word not in _STOP)


def row_words(row: BaseModel, depth: int = 1) -> frozenset[str]:
    """The words of a row's texts, and of the rows of its lists where `depth` leaves some."""
    return frozenset(word for text in row_texts(row, depth) for word in words(text))


def row_texts(row: BaseModel, depth: int = 0) -> Iterable[str]:
    """The texts of a row: its strings, the values of its mappings, and those of rows below."""
    for value in dict(row).values():
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from (text for text in value.values() if isinstance(text, str))
        elif isinstance(value, list) and depth:
            yield from (text for below in value if isinstance(below, BaseModel) for text in row_texts(below, depth - 1))


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _is_end(word: str, value: str) -> bool:
    return len(word) >= 2 and word.isdigit() and len(word) < len(value) and value.endswith(word)
