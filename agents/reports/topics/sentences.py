"""What customers wrote, sentence by sentence, masked: of a sample of customers that bounds memory and time."""

import heapq
from dataclasses import dataclass
from typing import Final

from fewsight.agents.reports.model import EventRef
from fewsight.agents.reports.quotes.pieces import Piece, sentences
from fewsight.agents.reports.reading.answered import Answered
from fewsight.agents.reports.reading.customers import has_own_words
from fewsight.digest import digest
from fewsight.events import CustomerHistory
from fewsight.masking import Pseudonymizer

MOST_CUSTOMERS: Final = 2000
"""Customers whose sentences are looked at; of more, those with the lowest digests of their ids."""

MOST_OF_ONE: Final = 3
"""Sentences of one customer, the newest."""

FEWEST_WORDS: Final = 5
"""Words of a sentence that may speak of a topic: greetings and thanks have fewer."""


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence: what may be quoted of it, and the month of its event as (year, month)."""

    piece: Piece
    month: tuple[int, int] | None

    @property
    def customer(self) -> str:
        """Who said it."""
        return self.piece.source.customer


class Sentences:
    """Takes sentences while a table is read."""

    def __init__(self, mask: Pseudonymizer) -> None:
        self._mask = mask
        self._kept: list[tuple[int, str, tuple[Said, ...]]] = []
        self.writers = 0

    def visit(self, answer: Answered, history: CustomerHistory) -> None:
        """Take the newest sentences of one customer, where the sample holds them."""
        if not any(has_own_words(event) for event in history.events):
            return
        self.writers += 1
        rank = -int(digest(answer.customer)[:12], 16)
        if len(self._kept) >= MOST_CUSTOMERS and rank <= self._kept[0][0]:
            return
        entry = (rank, answer.customer, self._of(answer, history))
        if len(self._kept) >= MOST_CUSTOMERS:
            heapq.heapreplace(self._kept, entry)
        else:
            heapq.heappush(self._kept, entry)

    def all(self) -> list[Said]:
        """The sentences, in the order of customers."""
        return [said for _, _, several in sorted(self._kept, key=lambda one: one[1]) for said in several]

    def _of(self, answer: Answered, history: CustomerHistory) -> tuple[Said, ...]:
        several = [
            Said(
                Piece(
                    EventRef(customer=answer.customer, event=event.id),
                    text,
                    event.time.date().isoformat() if event.time else "",
                    is_cut,
                ),
                (event.time.year, event.time.month) if event.time else None,
            )
            for event in self._mask.mask(history).history.events
            if has_own_words(event)
            for text, is_cut in sentences(event.text or "", FEWEST_WORDS)
        ]
        return tuple(several[-MOST_OF_ONE:])
