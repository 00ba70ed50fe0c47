"""Fills the slots of phrasings with what belongs to one customer, one product and one moment."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Final, Literal

from fewsight.shop.words.people import Person
from fewsight.shop.words.products import CATEGORY_NAMES, Product, Service
from fewsight.shop.words.template import pick

_WORDS: Final[dict[str, dict[str, Sequence[str]]]] = {
    "en": {
        "colour": ("blue", "black", "dark green", "grey", "red", "white", "beige", "purple"),
        "colour2": ("yellow", "navy", "olive", "silver", "pink", "brown"),
        "weekday": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        "relative": ("sister", "dad", "niece", "girlfriend", "boss", "grandson", "neighbour", "mum"),
        "room": ("kitchen", "office", "garden shed", "spare room", "holiday flat", "van"),
        "size": ("M", "L", "XL", "38", "42", "size 10"),
    },
    "zh": {
        "colour": ("蓝色", "黑色", "墨绿", "灰色", "红色", "白色"),
        "colour2": ("黄色", "藏青", "银色", "粉色"),
        "weekday": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
        "relative": ("妹妹", "老爸", "侄女", "女朋友", "老板", "外孙"),
        "room": ("厨房", "办公室", "阳台", "客房"),
        "size": ("M码", "L码", "加大码", "38码", "42码"),
    },
}
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SIGNS: Final = {"EUR": "€", "GBP": "£", "USD": "$", "CAD": "$", "CNY": "¥"}


class Filler:
    """Fills slots; `at` sets product, moment and language before each text."""

    def __init__(self, rng: Random, person: Person, products: Sequence[Product], services: Sequence[Service]) -> None:
        self.rng = rng
        self.person = person
        self.orders: list[str] = []
        self._products = products
        self._service = pick(rng, services)
        self._product = pick(rng, products)
        self._other = self._product
        self._when = datetime.min
        self._language: Literal["en", "zh"] = "en"

    def at(self, product: Product, when: datetime, language: Literal["en", "zh"]) -> None:
        """Say what the next text is about, when and in which language it is written."""
        self._product, self._when, self._language = product, when, language
        self._other = pick(self.rng, self._products)

    def fill(self, name: str) -> str:
        """The words for a slot."""
        words = _WORDS[self._language].get(name)
        if words is not None:
            return pick(self.rng, words)
        return SLOTS[name](self)

    def number(self, low: int, high: int) -> int:
        """A whole number in [low, high]."""
        return low + int(self.rng.random() * (high - low + 1))

    def thing(self, product: Product) -> str:
        """A product's everyday name."""
        return product.zh if self._language == "zh" else product.short

    def plural(self, many: str, one: str) -> str:
        """The word that agrees with the product."""
        return many if self._product.plural else one

    def named(self) -> str:
        """The product's full name."""
        return self._product.named(self._language)

    def order(self) -> str:
        """One of the customer's order numbers as people type them, or a new one."""
        number = pick(self.rng, self.orders) if self.orders else order_number(self.rng)
        chance = self.rng.random()
        return number if chance < 0.7 else number.replace("PM-", "#" if chance < 0.9 else "PM")

    def amount(self) -> str:
        """A sum of money in one of the usual spellings."""
        whole, cents = self.number(4, 130), pick(self.rng, ("00", "50", "90", "95", "99"))
        if self._language == "zh":
            return pick(self.rng, (f"{whole}元", f"¥{whole}.{cents}", f"{whole}块"))
        sign = _SIGNS[self.person.currency]
        return pick(self.rng, (f"{sign}{whole}.{cents}", f"{sign}{whole}", f"{whole}.{cents} {self.person.currency}"))

    def date(self) -> str:
        """A day shortly before the moment of the text."""
        day = self._when - timedelta(days=self.number(2, 20))
        if self._language == "zh":
            return f"{day.month}月{day.day}号"
        month = _MONTHS[day.month - 1]
        return pick(self.rng, (f"{day.day} {month}", f"{month} {day.day}", f"{day.day:02}/{day.month:02}", "last week"))

    def month(self) -> str:
        """The month before."""
        before = (self._when - timedelta(days=31)).month
        return f"{before}月" if self._language == "zh" else _MONTHS[before - 1]

    def service(self) -> str:
        """The customer's subscription or plan."""
        return self._service.zh if self._language == "zh" else self._service.name

    def interest(self) -> str:
        """What the product's category is called."""
        return CATEGORY_NAMES[self._product.category][self._language == "zh"]

    def code(self) -> str:
        """A coupon code."""
        return f"{pick(self.rng, ('SAVE', 'HELLO', 'SPRING', 'VIP', 'BACK'))}{self.number(5, 30)}"

    def other(self) -> str:
        """Another product."""
        return self.thing(self._other)

    def other_was(self) -> str:
        """The verb that agrees with the other product."""
        return "were" if self._other.plural else "was"


def order_number(rng: Random) -> str:
    """A fresh order number."""
    return f"PM-{100000 + int(rng.random() * 900000)}"


SLOTS: Final[dict[str, Callable[[Filler], str]]] = {
    "product": Filler.named,
    "thing": lambda f: f.thing(f._product),
    "it": lambda f: f.plural("they", "it"),
    "them": lambda f: f.plural("them", "it"),
    "is": lambda f: f.plural("are", "is"),
    "this": lambda f: f.plural("these", "this"),
    "doesnt": lambda f: f.plural("don't", "doesn't"),
    "other": Filler.other,
    "other_was": Filler.other_was,
    "order": Filler.order,
    "amount": Filler.amount,
    "amount2": Filler.amount,
    "date": Filler.date,
    "month": Filler.month,
    "service": Filler.service,
    "interest": Filler.interest,
    "code": Filler.code,
    "days": lambda f: str(f.number(3, 16)),
    "count": lambda f: str(f.number(2, 8)),
    "percent": lambda f: str(f.number(2, 9) * 5) if f._language == "en" else str(f.number(5, 9)),
    "last4": lambda f: str(f.number(1000, 9999)),
    "name": lambda f: f.person.name,
    "email": lambda f: f.person.email,
    "phone": lambda f: f.person.phone,
    "city": lambda f: f.person.city,
}
"""How each slot is filled, apart from the word lists above."""

SLOT_NAMES: Final = frozenset(SLOTS) | frozenset(_WORDS["en"])
"""Every slot that a phrasing may use."""
