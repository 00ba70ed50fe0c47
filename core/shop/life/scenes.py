"""What happens in a customer's everyday life: small scenes of one to six events."""

from collections.abc import Callable
from typing import Final

from fewsight.shop.life.story import Story
from fewsight.shop.words.pool import Pool
from fewsight.shop.words.template import pick

TONES_OF_MOOD: Final = {
    "happy": ("positive", "neutral"),
    "angry": ("negative", "neutral"),
    "torn": ("positive", "negative", "neutral", "mixed"),
    "flat": ("neutral",),
    "good_with_a_but": ("positive", "neutral"),
}
"""Which messages fit a mood."""


def purchase(story: Story) -> None:
    """Search, look, put in the cart, order, pay, receive, rate: as much of it as this customer does."""
    rng, nature = story.rng, story.nature
    product = story.choose_product()
    planner, impulse = nature.style == "planner", nature.style == "impulse"
    if rng.random() < (0.5 if planner else 0.15):
        story.words("search", "search")
    if rng.random() < (0.9 if planner else 0.25):
        story.happen("view", channel="web" if nature.channel == "store" else nature.channel, product=product)
        if planner:
            story.wait(6)
    if rng.random() < 0.15:
        story.happen("cart", channel="app" if nature.channel == "app" else "web", product=product)
    number = story.order()
    if rng.random() < 0.12:
        story.happen("payment", amount=story.paid, paid_by=pick(rng, ("card", "instalments", "wallet")))
    story.wait(3)
    if rng.random() < 0.35:
        late = int(rng.random() * 8) if rng.random() < 0.25 else 0
        story.happen("delivery", product=product, order_id=number, days_late=late)
    if rng.random() < (0.6 if impulse else 0.1):
        story.wait(4)
        send_back(story, number)
    elif rng.random() < 0.3:
        story.wait(3)
        story.review()


def send_back(story: Story, number: str) -> None:
    """Return what was bought, mostly with a refund."""
    product = story.product
    story.happen("return", product=product, order_id=number)
    if story.rng.random() < 0.8:
        story.wait(5)
        story.happen("refund", product=product, amount=-story.paid, order_id=number)


def ask(story: Story) -> None:
    """Write about something, in line with the mood."""
    pool = story.pool()
    intent = pick(story.rng, [name for name in pool.messages if name != "cancel_subscription"])
    tones = [tone for tone in TONES_OF_MOOD[story.nature.mood] if pool.messages[intent].get(tone)]
    if tones:
        story.write(pool, pick(story.rng, pool.messages[intent][pick(story.rng, tones)]))


def browse(story: Story) -> None:
    """Look for something without buying."""
    story.choose_product()
    if story.rng.random() < 0.5:
        story.words("search", "search")
    story.happen("view", channel=pick(story.rng, ("web", "app")), product=story.product)


def be_addressed(story: Story) -> None:
    """Receive a campaign, perhaps a coupon."""
    story.words("campaign", "campaign", {"opened": story.rng.random() < 0.4})
    if story.rng.random() < 0.2:
        story.happen("coupon", offer=pick(story.rng, ("5 %", "10 %", "15 %", "free shipping")))


def rate(story: Story) -> None:
    """Write a review, or answer a survey."""
    story.review("survey" if story.rng.random() < 0.2 else "review")


def be_noted(story: Story) -> None:
    """Something that the shop or its systems write down."""
    rng = story.rng
    if rng.random() < 0.4:
        story.words("note", "note")
    elif rng.random() < 0.6:
        story.happen("login", channel=pick(rng, ("web", "app")))
    else:
        story.happen("subscription", step=pick(rng, ("renewed", "started", "paused")), amount=999)


_SCENES: Final[tuple[Callable[[Story], None], ...]] = (
    *(purchase,) * 9,
    *(ask,) * 4,
    *(rate,) * 3,
    *(be_addressed,) * 3,
    *(browse,) * 2,
    be_noted,
)


def everyday(story: Story, limit: int) -> None:
    """Let scenes happen until there are `limit` events."""
    story.limit = limit
    while not story.full:
        pick(story.rng, _SCENES)(story)
        story.wait(story.nature.pace)


def final_message(story: Story) -> None:
    """Write the newest message; every intent is equally likely."""
    pool = story.pool()
    by_tone = pool.messages[pick(story.rng, tuple(pool.messages))]
    tones = [tone for tone in TONES_OF_MOOD[story.nature.mood] if by_tone.get(tone)]
    phrasings = by_tone[pick(story.rng, tones)] if tones else [p for known in by_tone.values() for p in known]
    story.write(pool, pick(story.rng, phrasings))


def complain(story: Story, pool: Pool, reason: str) -> None:
    """Complain of something without announcing the end, where the vocabulary has words for it."""
    if pool.complaints.get(reason):
        story.write(pool, pick(story.rng, pool.complaints[reason]))
