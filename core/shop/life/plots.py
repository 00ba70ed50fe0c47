"""How a customer's history goes: stays, leaves with or without a word, comes back, or is hardly known."""

from collections.abc import Callable
from random import Random
from typing import Final

from fewsight.shop.life.scenes import be_addressed, complain, everyday, final_message, purchase, rate
from fewsight.shop.life.story import Story
from fewsight.shop.words.template import pick


def stay(story: Story, size: int) -> None:
    """Nothing special; most end with a message."""
    everyday(story, size - 1)
    story.limit = size
    if story.rng.random() < 0.85:
        final_message(story)
    everyday(story, size)


def leave_with_words(story: Story, size: int) -> None:
    """Say why; sometimes complain before, cancel, or write about something else after."""
    rng = story.rng
    pool = story.pool()
    reason = pick(rng, tuple(reason for reason in pool.leaving if reason != "unknown"))
    everyday(story, max(0, size - 1 - int(rng.random() * 3)))
    story.limit = size
    if size - len(story.events) >= 2 and rng.random() < 0.5:
        complain(story, pool, reason)
        story.wait(5)
    story.write(pool, pick(rng, pool.leaving[reason]))
    story.wait(10)
    if rng.random() < 0.4:
        story.happen("cancellation", cancels=pick(rng, ("account", "membership", "newsletter")))
        story.wait(8)
    while not story.full:
        if rng.random() < 0.5:
            settle(story)
        else:
            be_addressed(story)
        story.wait(12)


def settle(story: Story) -> None:
    """Write about what is left to settle after the farewell, without a word on leaving."""
    pool = story.pool()
    intents = ("billing_question", "return_or_refund", "order_status", "update_details", "account_access", "other")
    story.write(pool, pick(story.rng, pool.messages[pick(story.rng, intents)]["neutral"]))


def slow_down(story: Story, size: int) -> None:
    """Buy often, then hardly at all."""
    story.nature.pace = 4.0
    everyday(story, size - 1 - int(story.rng.random() * 3) if size > 6 else size - 1)
    story.wait(90)
    story.limit = size
    while not story.full:
        final_message(story)
        story.wait(6)


def fade(story: Story, size: int) -> None:
    """Complain, then go quiet: nothing but the shop's own letters for half a year and more."""
    rng, pool = story.rng, story.pool()
    everyday(story, max(0, size - 3))
    story.limit = size
    if size >= 3:
        purchase_only(story)
    if rng.random() < 0.75:
        complain(story, pool, pick(rng, tuple(pool.complaints)))
    _silence(story)


def vanish(story: Story, size: int) -> None:
    """Go without a word that says why."""
    rng = story.rng
    everyday(story, max(0, size - 2))
    story.limit = size
    if rng.random() < 0.5:
        pool = story.pool()
        story.write(pool, pick(rng, pool.leaving["unknown"]))
    elif rng.random() < 0.5:
        story.happen("cancellation", cancels=pick(rng, ("account", "membership")))
    _silence(story)


def threaten_and_return(story: Story, size: int) -> None:
    """Announce the end, and order again."""
    pool = story.pool()
    everyday(story, max(0, size - 4))
    story.limit = size
    story.write(pool, pick(story.rng, [p for known in pool.leaving.values() for p in known]))
    story.wait(20)
    story.choose_product()
    story.order()
    story.wait(10)
    if story.rng.random() < 0.7:
        rate(story)
    while not story.full:
        purchase(story)
        story.wait(15)


def single_text(story: Story, size: int) -> None:
    """One message or review and nothing else, as in a table of texts."""
    rng = story.rng
    story.limit = size
    story.nature.bare = rng.random() < 0.6
    if rng.random() < 0.3:
        story.review()
    elif rng.random() < 0.25:
        pool = story.pool()
        story.write(pool, pick(rng, pool.leaving[pick(rng, tuple(pool.leaving))]))
    else:
        final_message(story)
    everyday(story, size)


def purchase_only(story: Story) -> None:
    """Order something, with nothing around it."""
    story.choose_product()
    story.order()
    story.wait(4)


def _silence(story: Story) -> None:
    story.wait(380)
    while not story.full:
        be_addressed(story)
        story.wait(30)


Plot = Callable[[Story, int], None]
_PLOTS: Final[tuple[Plot, ...]] = (
    *(stay,) * 13,
    *(leave_with_words,) * 7,
    *(slow_down,) * 2,
    *(fade,) * 3,
    *(vanish,) * 2,
    threaten_and_return,
)


def draw_size(rng: Random, events: tuple[int, int]) -> int:
    """How many events a history has: uniform, but for 2 % without any and 20 % with one where the range allows it."""
    low, high = events
    chance = rng.random()
    if low == 0 and chance < 0.02:
        return 0
    if low <= 1 <= high and chance < 0.22:
        return 1
    low = min(max(low, 2), high)
    return low + int(rng.random() * (high - low + 1))


def draw_plot(rng: Random, size: int) -> Plot:
    """Which plot a history of this size follows."""
    if size == 1:
        return single_text
    return pick(rng, _PLOTS)
