"""What the shop sells: products by category, and services."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final, Literal

from fewsight.errors import ConfigError

CATEGORY_NAMES: Final = {
    "fashion": ("clothing and shoes", "服饰"),
    "electronics": ("gadgets", "数码"),
    "home": ("home and garden", "家居"),
    "beauty": ("beauty care", "美妆"),
    "food": ("food and drink", "食品"),
    "sports": ("sports gear", "运动户外"),
    "children": ("toys and baby things", "母婴"),
    "books_media": ("books and games", "图书音像"),
    "other": ("pets, car and office", "宠物车品"),
}
"""Categories with their English and Chinese names in campaigns; the words of the persona task's `main_interest`."""


@dataclass(frozen=True, slots=True)
class Product:
    """A product: English names, a Chinese one, a price in minor units; `plural` as in 'shoes are'."""

    category: str
    name: str
    short: str
    price: int
    zh: str
    plural: bool
    held_out: bool

    def named(self, language: Literal["en", "zh"]) -> str:
        """The full name in a language."""
        return self.zh if language == "zh" else self.name


@dataclass(frozen=True, slots=True)
class Service:
    """A subscription, plan or membership."""

    name: str
    zh: str
    held_out: bool


@lru_cache(maxsize=1)
def products() -> tuple[Product, ...]:
    """All products, those that are held out included."""
    table = _table()
    return tuple(
        _product(category, line, part == "held_out")
        for category in CATEGORY_NAMES
        for part in ("train", "held_out")
        for line in table[category][part]
    )


@lru_cache(maxsize=1)
def services() -> tuple[Service, ...]:
    """All services, those that are held out included."""
    table = _table()["services"]
    return tuple(_service(line, part == "held_out") for part in ("train", "held_out") for line in table[part])


def _table() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(files("fewsight.shop.words").joinpath("products.toml").read_text(encoding="utf-8"))


def _product(category: str, line: str, held_out: bool) -> Product:
    name, short, price, zh = _cells(line, 4)
    return Product(category, name.removeprefix("+"), short, int(price) * 100 - 5, zh, name.startswith("+"), held_out)


def _service(line: str, held_out: bool) -> Service:
    name, zh = _cells(line, 2)
    return Service(name, zh, held_out)


def _cells(line: str, count: int) -> list[str]:
    cells = [cell.strip() for cell in line.split("|")]
    if len(cells) != count or not all(cells):
        raise ConfigError(f"products.toml: {line!r} has {len(cells)} cells instead of {count}; separate them by '|'.")
    return cells
