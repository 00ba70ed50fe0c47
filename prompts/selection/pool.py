"""The shots that may be chosen from, and which of them a given customer must not see."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fewsight.events import CustomerHistory
from fewsight.prompts.spelling import text_of
from fewsight.prompts.task import Shot, known_customer


@dataclass
class Exclusions:
    """What was kept out, counted over all selections so far.

    `later`: shots of the pool with an event, or an answer, after `as_of` (never shown to anybody). `same_customer`:
    histories whose own shots were kept out. `same_text`: histories whose exact text was kept out because nobody knows
    whose shot it was. `repeated_text`: histories whose exact text is also a shot of another customer, which may be
    shown.
    """

    later: int = 0
    same_customer: int = 0
    same_text: int = 0
    repeated_text: int = 0


class Pool:
    """Shots in the order of their ids, without those that come after `as_of`.

    Args:
        shots: of one language, usually; ids must differ.
        as_of: nothing later (aware) may be shown; None where there is no such moment.
    """

    def __init__(self, shots: Sequence[Shot], as_of: datetime | None) -> None:
        allowed = [shot for shot in shots if not _is_later(shot.history, as_of)]
        self.shots = tuple(sorted(allowed, key=lambda shot: shot.id))
        self.exclusions = Exclusions(later=len(shots) - len(allowed))
        self._by_customer: dict[str, set[int]] = defaultdict(set)
        self._by_text: dict[str, set[int]] = defaultdict(set)
        for index, shot in enumerate(self.shots):
            if customer := known_customer(shot.history):
                self._by_customer[customer].add(index)
            if text := text_of(shot.history):
                self._by_text[text].add(index)

    def barred(self, history: CustomerHistory) -> frozenset[int]:
        """Indices of shots that this customer must not see: their own, and texts like theirs of nobody known."""
        own = self._by_customer.get(history.customer_id, set())
        alike = self._by_text.get(text_of(history), set()) - own
        unknown = {i for i in alike if known_customer(self.shots[i].history) is None}
        self.exclusions.same_customer += bool(own)
        self.exclusions.same_text += bool(unknown)
        self.exclusions.repeated_text += bool(alike - unknown)
        return frozenset(own | unknown)

    def ranked(self, seed: int) -> list[int]:
        """All indices in an order that depends on seed and shot ids alone, so a growing pool keeps most of it."""
        return sorted(range(len(self.shots)), key=lambda index: seeded(seed, self.shots[index].id))


def seeded(seed: int, word: str) -> bytes:
    """A key that sorts words at random, equally on every machine."""
    return hashlib.blake2b(f"{seed}\0{word}".encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _is_later(history: CustomerHistory, as_of: datetime | None) -> bool:
    return as_of is not None and history.now is not None and history.now > as_of
