"""Phrasings as templates: `{slot}` is filled in, `[a|b]` is one of its alternatives (which may hold slots)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, Protocol, TypeVar

Item = TypeVar("Item")

_TOKEN: Final = re.compile(r"\[([^\]]*\|[^\]]*)\]|\{(\w+)\}")


class Slots(Protocol):
    """Fills slots by name."""

    def fill(self, name: str) -> str:
        """The words for a slot."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place to fill in."""

    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Alternatives, one of which is taken."""

    options: tuple["Parts", ...]


Parts = tuple[str | Slot | Choice, ...]


def pick(rng: Random, items: Sequence[Item]) -> Item:
    """One item; quicker than `Random.choice`, and good enough for short sequences."""
    return items[int(rng.random() * len(items))]


def parse(source: str) -> Parts:
    """Take a phrasing apart.

    >>> parse("[my|the] {thing}!")
    (Choice(options=(('my',), ('the',))), ' ', Slot(name='thing'), '!')
    """
    parts: list[str | Slot | Choice] = []
    end = 0
    for match in _TOKEN.finditer(source):
        if match.start() > end:
            parts.append(source[end : match.start()])
        alternatives, slot = match.groups()
        parts.append(Slot(slot) if slot else Choice(tuple(parse(option) for option in alternatives.split("|"))))
        end = match.end()
    if end < len(source):
        parts.append(source[end:])
    return tuple(parts)


def render(parts: Parts, slots: Slots, rng: Random) -> str:
    """Fill a template in."""
    said = []
    for part in parts:
        if isinstance(part, str):
            said.append(part)
        elif isinstance(part, Slot):
            said.append(slots.fill(part.name))
        else:
            said.append(render(pick(rng, part.options), slots, rng))
    return "".join(said)


def literals(parts: Parts) -> Iterator[str]:
    """The words of a template that are always said."""
    return (part for part in parts if isinstance(part, str))


def slots_of(parts: Parts) -> set[str]:
    """Names of all slots, those inside of alternatives included."""
    names: set[str] = set()
    for part in parts:
        if isinstance(part, Slot):
            names.add(part.name)
        elif isinstance(part, Choice):
            names = names.union(*(slots_of(option) for option in part.options))
    return names
