"""What customers may say: hand-written phrasings with the labels that they carry, from the *.toml files beside this."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, Literal

from fewsight.shop.words.template import Parts, parse

SampleSplit = Literal["train", "held-out", "all"]
"""Which phrasings and products may occur: the two parts share none."""

SampleLanguage = Literal["en", "zh", "mixed"]
"""`mixed`: some customers write English, some Chinese, some both."""

Tone = Literal["positive", "negative", "neutral", "mixed"]

PHRASING_FILES: Final = (
    "en_intent_orders",
    "en_intent_products",
    "en_intent_money",
    "en_intent_account",
    "en_aspects",
    "en_churn",
    "en_traits",
    "en_smalltalk",
    "en_long",
    "en_patterns",
    "en_more_orders",
    "en_more_products",
    "en_more_account",
    "en_more_reviews",
    "en_more_churn",
    "zh_intent",
    "zh_review",
)


@dataclass(frozen=True, slots=True, eq=False)
class Phrasing:
    """One way to say something.

    `role` is what it is used for: message, review, aside, background, opening, closing, review_opening, note, campaign,
    search. `tone` is the feeling it shows. `reason` is a churn reason that it gives or complains of; `leaving` says
    that the words themselves announce the end. `traits` are told outright (basis fact) or hinted at (inferred).
    `categories` are the product categories that it fits (any, if empty).
    `foreign` names the language of words that slip into English; `unlike` names the intents and aspects that it would
    contradict. `labelled` phrasings carry any label at all.
    """

    id: str
    language: Literal["en", "zh"]
    held_out: bool
    role: str
    source: str
    parts: Parts
    tone: Tone
    intent: str | None
    aspects: Mapping[str, str]
    reason: str | None
    leaving: bool
    traits: Mapping[str, str]
    basis: str
    categories: tuple[str, ...]
    foreign: str | None
    unlike: frozenset[str]
    labelled: bool


@lru_cache(maxsize=1)
def phrasings() -> tuple[Phrasing, ...]:
    """All phrasings, in the order of the files."""
    found: list[Phrasing] = []
    for name in PHRASING_FILES:
        text = files("fewsight.shop.words").joinpath(f"{name}.toml").read_text(encoding="utf-8")
        for number, group in enumerate(tomllib.loads(text)["group"], 1):
            for part in ("train", "held_out"):
                for i, item in enumerate(group[part], 1):
                    own = {"text": item} if isinstance(item, str) else item
                    found.append(_phrasing({**group, **own}, f"{name}.{number}.{part}.{i}"))
    return tuple(found)


def by_id(phrasing_id: str) -> Phrasing:
    """The phrasing with an id, such as `en_churn.3.train.1` (file, group, part, position)."""
    return _index()[phrasing_id]


@lru_cache(maxsize=1)
def _index() -> dict[str, Phrasing]:
    return {phrasing.id: phrasing for phrasing in phrasings()}


def _phrasing(group: dict[str, Any], phrasing_id: str) -> Phrasing:
    source = group["text"]
    aspects, reason = group.get("aspects", {}), group.get("reason")
    # Who complains about prices is sensitive to them, as the persona task says.
    hint = {"price_sensitivity": "high"} if reason == "price/too_expensive" else {}
    return Phrasing(
        id=phrasing_id,
        language="zh" if phrasing_id.startswith("zh") else "en",
        held_out=".held_out." in phrasing_id,
        role=group["role"],
        source=source,
        parts=parse(source),
        tone=group.get("sentiment") or _tone(set(aspects.values())),
        intent=group.get("intent"),
        aspects=aspects,
        reason=reason,
        leaving=group.get("leaving", False),
        traits=group.get("traits", hint),
        basis=group.get("basis", "inferred" if hint else "fact"),
        categories=tuple(group.get("categories", ())),
        foreign=group.get("foreign"),
        unlike=frozenset(group.get("unlike", ())),
        labelled=any(key in group for key in ("intent", "sentiment", "aspects", "reason", "leaving", "traits")),
    )


def _tone(polarities: set[str]) -> Tone:
    if not polarities:
        return "neutral"
    if polarities == {"positive"}:
        return "positive"
    return "negative" if polarities == {"negative"} else "mixed"


def allowed(held_out: bool, split: SampleSplit) -> bool:
    """Whether a part of the vocabulary may be shown by a split.

    >>> allowed(True, "train"), allowed(True, "held-out"), allowed(False, "all")
    (False, True, True)
    """
    return split == "all" or held_out == (split == "held-out")
