"""What a table of facts has columns for: its currencies, channels, products, categories, and labels of its insights."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

MOST: Final = 12
"""Most channels, products and categories that have a column, those of most events first."""

MOST_LABELS: Final = 30
"""Different values from which on a field of an answer is words, not labels."""

_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NO_WORD: Final = re.compile(r"[^a-z0-9]+")
_LONGEST: Final = 40


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Values that have columns, the commonest first. Currencies hold None for orders that name none.

    `labels` has each field ('task.field') of a run's insights with its labels. `discounts` and `openings` say whether
    the table tells coupons of orders and openings of campaigns at all.
    """

    currencies: tuple[str | None, ...] = ()
    channels: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    labels: Mapping[str, tuple[str, ...]] | None = None
    discounts: bool = False
    openings: bool = False

    @property
    def main_currency(self) -> str:
        """The currency of most orders as part of a name."""
        return _word(self.currencies[0]) if self.currencies else "unknown"

    def values(self, each: str) -> Iterator[dict[str, str]]:
        """What stands for each {placeholder} of a fact, one mapping for each column that it has.

        `name` is part of a column's name, `value` and `field` are SQL literals.
        """
        if each == "weekday":
            yield from ({"name": day, "value": str(number)} for number, day in enumerate(_DAYS, 1))
        elif each == "field":
            fields = list(self.labels or ())
            yield from ({"name": name, "value": literal(field)} for name, field in named(fields))
        elif each == "label":
            pairs = [(field, label) for field, labels in (self.labels or {}).items() for label in labels]
            names = named([f"{field} {label}" for field, label in pairs])
            for (name, _), (field, label) in zip(names, pairs, strict=True):
                yield {"name": name, "field": literal(field), "value": literal(label)}
        else:
            values: dict[str, tuple[str | None, ...]] = {
                "currency": self.currencies,
                "channel": self.channels,
                "product": self.products,
                "category": self.categories,
            }
            yield from ({"name": name, "value": literal(value)} for name, value in named(values[each]))

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """What `as_dict` wrote, also after it went through JSON."""
        lists: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in data.items()}
        labels = data["labels"] and {field: tuple(values) for field, values in data["labels"].items()}
        return cls(**{**lists, "labels": labels})


def literal(value: str | None) -> str:
    """A value as SQL.

    >>> literal("Men's"), literal(None)
    ("'Men''s'", 'NULL')
    """
    return "NULL" if value is None else "'" + value.replace("'", "''") + "'"


def named(values: Iterable[str | None]) -> list[tuple[str, str | None]]:
    """Each value with a part of a column's name of its own.

    >>> named(["Café au lait", "cafe-au-lait", "茶", None])
    [('cafe_au_lait', 'Café au lait'), ('cafe_au_lait_2', 'cafe-au-lait'), ('other', '茶'), ('unknown', None)]
    """
    taken: set[str] = set()
    names = []
    for value in values:
        word = own = _word(value)
        number = 1
        while own in taken:
            number += 1
            own = f"{word}_{number}"
        taken.add(own)
        names.append((own, value))
    return names


def _word(value: str | None) -> str:
    if value is None:
        return "unknown"
    plain = "".join(c for c in unicodedata.normalize("NFKD", value) if not unicodedata.combining(c))
    return _NO_WORD.sub("_", plain.casefold()).strip("_")[:_LONGEST].strip("_") or "other"
