"""Writes a customer's texts: the point, and what people put around it."""

from collections.abc import Sequence
from datetime import datetime
from random import Random
from typing import Final

from fewsight.shop.words.filler import Filler
from fewsight.shop.words.phrasings import Phrasing
from fewsight.shop.words.pool import Pool
from fewsight.shop.words.products import Product
from fewsight.shop.words.template import pick, render
from fewsight.shop.words.voice import Voice, typed

_EXTRA: Final = {"terse": 0.06, "normal": 0.4, "rambling": 0.85}
"""How likely a customer is to say each thing that is not the point."""


class Writer:
    """Writes in one customer's voice, in one or two languages."""

    def __init__(self, rng: Random, filler: Filler, voice: Voice) -> None:
        self.rng = rng
        self.filler = filler
        self.voice = voice

    def message(
        self, pool: Pool, core: Phrasing, asides: Sequence[Phrasing], product: Product, when: datetime
    ) -> tuple[str, tuple[Phrasing, ...]]:
        """A message whose point is `core`, with the asides, and the phrasings that it was made from."""
        phrasings = [core, *asides]
        small, extra = pool.small, _EXTRA[self.voice.length]
        if self._maybe(extra * 0.6):
            phrasings.insert(1, pick(self.rng, small["aside"]))
        if self._maybe(extra * 0.25):
            background = pick(self.rng, small["background"])
            if not background.unlike & _topics(core):
                phrasings.append(background)
        if self.voice.length == "rambling" and self._maybe(0.5):
            phrasings.insert(0, pick(self.rng, small["aside"]))
        if self._maybe(0.12):  # some come to the point last
            phrasings.append(phrasings.pop(phrasings.index(core)))
        foreign = pool.foreign.get(("aside", self.voice.tongue))
        if foreign and self._maybe(0.4):
            phrasings.append(pick(self.rng, foreign))
        if self._maybe(extra):
            phrasings.insert(0, self._small(pool, "opening"))
        if self._maybe(extra * 0.8):
            phrasings.append(self._small(pool, "closing"))
        return self._text(phrasings, core, product, when)

    def review(
        self, pool: Pool, said: Sequence[Phrasing], product: Product, when: datetime
    ) -> tuple[str, tuple[Phrasing, ...]]:
        """A review or survey answer that says all of `said`."""
        phrasings = list(said)
        if self._maybe(_EXTRA[self.voice.length] * 0.7):
            phrasings.insert(0, pick(self.rng, pool.small["review_opening"]))
        return self._text(phrasings, said[0], product, when)

    def words(self, pool: Pool, role: str, product: Product, when: datetime) -> tuple[str, tuple[Phrasing, ...]]:
        """A text that is not in the customer's voice: a campaign, a note, a search."""
        phrasing = pick(self.rng, pool.small[role])
        self.filler.at(product, when, phrasing.language)
        return render(phrasing.parts, self.filler, self.rng), (phrasing,)

    def _small(self, pool: Pool, role: str) -> Phrasing:
        return pick(self.rng, pool.foreign.get((role, self.voice.tongue)) or pool.small[role])

    def _text(
        self, phrasings: Sequence[Phrasing], core: Phrasing, product: Product, when: datetime
    ) -> tuple[str, tuple[Phrasing, ...]]:
        self.filler.at(product, when, core.language)
        sentences = [render(phrasing.parts, self.filler, self.rng) for phrasing in phrasings]
        text = typed(self._joined(sentences, core.language == "zh"), self.voice, core.tone, core.language, self.rng)
        return text, tuple(phrasings)

    def _joined(self, sentences: list[str], chinese: bool) -> str:
        if len(sentences) == 1:
            return sentences[0]
        gap = "" if chinese else " "
        stop = "，" if chinese else "." if self.voice.punctuation == "normal" else ""
        text = sentences[0]
        for sentence in sentences[1:]:
            text += (stop if text[-1].isalnum() else "") + gap + sentence
        return text

    def _maybe(self, chance: float) -> bool:
        return self.rng.random() < chance


def _topics(core: Phrasing) -> set[str]:
    return {core.intent or "", *core.aspects, *(["leaving"] if core.leaving else [])}
