"""Names of columns: which role a header says that its column has, and how surely."""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final

from fewsight.tables.words import squash

_SMALL_WORDS: Final = """
    of the de du des d do da dos das del della dello dell dei di l le la les el los las der die den dem
    van het y e et und and for per by"""
_SMALL: Final = frozenset(_SMALL_WORDS.split())
_WRAPPING_WORDS: Final = """
    fields data properties attributes payload source object ticket conversation event order issue result values
    traits context body record item message review charge"""
_WRAPPERS: Final = frozenset(_WRAPPING_WORDS.split())
"""Parts of a nested name that only say where it stands."""

_NEVER_PARTS: Final = {
    "customer_id": """to recipient receiver agent assignee assigned staff owner admin seller shop group
        organization organisation company team""",
    "time": """last first next updated update modified due closed close resolved solved expected estimated birth end
        deleted cancelled expiry expires delivery satisfaction sla timezone zone letzte letztes dernier derniere ultima
        ultimo laatste planned promised""",
    "text": """count id ids date time type length size reply replies response responses developer agent internal score
        rating language lang status title subject version url link sentiment answer antwort reponse respuesta html
        private label category topic""",
}
"""Words that a longer name may not have besides its role's own."""

Rank = tuple[int, int]
"""How surely a name has a role: by its tier, then by its place there; the least is the surest."""


@cache
def names_of(role: str) -> dict[str, Rank]:
    """Squashed name -> rank, of one role of `columns.toml`."""
    ranks: dict[str, Rank] = {}
    for tier, part in enumerate(_data()[role]):
        words = [word for line in part.get("exact", ()) for word in line.split()]
        for first, second in part.get("pairs", ()):
            heads, tails = first.split(), second.split()
            words += [pair for tail in tails for head in heads for pair in (head + tail, tail + head)]
        for at, word in enumerate(words):
            ranks.setdefault(squash(word), (2 * tier, at))
    return ranks


def rank(role: str, name: str) -> Rank | None:
    """How surely a header has a role; None where its name does not say so.

    >>> rank("customer_id", "Kundennummer") is not None, rank("customer_id", "Order ID")
    (True, None)
    """
    known = names_of(role)
    for form in _forms(name):
        if form in known:
            return known[form]
    if role not in _NEVER_PARTS:
        return None
    return _rank_of_part(known, tokens(name), frozenset(_NEVER_PARTS[role].split()))


def numbered(columns: Sequence[str]) -> tuple[str, ...]:
    """Names of columns, each once: Jira writes a column for each comment, all with one name.

    >>> numbered(["Comment", "Comment", "Labels"])
    ('Comment', 'Comment 2', 'Labels')
    """
    own: list[str] = []
    for at, name in enumerate(columns):
        number, free = 1 + list(columns[:at]).count(name), name
        while number > 1 and (free := f"{name} {number}") in {*columns, *own}:
            number += 1
        own.append(free)
    return tuple(own)


def tokens(name: str) -> tuple[str, ...]:
    """The words of a header, squashed.

    >>> tokens("Associated Contact IDs"), tokens("customerEmail")
    (('associated', 'contact', 'ids'), ('customer', 'email'))
    """
    spaced = re.sub(r"(?<=[a-zß-ÿ0-9])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])", " ", name)
    return tuple(word for part in re.split(r"[\W_]+", spaced) if (word := squash(part)))


def _forms(name: str) -> list[str]:
    """The squashed name: whole, without what it stands in, without small words, without units in brackets."""
    parts = [part for part in name.split(".") if part and not part.isdigit()]
    while len(parts) > 1 and squash(parts[0]) in _WRAPPERS:
        parts = parts[1:]
    dotted = ".".join(parts)
    bare = re.sub(r"[(\[（【].*?[)\]）】]", " ", dotted)
    large = "".join(word for word in tokens(bare) if word not in _SMALL)
    return list(dict.fromkeys([squash(name), squash(dotted), squash(bare), large]))


def _rank_of_part(known: dict[str, Rank], words: tuple[str, ...], never: frozenset[str]) -> Rank | None:
    """The rank of the longest run of two or more words that is a known name."""
    if never & set(words):
        return None
    words = tuple(word for word in words if word not in _SMALL)
    for length in range(len(words) - 1, 1, -1):
        for start in range(len(words) - length + 1):
            found = known.get("".join(words[start : start + length]))
            if found is not None:
                return found[0] + 1, found[1]
    return None


@cache
def _data() -> dict[str, list[dict[str, Any]]]:
    text = files("fewsight.tables.columns").joinpath("columns.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
