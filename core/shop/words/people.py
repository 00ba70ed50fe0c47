"""Made-up people: names of many cultures, addresses at reserved domains, phone numbers kept for fiction."""

import tomllib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from random import Random
from typing import Any, Final, Literal

from fewsight.shop.words.template import pick

_FOLD: Final = str.maketrans({"ł": "l", "Ł": "l", "ı": "i", "ø": "o", "ß": "ss"})
_CURRENCIES: Final = ("EUR", "EUR", "GBP", "USD", "USD", "CAD")


@dataclass(frozen=True, slots=True)
class Person:
    """Who a customer is on paper."""

    given: str
    name: str
    email: str
    phone: str
    city: str
    currency: str


@dataclass(frozen=True, slots=True)
class _Culture:
    given: tuple[tuple[str, str], ...]
    family: tuple[tuple[str, str], ...]
    cities: tuple[str, ...]
    phones: tuple[str, ...]
    chinese: bool


def person(rng: Random, language: Literal["en", "zh"]) -> Person:
    """Draw somebody; Chinese-speaking customers mostly have Chinese names, the others one in twenty."""
    cultures, chinese = _cultures()
    culture = chinese if rng.random() < (0.9 if language == "zh" else 0.05) else pick(rng, cultures)
    given, given_ascii = pick(rng, culture.given)
    family, family_ascii = pick(rng, culture.family)
    city = pick(rng, culture.cities)
    phone = "".join(str(int(rng.random() * 10)) if c == "#" else c for c in pick(rng, culture.phones))
    number = int(rng.random() * 90) + 10
    user = pick(
        rng, (f"{given_ascii}.{family_ascii}", f"{given_ascii}{number}", f"{family_ascii}_{given_ascii[0]}{number}")
    )
    email = f"{user}@example.{pick(rng, ('com', 'org', 'net'))}"
    name = f"{family}{given}" if culture.chinese else f"{given} {family}"
    currency = "CNY" if language == "zh" else pick(rng, _CURRENCIES)
    return Person(given, name, email, phone, city, currency)


@lru_cache(maxsize=1)
def _cultures() -> tuple[tuple[_Culture, ...], _Culture]:
    table = tomllib.loads(files("fewsight.shop.words").joinpath("people.toml").read_text(encoding="utf-8"))["culture"]
    known = [_culture(row) for row in table]
    return tuple(c for c in known if not c.chinese), next(c for c in known if c.chinese)


def _culture(row: dict[str, Any]) -> _Culture:
    pinyin = row.get("pinyin_given", []) + row.get("pinyin_family", [])
    spelled = dict(zip(row["given"] + row["family"], pinyin, strict=False))
    given = tuple((name, spelled.get(name) or _ascii(name)) for name in row["given"])
    family = tuple((name, spelled.get(name) or _ascii(name)) for name in row["family"])
    return _Culture(given, family, tuple(row["cities"]), tuple(row["phones"]), row.get("language") == "zh")


def _ascii(name: str) -> str:
    """A name as it stands in an address.

    >>> _ascii("Íñigo"), _ascii("Ní Dhuibhne"), _ascii("Małgorzata")
    ('inigo', 'nidhuibhne', 'malgorzata')
    """
    folded = unicodedata.normalize("NFKD", name.translate(_FOLD)).encode("ascii", "ignore").decode()
    return "".join(c for c in folded.lower() if c.isalnum())
