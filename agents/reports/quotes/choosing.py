"""Quotes: one typical and one striking piece for each reason, segment or topic."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from fewsight.agents.reports.model import Quote
from fewsight.agents.reports.quotes.pieces import Piece, piece_of, terms_of
from fewsight.agents.reports.reading.answered import Answered
from fewsight.errors import InputError
from fewsight.events import CustomerHistory
from fewsight.masking import Pseudonymizer, detectors

_VOCABULARY: Final = 5000


class Collector:
    """Takes the pieces that may be quoted while a table is read; `quotable` are customers by what they are quoted for.

    A customer may stand for several things, and is quoted for one at most.
    """

    def __init__(self, quotable: Mapping[str, Sequence[str]], mask: Pseudonymizer) -> None:
        self._quotable, self._mask = quotable, mask
        self._wanted = {customer for names in quotable.values() for customer in names}
        self._pieces: dict[str, Piece] = {}

    def visit(self, answer: Answered, history: CustomerHistory) -> None:
        """Take the piece of one customer."""
        if answer.customer in self._wanted:
            piece = piece_of(answer, self._mask.mask(history).history)
            if piece is not None:
                self._pieces[answer.customer] = piece

    def quotes(self) -> dict[str, tuple[Quote, ...]]:
        """The chosen quotes by what they are quoted for."""
        kept: dict[str, list[Piece]] = defaultdict(list)
        for name, customers in self._quotable.items():
            kept[name] = [self._pieces[customer] for customer in customers if customer in self._pieces]
        return choose(kept)


def masker(run: Path) -> Pseudonymizer:
    """What masked the run's histories; quotes are masked also where the run was not.

    Raises:
        InputError: `run.json` can't be read.
    """
    path = run / "run.json"
    try:
        frozen: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except (OSError, ValueError) as error:
        raise InputError(f"{str(path)!r} can't be read: {error}.") from error
    return Pseudonymizer(detectors=detectors(presidio=bool(frozen.get("presidio", False))))


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

    vectorizer = TfidfVectorizer(analyzer=terms_of, max_features=_VOCABULARY, sublinear_tf=True)
    vectors = vectorizer.fit_transform([piece.text for piece in pieces]).toarray()
    nearness = vectors @ vectors.mean(axis=0)
    first = int(nearness.argmax())
    far = np.where(nearness >= np.median(nearness), vectors @ vectors[first], np.inf)
    far[first] = np.inf
    second = int(far.argmin()) if np.isfinite(far).any() else int(np.argsort(-nearness, kind="stable")[1])
    return _quote(pieces[first], "typical"), _quote(pieces[second], "striking")


def _quote(piece: Piece, role: str) -> Quote:
    return Quote.model_validate(
        {"source": piece.source, "text": piece.text, "role": role, "date": piece.date, "is_cut": piece.is_cut}
    )
