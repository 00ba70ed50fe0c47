"""Lets things happen to a customer: one event after the other, each later than the one before."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import Final

from fewsight.events import Event, Scalar
from fewsight.shop.life.nature import Nature
from fewsight.shop.words.filler import order_number
from fewsight.shop.words.phrasings import Phrasing
from fewsight.shop.words.pool import Pool
from fewsight.shop.words.products import Product
from fewsight.shop.words.template import pick
from fewsight.shop.words.writer import Writer

DAY: Final = 24 * 60.0
"""Minutes."""

_STARS: Final = {"positive": (4, 5, 5), "negative": (1, 1, 2), "neutral": (3, 3, 4), "mixed": (2, 3, 3, 4)}
_WRITTEN_BY: Final = (
    ("message", "chat"),
    ("message", "chat"),
    ("message", "email"),
    ("ticket", "email"),
    ("call", "phone"),
)


class Story:
    """A customer's life so far. Nothing happens any more once `limit` events did."""

    def __init__(self, rng: Random, prefix: str, nature: Nature, writer: Writer, pools: Sequence[Pool]) -> None:
        self.rng = rng
        self.nature = nature
        self.limit = 0
        self.now = nature.begin
        self.events: list[Event] = []
        self.said: dict[str, tuple[Phrasing, ...]] = {}
        self.product = pick(rng, pools[0].products)
        self.paid = 0
        self._prefix = prefix
        self._writer = writer
        self._pools = pools
        self._untold = list(nature.told)

    @property
    def full(self) -> bool:
        """Whether nothing more may happen."""
        return len(self.events) >= self.limit

    def wait(self, days: float) -> None:
        """Let time pass, about so many days."""
        self.now += timedelta(minutes=1 + int(days * DAY * (0.5 + self.rng.random())))

    def pool(self) -> Pool:
        """The vocabulary of one of the customer's languages."""
        return pick(self.rng, self._pools)

    def choose_product(self) -> Product:
        """Turn to another product, mostly of what interests the customer, and sometimes to an old favourite."""
        nature, pool = self.nature, self._pools[0]
        own = self.rng.random() < nature.focus
        self.product = pick(self.rng, pool.by_category[nature.interest] if own else pool.products)
        if nature.style == "loyal_repeat" and nature.favourite and self.rng.random() < 0.9:
            self.product = nature.favourite
        nature.favourite = nature.favourite or self.product
        return self.product

    def happen(
        self,
        kind: str,
        *,
        channel: str | None = None,
        text: tuple[str, tuple[Phrasing, ...]] | None = None,
        product: Product | None = None,
        amount: int | None = None,
        facts: Mapping[str, Scalar] | None = None,
        **attributes: Scalar,
    ) -> None:
        """Add an event at the present moment; `facts` are further attributes."""
        if self.full:
            return
        event_id = f"{self._prefix}-{len(self.events) + 1:02}"
        if text:
            self.said[event_id] = text[1]
        name = product.named(self.nature.language) if product else None
        currency = self.nature.person.currency if amount is not None else None
        self.events.append(
            Event(
                event_id,
                self.now,
                kind,
                channel,
                text[0] if text else None,
                name,
                amount,
                currency,
                {**(facts or {}), **attributes},
            )
        )
        self.now += timedelta(minutes=1 + int(self.rng.random() * 90))

    def write(self, pool: Pool, core: Phrasing) -> None:
        """Send a message with a point; what the customer wants to tell about themselves may slip in."""
        if self.full:
            return
        if core.categories and self.product.category not in core.categories:
            self.product = pick(self.rng, pool.by_category[pick(self.rng, core.categories)])
        text = self._writer.message(pool, core, self._aside(pool), self.product, self.now)
        if self.nature.bare:
            self.happen("message", text=text)
        else:
            kind, channel = pick(self.rng, _WRITTEN_BY)
            self.happen(kind, channel=channel, text=text)

    def review(self, kind: str = "review") -> None:
        """Rate a product, mostly in words."""
        if self.full:
            return
        pool = self.pool()
        tone = self.nature.tone(self.rng)
        if self.rng.random() < 0.12:
            self.happen(kind, product=self.product, stars=pick(self.rng, _STARS[tone]))
            return
        fitting = [p for p in self._statements(pool, tone) if not p.categories or self.product.category in p.categories]
        said = fitting or [pick(self.rng, [p for p in pool.reviews[tone] if not p.categories])]
        tones = {phrasing.tone for phrasing in said}
        stars = pick(self.rng, _STARS[tone if tones == {tone} else "mixed"])
        if self.rng.random() < 0.03:
            stars = 6 - stars
        text = self._writer.review(pool, [*said, *self._aside(pool)], self.product, self.now)
        if self.nature.bare:
            self.happen(pick(self.rng, ("message", "review")), text=text)
        else:
            self.happen(kind, channel="web", text=text, product=self.product, stars=stars)

    def order(self) -> str:
        """Buy the present product; returns the order's number."""
        nature, rng = self.nature, self.rng
        number = order_number(rng)
        attributes: dict[str, Scalar] = {"order_id": number}
        price = self.product.price
        if rng.random() < nature.coupons:
            percent = pick(rng, (10, 15, 20, 25))
            attributes["coupon"] = f"SAVE{percent}"
            price = price * (100 - percent) // 100
        if rng.random() < nature.gifts:
            attributes["gift_wrap"] = True
        if rng.random() < nature.express:
            attributes["shipping"] = "express"
        self.paid = price
        channel = nature.channel if rng.random() < 0.85 else pick(rng, ("web", "app", "store", "phone"))
        self.happen("order", channel=channel, product=self.product, amount=price, facts=attributes)
        self._writer.filler.orders.append(number)
        return number

    def words(self, kind: str, role: str, facts: Mapping[str, Scalar] | None = None) -> None:
        """An event with a text that is not the customer's."""
        if not self.full:
            text = self._writer.words(self.pool(), role, self.product, self.now)
            self.happen(kind, text=text, product=self.product if kind == "search" else None, facts=facts)

    def _statements(self, pool: Pool, tone: str) -> list[Phrasing]:
        count = 1 if tone == "neutral" else pick(self.rng, (1, 1, 1, 2, 2, 3))
        found = [pick(self.rng, pool.reviews[tone]) for _ in range(count)]
        return list(dict.fromkeys(found))

    def _aside(self, pool: Pool) -> list[Phrasing]:
        if not self._untold or self.rng.random() < 0.3:
            return []
        found = pool.traits.get(self._untold.pop())
        return [pick(self.rng, found)] if found else []
