"""Pieces of what customers wrote, masked and word for word."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from fewsight.agents.reports.model import MOST_WORDS, EventRef
from fewsight.agents.reports.reading.answered import Answered
from fewsight.agents.reports.reading.customers import has_own_words
from fewsight.events import CustomerHistory

CANDIDATES: Final = 200
"""Most customers of a reason whose words are looked at: those of whom the model was surest."""

FEWEST_WORDS: Final = 4
"""Words of a quote, at least."""

_WORD: Final = re.compile(
    r"[\u3400-\u9fff]|\[[A-Z]+(?:_[A-Z]+)?_\d+\]|[^\W\u3400-\u9fff]+(?:['’.-][^\W\u3400-\u9fff]+)*"
)
_SENTENCE: Final = re.compile(r"[^.!?。！？\n]+(?:[.!?。！？]+(?=\s|$|[\u3400-\u9fff])|[.!?。！？]+|\n|$)")


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence of an event, or its first words."""

    source: EventRef
    text: str
    date: str
    is_cut: bool


def candidates(answers: Iterable[Answered]) -> list[str]:
    """The customers of one reason whose words may be quoted: those with evidence, the surest first."""
    ordered = sorted((one for one in answers if one.evidence), key=lambda one: (-one.probability, one.customer))
    return [one.customer for one in ordered[:CANDIDATES]]


def piece_of(answer: Answered, history: CustomerHistory) -> Piece | None:
    """The longest sentence in own words of the evidence; None where there is none. `history` is masked."""
    pieces = [
        Piece(
            EventRef(customer=answer.customer, event=event.id),
            text,
            event.time.date().isoformat() if event.time else "",
            cut,
        )
        for event in history.events
        if event.id in answer.evidence and has_own_words(event)
        for text, cut in sentences(event.text or "")
    ]
    return max(pieces, key=lambda piece: len(piece.text), default=None)


def sentences(text: str, fewest: int = FEWEST_WORDS) -> list[tuple[str, bool]]:
    """The sentences of a text, word for word, each of `fewest` to MOST_WORDS words; True where it was cut.

    >>> sentences("Too slow. I waited three weeks for a kettle!")
    [('I waited three weeks for a kettle!', False)]
    """
    pieces = []
    for match in _SENTENCE.finditer(text):
        piece = match[0].strip()
        words = list(_WORD.finditer(piece))
        if len(words) < fewest:
            continue
        is_cut = len(words) > MOST_WORDS
        pieces.append((piece[: words[MOST_WORDS - 1].end()] if is_cut else piece, is_cut))
    return pieces


def first_words(text: str) -> tuple[str, bool]:
    """The first MOST_WORDS words of a text, word for word; True where it goes on."""
    words = list(_WORD.finditer(text))
    if len(words) <= MOST_WORDS:
        return text.strip(), False
    return text[: words[MOST_WORDS - 1].end()].strip(), True


def word_count(text: str) -> int:
    """Words of a text; a Chinese character is one."""
    return len(_WORD.findall(text))


def terms_of(text: str) -> list[str]:
    """The words of a text in small letters."""
    return [word.lower() for word in _WORD.findall(text)]
