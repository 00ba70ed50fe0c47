"""Customers who order at a rhythm of their own until they leave, which complaints and bad luck make likelier.

A world for predictions in which text and behaviour both matter, and neither tells all. After each order a customer
leaves for good with the probability `BASE`, multiplied by what happened since the one before:

- a complaint in words: `COMPLAINT`; questions and praise, as many and by the same channels, change nothing;
- goods sent back: `RETURN`;
- a customer without coupons, who pays full prices: `FULL_PRICE`.

Nothing that is said announces the end. Who has left is still written to by the shop.
"""

from datetime import datetime
from typing import Final

from fewsight.shop.life.scenes import TONES_OF_MOOD, be_addressed, complain, send_back
from fewsight.shop.life.story import Story
from fewsight.shop.words.template import pick

BASE: Final = 0.04
COMPLAINT: Final = 8.0
RETURN: Final = 3.0
FULL_PRICE: Final = 1.5
MOST: Final = 0.9
"""The highest probability to leave after an order."""

_WRITES: Final = 0.4
_COMPLAINS: Final = 0.4
"""How often a customer writes after an order, and how often that is a complaint."""
_RETURNS: Final = 0.12
_MOST_EVENTS: Final = 400


def live(story: Story, until: datetime) -> None:
    """Let a customer order until they leave, or up to a moment (aware)."""
    rng, nature = story.rng, story.nature
    story.limit = _MOST_EVENTS
    gap = nature.pace + 6
    while story.now < until:
        hazard = BASE * (FULL_PRICE if nature.coupons == 0 else 1.0)
        story.choose_product()
        number = story.order()
        story.wait(3)
        if rng.random() < _RETURNS:
            send_back(story, number)
            hazard *= RETURN
        if rng.random() < _WRITES and _write(story):
            hazard *= COMPLAINT
        if rng.random() < 0.15:
            be_addressed(story)
        if rng.random() < min(hazard, MOST):
            break
        story.wait(gap)
    while story.now < until:
        story.wait(45)
        be_addressed(story)
    story.events = [event for event in story.events if event.time is not None and event.time <= until]


def _write(story: Story) -> bool:
    """Write to the shop; whether it is a complaint."""
    rng, pool = story.rng, story.pool()
    story.wait(2)
    if rng.random() < _COMPLAINS:
        complain(story, pool, pick(rng, tuple(pool.complaints)))
        return True
    intent = pick(rng, [name for name in pool.messages if name != "cancel_subscription"])
    tones = [tone for tone in TONES_OF_MOOD["good_with_a_but"] if pool.messages[intent].get(tone)]
    if tones:
        story.write(pool, pick(rng, pool.messages[intent][pick(rng, tones)]))
    return False
