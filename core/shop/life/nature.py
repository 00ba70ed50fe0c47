"""What a customer is like before anything happens: it makes some events likelier, and is never the truth itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final, Literal

from fewsight.shop.words.people import Person
from fewsight.shop.words.products import CATEGORY_NAMES, Product
from fewsight.shop.words.template import pick

TRAIT_VALUES: Final = {
    "household": ("single", "couple", "family_with_children", "shared_or_other"),
    "price_sensitivity": ("low", "medium", "high"),
    "shopping_style": ("planner", "impulse", "bargain_hunter", "loyal_repeat", "gift_buyer"),
    "main_interest": tuple(CATEGORY_NAMES),
    "channel_preference": ("web", "app", "store", "phone"),
}
"""Persona traits that a customer may tell about, with their values."""

_MOODS: Final = {
    "happy": ("positive", "positive", "positive", "neutral"),
    "angry": ("negative", "negative", "negative", "neutral"),
    "torn": ("positive", "negative", "mixed"),
    "flat": ("neutral",),
    "good_with_a_but": ("positive", "positive", "positive", "mixed"),
}
_COUPONS: Final = {"high": 0.9, "medium": 0.4, "low": 0.0}


@dataclass(slots=True)
class Nature:
    """Leanings of one customer. `told` are the traits that they will speak of; one in eight of those is not so.

    `pace` is the usual number of days between two happenings, `focus` the share of purchases that follow the interest,
    `bare` says that the history is a single text without a profile.
    """

    person: Person
    language: Literal["en", "zh"]
    begin: datetime
    interest: str
    style: str
    channel: str
    mood: str
    pace: float
    focus: float
    coupons: float
    gifts: float
    express: float
    told: tuple[tuple[str, str], ...]
    bare: bool = False
    favourite: Product | None = None

    def tone(self, rng: Random) -> str:
        """The tone of the next thing that the customer says."""
        return pick(rng, _MOODS[self.mood])


def draw_nature(rng: Random, person: Person, language: Literal["en", "zh"], start: datetime) -> Nature:
    """Draw a customer's leanings."""
    own = {trait: pick(rng, values) for trait, values in TRAIT_VALUES.items()}
    told = [
        (trait, value if rng.random() < 0.88 else pick(rng, TRAIT_VALUES[trait]))
        for trait, value in own.items()
        if rng.random() < (0.45 if trait == "household" else 0.25)
    ]
    style, price = own["shopping_style"], own["price_sensitivity"]
    return Nature(
        person=person,
        language=language,
        begin=start + timedelta(minutes=int(rng.random() * 500 * 24 * 60)),
        interest=own["main_interest"],
        style=style,
        channel=own["channel_preference"],
        mood=pick(rng, tuple(_MOODS)),
        pace=pick(rng, (3.0, 8.0, 14.0, 24.0)),
        focus=pick(rng, (0.3, 0.9, 0.9)),
        coupons=0.95 if style == "bargain_hunter" else _COUPONS[price],
        gifts=0.9 if style == "gift_buyer" else 0.05,
        express=0.85 if price == "low" else 0.1,
        told=tuple(told),
    )
