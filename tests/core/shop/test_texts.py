from datetime import UTC, datetime
from random import Random

from fewsight.shop.words.filler import SLOT_NAMES, Filler
from fewsight.shop.words.people import person
from fewsight.shop.words.phrasings import phrasings
from fewsight.shop.words.products import products, services
from fewsight.shop.words.template import pick, render
from fewsight.shop.words.voice import Voice, draw_voice, misspelled, typed

PLAIN = Voice("normal", "normal", 0.0, False, False, 0.0, "normal", None)


def test_every_phrasing_can_be_filled_in() -> None:
    rng = Random(1)
    for phrasing in phrasings():
        filler = Filler(rng, person(rng, phrasing.language), products(), services())
        filler.at(pick(rng, products()), datetime(2024, 6, 1, tzinfo=UTC), phrasing.language)
        text = render(phrasing.parts, filler, rng)
        assert not set("{}[]|") & set(text), phrasing.id


def test_every_slot_has_words_in_both_languages() -> None:
    rng = Random(1)
    filler = Filler(rng, person(rng, "en"), products(), services())
    for language in ("en", "zh"):
        filler.at(products()[0], datetime(2024, 6, 1, tzinfo=UTC), "zh" if language == "zh" else "en")
        assert all(filler.fill(name) for name in SLOT_NAMES)


def test_a_slip_changes_one_word_a_little() -> None:
    rng = Random(2)
    slips = {misspelled("parcel", rng) for _ in range(200)}
    assert len(slips) > 10
    assert all(4 < len(slip) < 8 and slip[0] == "p" for slip in slips)


def test_a_plain_voice_changes_nothing() -> None:
    text = "Where is PM-123456? Write to a.b@example.com."
    assert typed(text, PLAIN, "neutral", "en", Random(1)) == text


def test_identifiers_survive_every_voice() -> None:
    text = "please send order PM-123456 to someone@example.com or +44 7700 900123 because people wait"
    for seed in range(400):
        rng = Random(seed)
        heard = typed(text, draw_voice(rng), "negative", "en", rng).lower()
        assert "pm-123456" in heard
        assert "someone@example.com" in heard
        assert "+44 7700 900123" in heard


def test_voices_vary() -> None:
    voices = [draw_voice(Random(seed)) for seed in range(400)]
    assert {voice.case for voice in voices} == {"normal", "lower", "start_lower", "upper"}
    assert {voice.punctuation for voice in voices} == {"normal", "none", "loud", "dots"}
    assert 0.1 < sum(voice.typos > 0 for voice in voices) / 400 < 0.7
    assert sum(voice.tongue is not None for voice in voices) > 10
