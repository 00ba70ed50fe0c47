"""Quotes: pieces of what customers wrote, masked and word for word, one typical and one striking for each reason."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from fewsight.agents.reports.answered import Answered
from fewsight.agents.reports.customers import has_own_words
from fewsight.agents.reports.model import MOST_WORDS, EventRef, Quote
from fewsight.events import CustomerHistory

CANDIDATES: Final = 200
"""Most customers of a reason whose words are looked at: those of whom the model was surest."""

_FEWEST_WORDS: Final = 4
_WORD: Final = re.compile(
    r"[\u3400-\u9fff]|\[[A-Z]+(?:_[A-Z]+)?_\d+\]|[^\W\u3400-\u9fff]+(?:['’.-][^\W\u3400-\u9fff]+)*"
)
_SENTENCE: Final = re.compile(r"[^.!?。！？\n]+(?:[.!?。！？]+(?=\s|$|[\u3400-\u9fff])|[.!?。！？]+|\n|$)")
_VOCABULARY: Final = 5000


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


def sentences(text: str) -> list[tuple[str, bool]]:
    """The sentences of a text, word for word, each of at most MOST_WORDS words; True where it was cut.

    >>> sentences("Too slow. I waited three weeks for a kettle!")
    [('I waited three weeks for a kettle!', False)]
    """
    pieces = []
    for match in _SENTENCE.finditer(text):
        piece = match[0].strip()
        words = list(_WORD.finditer(piece))
        if len(words) < _FEWEST_WORDS:
            continue
        is_cut = len(words) > MOST_WORDS
        pieces.append((piece[: words[MOST_WORDS - 1].end()] if is_cut else piece, is_cut))
    return pieces


def word_count(text: str) -> int:
    """Words of a text; a Chinese character is one."""
    return len(_WORD.findall(text))


def choose(pieces: Mapping[str, Sequence[Piece]]) -> dict[str, tuple[Quote, ...]]:
    """By reason the typical and the striking piece; no customer and no text comes twice.

    Typical is what is nearest to the mean of its reason by TF-IDF. Striking is, of the half that is nearer to the mean
    than the rest, what is least like the typical one.
    """
    used: set[str] = set()
    chosen = {}
    for reason, of_reason in pieces.items():
        free = list(
            {piece.text: piece for piece in of_reason if not {piece.source.customer, piece.text} & used}.values()
        )
        quotes = _two(free)
        used |= {word for quote in quotes for word in (quote.source.customer, quote.text)}
        chosen[reason] = quotes
    return chosen


def _two(pieces: Sequence[Piece]) -> tuple[Quote, ...]:
    if len(pieces) < 2:
        return tuple(_quote(piece, "typical") for piece in pieces)
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(analyzer=_terms, max_features=_VOCABULARY, sublinear_tf=True)
    vectors = vectorizer.fit_transform([piece.text for piece in pieces]).toarray()
    nearness = vectors @ vectors.mean(axis=0)
    first = int(nearness.argmax())
    far = np.where(nearness >= np.median(nearness), vectors @ vectors[first], np.inf)
    far[first] = np.inf
    second = int(far.argmin()) if np.isfinite(far).any() else int(np.argsort(-nearness, kind="stable")[1])
    return _quote(pieces[first], "typical"), _quote(pieces[second], "striking")


def _terms(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _quote(piece: Piece, role: str) -> Quote:
    return Quote.model_validate(
        {"source": piece.source, "text": piece.text, "role": role, "date": piece.date, "is_cut": piece.is_cut}
    )
