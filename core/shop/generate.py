"""Customers of a made-up shop, one after the other, each with everything that is true of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final, Literal, get_args

from fewsight.errors import ConfigError, did_you_mean
from fewsight.events import CustomerHistory, Scalar
from fewsight.shop.life.lapsing import live
from fewsight.shop.life.nature import Nature, draw_nature
from fewsight.shop.life.plots import draw_plot, draw_size
from fewsight.shop.life.story import Story
from fewsight.shop.truth.reading import read_truth
from fewsight.shop.truth.truth import Truth
from fewsight.shop.words.filler import Filler
from fewsight.shop.words.people import person
from fewsight.shop.words.phrasings import SampleLanguage, SampleSplit
from fewsight.shop.words.pool import Pool, pool
from fewsight.shop.words.voice import draw_voice
from fewsight.shop.words.writer import Writer

START: Final = datetime(2024, 1, 1, tzinfo=UTC)
"""The shop's first day: fixed, so that equal seeds give equal customers on every day."""

LIVED: Final = timedelta(days=720)
"""How long customers of `lapses` are followed."""


@dataclass(frozen=True, slots=True)
class Customer:
    """A history, and what is true of it at the moment up to which it is known."""

    history: CustomerHistory
    truth: Truth


def generate(
    customers: int,
    *,
    seed: int,
    split: SampleSplit = "train",
    language: SampleLanguage = "en",
    start: datetime = START,
    events: tuple[int, int] = (0, 16),
    silence: int = 0,
    first: int = 0,
    lapses: bool = False,
) -> Iterator[Customer]:
    """Yield customers `first` .. `first + customers - 1` of a shop.

    Customer i depends on the arguments but not on the customers before it, so any slice can be made again. `split`
    chooses the phrasings and products: those of 'held-out' never occur in 'train'. `events` are the fewest and most
    events of a history; with the default, 2 % have none and 20 % just one. Histories are known up to their newest
    event, or, with `silence`, for 0 to so many days more. Amounts are in minor units. With `lapses`, customers order
    for `LIVED` days unless they leave, which complaints make likelier (`fewsight.shop.life.lapsing`); `events` has no
    part in it.

    Raises:
        ConfigError: a number, `split`, `language` or `start` is out of range; all problems at once.
    """
    _check(customers, split, language, start, events, silence, first)
    return (
        _customer(i, seed, split, language, start, None if lapses else events, silence)
        for i in range(first, first + customers)
    )


def _check(
    customers: int, split: str, language: str, start: datetime, events: tuple[int, int], silence: int, first: int
) -> None:
    problems = []
    if customers < 0 or first < 0 or silence < 0:
        problems.append(f"customers={customers!r}, first={first!r} and silence={silence!r} must not be negative.")
    if split not in get_args(SampleSplit):
        problems.append(f"split={split!r} is unknown.{did_you_mean(split, get_args(SampleSplit))}")
    if language not in get_args(SampleLanguage):
        problems.append(f"language={language!r} is unknown.{did_you_mean(language, get_args(SampleLanguage))}")
    if start.tzinfo is None:
        problems.append(f"start={start!r} has no time zone; add tzinfo=UTC.")
    if not 0 <= events[0] <= events[1]:
        problems.append(f"events={events!r} must be (fewest, most) with 0 <= fewest <= most.")
    if problems:
        raise ConfigError("The sample shop can't open: " + " ".join(problems))


def _customer(
    i: int,
    seed: int,
    split: SampleSplit,
    language: SampleLanguage,
    start: datetime,
    events: tuple[int, int] | None,
    silence: int,
) -> Customer:
    rng = Random(f"{seed}/{split}/{language}/{i}")  # noqa: S311 - no secrets here
    tongue, pools = _tongues(rng, split, language)
    who = person(rng, tongue)
    nature = draw_nature(rng, who, tongue, start)
    filler = Filler(rng, who, pools[0].products, pools[0].services)
    customer_id = f"C{i:06}"
    story = Story(rng, customer_id, nature, Writer(rng, filler, draw_voice(rng)), pools)
    if events is None:
        live(story, start + LIVED)
    elif size := draw_size(rng, events):
        draw_plot(rng, size)(story, size)
    history = CustomerHistory(customer_id, tuple(story.events), {} if nature.bare else _profile(rng, nature))
    if silence and history.now:
        history = history.as_of(history.now + timedelta(days=rng.randint(0, silence)))
    return Customer(history, read_truth(history, story.said))


def _tongues(rng: Random, split: SampleSplit, language: SampleLanguage) -> tuple[Literal["en", "zh"], tuple[Pool, ...]]:
    english, chinese = pool(split, "en"), pool(split, "zh")
    if language == "en":
        return "en", (english,)
    if language == "zh":
        return "zh", (chinese,)
    return _mixture(rng, english, chinese)


def _mixture(rng: Random, english: Pool, chinese: Pool) -> tuple[Literal["en", "zh"], tuple[Pool, ...]]:
    chance = rng.random()
    if chance < 0.45:
        return "en", (english,)
    return ("zh", (chinese,)) if chance < 0.85 else ("zh", (english, chinese))


def _profile(rng: Random, nature: Nature) -> Mapping[str, Scalar]:
    who = nature.person
    return {
        "name": who.name,
        "email": who.email,
        "phone": who.phone,
        "city": who.city,
        "joined": nature.begin.date().isoformat(),
        "newsletter": rng.random() < 0.5,
    }
