import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from fewsight.digest import digest
from fewsight.errors import ConfigError
from fewsight.events import EVENT_KINDS
from fewsight.shop import Customer, SampleLanguage, SampleSplit, generate
from fewsight.shop.words.phrasings import by_id
from fewsight.shop.words.products import products, services

DIGEST = """
from fewsight.digest import digest
from fewsight.shop import generate
print(digest([repr(customer) for customer in generate(60, seed=3, language="mixed", split="all")]))
"""


def sample(count: int = 300, split: SampleSplit = "train", language: SampleLanguage = "en") -> list[Customer]:
    return list(generate(count, seed=1, split=split, language=language))


@pytest.mark.parametrize("hash_seed", ["0", "123"])
def test_every_process_gets_the_same_customers(hash_seed: str) -> None:
    here = digest([repr(customer) for customer in generate(60, seed=3, language="mixed", split="all")])
    ran = subprocess.run(
        [sys.executable, "-c", DIGEST],
        env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == here


def test_any_slice_can_be_made_again() -> None:
    assert list(generate(5, seed=9, first=20)) == list(generate(25, seed=9))[20:]


def test_another_seed_gives_other_customers() -> None:
    one, other = next(generate(1, seed=1)), next(generate(1, seed=2))
    assert one.history.events != other.history.events


def test_customers_are_streamed() -> None:
    assert next(generate(10**9, seed=1)).history.customer_id == "C000000"


@pytest.mark.parametrize(("fewest", "most"), [(0, 0), (1, 1), (2, 3), (10, 10), (12, 20)])
def test_histories_have_as_many_events_as_asked(fewest: int, most: int) -> None:
    sizes = {len(c.history.events) for c in generate(150, seed=4, events=(fewest, most))}
    assert min(sizes) >= fewest
    assert max(sizes) <= most
    assert len(sizes) == most - fewest + 1


def test_sizes_vary_by_default() -> None:
    sizes = [len(c.history.events) for c in sample(800)]
    assert 0 < sizes.count(0) < 40
    assert 100 < sizes.count(1) < 250
    assert max(sizes) == 16


@pytest.mark.parametrize("language", get_args(SampleLanguage))
def test_events_are_well_formed(language: SampleLanguage) -> None:
    kinds = set()
    for customer in sample(200, "all", language):
        events = customer.history.events
        times = [event.time for event in events if event.time]
        assert len(times) == len(events)
        assert times == sorted(set(times))
        assert all(time.tzinfo is UTC for time in times)
        assert len({event.id for event in events}) == len(events)
        kinds |= {event.kind for event in events}
        for event in events:
            assert event.kind in EVENT_KINDS
            assert event.text is None or event.text.strip()
            assert (event.amount is None) == (event.currency is None)
            assert event.kind != "refund" or (event.amount is not None and event.amount < 0)
    assert kinds >= {"order", "refund", "return", "review", "message", "campaign", "coupon", "cancellation"}


def test_start_moves_everything() -> None:
    begin = datetime(2020, 5, 1, tzinfo=UTC)
    moved = next(generate(1, seed=1, start=begin))
    plain = next(generate(1, seed=1))
    shift = datetime(2024, 1, 1, tzinfo=UTC) - begin
    for late, early in zip(plain.history.events, moved.history.events, strict=True):
        assert late.time is not None
        assert early.time is not None
        assert late.time - early.time == shift
    assert shift > timedelta(0)


@pytest.mark.parametrize("language", get_args(SampleLanguage))
def test_splits_share_neither_phrasings_nor_products(language: SampleLanguage) -> None:
    shown: dict[str, set[str]] = {}
    sold: dict[str, set[str]] = {}
    for split in ("train", "held-out"):
        customers = sample(300, split, language)
        shown[split] = {name for c in customers for names in c.truth.phrasings.values() for name in names}
        sold[split] = {event.product for c in customers for event in c.history.events if event.product}
        assert {by_id(name).held_out for name in shown[split]} == {split == "held-out"}
    assert not sold["train"] & sold["held-out"]
    held = [p.zh if language == "zh" else p.name for p in products() if p.held_out]
    held += [s.zh if language == "zh" else s.name for s in services() if s.held_out]
    texts = [event.text.lower() for c in sample(300, "train", language) for event in c.history.events if event.text]
    assert not [name for name in held if any(name in text for text in texts)]


def test_all_shows_both_parts() -> None:
    ids = {name for c in sample(100, "all") for names in c.truth.phrasings.values() for name in names}
    assert {by_id(name).held_out for name in ids} == {True, False}


def test_identifiers_are_fictional_and_occur_in_texts() -> None:
    customers = sample(400, "all", "mixed")
    emails = [str(c.history.profile["email"]) for c in customers if c.history.profile]
    assert all(email.rsplit("@", 1)[1] in {"example.com", "example.org", "example.net"} for email in emails)
    texts = "\n".join(event.text or "" for c in customers for event in c.history.events).lower()
    assert sum(email in texts for email in emails) > 20
    assert "pm-" in texts


def test_languages() -> None:
    def chinese(customer: Customer) -> bool:
        text = "".join(event.text or "" for event in customer.history.events)
        return any("\u4e00" <= character <= "\u9fff" for character in text)

    shares = {lang: sum(map(chinese, sample(200, "train", lang))) / 200 for lang in get_args(SampleLanguage)}
    assert shares["en"] < 0.15  # Chinese names under English messages
    assert shares["zh"] > 0.8
    assert 0.3 < shares["mixed"] < 0.8


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(ConfigError, match=r"customers=-1.*split='trian'.*Did you mean 'train'.*events=\(3, 2\)"):
        generate(-1, seed=1, split="trian", events=(3, 2))  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="time zone"):
        generate(1, seed=1, start=datetime(2024, 1, 1))


def test_a_customer_is_plain_data() -> None:
    assert asdict(next(generate(1, seed=1)).truth)["phrasings"] is not None
