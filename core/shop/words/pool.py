"""The phrasings and products of one split and language, sorted by what they are looked up by."""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from fewsight.shop.words.phrasings import Phrasing, SampleSplit, allowed, phrasings
from fewsight.shop.words.products import Product, Service, products, services
from fewsight.shop.words.template import Choice


class Pool:
    """What may be said and sold; every list holds phrasings of one split and language.

    `messages` is by intent and tone (nobody leaves in them, except by ending a subscription without a reason);
    `leaving` by churn reason; `complaints` by churn reason; `reviews` by tone; `traits` by trait and value; `small` by
    role; `foreign` by role and language.
    """

    def __init__(self, split: SampleSplit, language: Literal["en", "zh"]) -> None:
        self.messages: dict[str, dict[str, list[Phrasing]]] = defaultdict(lambda: defaultdict(list))
        self.leaving: dict[str, list[Phrasing]] = defaultdict(list)
        self.complaints: dict[str, list[Phrasing]] = defaultdict(list)
        self.reviews: dict[str, list[Phrasing]] = defaultdict(list)
        self.traits: dict[tuple[str, str], list[Phrasing]] = defaultdict(list)
        self.small: dict[str, list[Phrasing]] = defaultdict(list)
        self.foreign: dict[tuple[str, str | None], list[Phrasing]] = defaultdict(list)
        for phrasing in phrasings():
            if phrasing.language == language and allowed(phrasing.held_out, split):
                for _ in range(_weight(phrasing)):
                    self._add(phrasing)
        self.products = [p for p in products() if allowed(p.held_out, split)]
        self.by_category: dict[str, list[Product]] = defaultdict(list)
        for product in self.products:
            self.by_category[product.category].append(product)
        self.services: Sequence[Service] = [s for s in services() if allowed(s.held_out, split)]

    def _add(self, phrasing: Phrasing) -> None:
        if phrasing.role == "message":
            if phrasing.leaving:
                self.leaving[phrasing.reason or "unknown"].append(phrasing)
            elif phrasing.reason:
                self.complaints[phrasing.reason].append(phrasing)
            if not phrasing.leaving or (phrasing.intent == "cancel_subscription" and not phrasing.reason):
                self.messages[phrasing.intent or "other"][phrasing.tone].append(phrasing)
        elif phrasing.role == "review":
            self.reviews[phrasing.tone].append(phrasing)
        elif phrasing.traits and phrasing.role == "aside":
            for item in phrasing.traits.items():
                self.traits[item].append(phrasing)
        elif phrasing.foreign:
            self.foreign[phrasing.role, phrasing.foreign].append(phrasing)
        else:
            self.small[phrasing.role].append(phrasing)


def _weight(phrasing: Phrasing) -> int:
    """How often a phrasing is drawn: those with many alternatives more often, as they seldom say the same twice."""
    return min(1 + sum(isinstance(part, Choice) for part in phrasing.parts), 4)


@lru_cache(maxsize=6)
def pool(split: SampleSplit, language: Literal["en", "zh"]) -> Pool:
    """The pool of a split and language, made once."""
    return Pool(split, language)
