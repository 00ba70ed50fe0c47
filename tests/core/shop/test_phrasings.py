import re
from collections import Counter
from typing import Final, get_args

import pytest

from fewsight.prompts.tasks.churn_reason.model import Output as ChurnReason
from fewsight.prompts.tasks.intent.model import Intent
from fewsight.shop.life.nature import TRAIT_VALUES
from fewsight.shop.truth.reading import ASPECTS
from fewsight.shop.words.filler import SLOT_NAMES
from fewsight.shop.words.phrasings import Phrasing, by_id, phrasings
from fewsight.shop.words.products import products, services
from fewsight.shop.words.template import literals, parse, slots_of

ROLES: Final = frozenset(
    "message review aside background opening closing review_opening note campaign search".split()  # noqa: SIM905
)
REASONS: Final = tuple(r for r in get_args(ChurnReason.model_fields["reason"].annotation) if "/" in r)


def english() -> list[Phrasing]:
    return [p for p in phrasings() if p.language == "en"]


def test_there_are_many_of_them() -> None:
    counts = Counter(p.language for p in phrasings())
    assert counts["en"] >= 900
    assert counts["zh"] >= 350
    held_out = sum(p.held_out for p in phrasings()) / len(phrasings())
    assert 0.2 <= held_out <= 0.32


def test_nothing_is_said_twice() -> None:
    points = [p for p in phrasings() if p.role in ("message", "review", "aside", "background")]
    sources = Counter(re.sub(r"[\s.,!?]", "", p.source).lower() for p in points)
    assert [source for source, count in sources.items() if count > 1] == []


def test_roles_slots_and_labels_are_known() -> None:
    for p in phrasings():
        assert p.role in ROLES, p.id
        assert slots_of(p.parts) <= SLOT_NAMES, p.id
        assert p.intent is None or p.intent in get_args(Intent), p.id
        assert p.reason is None or p.reason in REASONS, p.id
        assert set(p.aspects) <= set(ASPECTS), p.id
        assert set(p.aspects.values()) <= {"positive", "negative", "mixed"}, p.id
        assert all(value in TRAIT_VALUES[trait] for trait, value in p.traits.items()), p.id
        assert (p.role == "message") == (p.intent is not None), p.id
        assert "[" not in "".join(literals(p.parts)), p.id


@pytest.mark.parametrize("held_out", [False, True])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_label_can_be_said_in_each_part(language: str, held_out: bool) -> None:
    part = [p for p in phrasings() if p.language == language and p.held_out == held_out]
    assert {p.intent for p in part} >= set(get_args(Intent))
    assert {p.reason for p in part if p.leaving} >= set(REASONS)
    polarities = {(aspect, polarity) for p in part for aspect, polarity in p.aspects.items()}
    assert polarities >= {(aspect, polarity) for aspect in ASPECTS for polarity in ("positive", "negative")}
    told = {(trait, value) for p in part for trait, value in p.traits.items() if p.basis == "fact"}
    for trait in ("household", "price_sensitivity", "shopping_style", "channel_preference"):
        assert told >= {(trait, value) for value in TRAIT_VALUES[trait]}


def test_english_has_depth() -> None:
    intents = Counter(p.intent for p in english() if p.intent)
    assert min(intents.values()) >= 16
    aspects = Counter((a, v) for p in english() for a, v in p.aspects.items() if v != "mixed")
    assert min(aspects.values()) >= 5
    reasons = Counter(p.reason for p in english() if p.leaving and p.reason)
    assert min(reasons[reason] for reason in REASONS) >= 4
    traits = Counter((t, v) for p in english() for t, v in p.traits.items())
    assert min(traits[trait, value] for trait, values in TRAIT_VALUES.items() for value in values) >= 3


def test_held_out_words_differ_and_not_only_the_slots() -> None:
    def words(p: Phrasing) -> frozenset[str]:
        return frozenset(re.findall(r"\w+", re.sub(r"\{\w+\}", " ", p.source.lower())))

    shown = [words(p) for p in english() if not p.held_out and len(words(p)) >= 5]
    for p in english():
        own = words(p)
        if p.held_out and len(own) >= 5:
            closest = max(len(own & other) / len(own | other) for other in shown)
            assert closest < 0.6, (p.id, p.source, closest)


def test_products() -> None:
    assert len(products()) >= 120
    names = [p.name for p in products()] + [s.name for s in services()]
    assert len(names) == len(set(names))
    chinese = [p.zh for p in products()]
    assert len(chinese) == len(set(chinese))
    assert 0.2 <= sum(p.held_out for p in products()) / len(products()) <= 0.3
    assert {p.category for p in products()} == set(TRAIT_VALUES["main_interest"])


def test_an_id_finds_its_phrasing() -> None:
    first = phrasings()[0]
    assert by_id(first.id) is first
    assert first.parts == parse(first.source)
