"""Which statistic and which group of customers a question means: closed choices, and no guess where a word is unknown.

The statistic is the one whose phrasings are nearest to the question by a sentence encoder. The group is named by its
words. A word that neither a phrasing, nor a group, nor a reason explains is told, and the question is not answered:
"why do dentists leave?" must not be answered for everyone.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, Literal, get_args

import numpy as np

from fewsight.agents.reports.claims.frame import Scope
from fewsight.serving.answerers.encoders import Encode

Asked = Literal["reason_shares", "leaving_share", "reason_share", "worth", "groups", "periods"]

NEAR: Final = 0.5
"""Least likeness (cosine) of a question to a phrasing."""

_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Understood:
    """What a question means; `scope` is None for all customers, `label` the reason that it names."""

    asked: Asked
    scope: Scope | None
    label: str | None
    likeness: float


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Why a question is not answered, in a sentence."""

    why: str


def understand(
    question: str, scopes: Sequence[Scope], reasons: Sequence[str], encode: Encode
) -> Understood | NotUnderstood:
    """The statistic and group that a question means."""
    words = _words(question)
    scope = _named(words, {number: _of_scope(scope) for number, scope in enumerate(scopes)})
    label = _named(words, {number: _words(reason) for number, reason in enumerate(reasons)})
    known = set(_known())
    known |= _of_scope(scopes[scope]) | _words(scopes[scope].condition.name) if scope is not None else set()
    known |= _words(reasons[label]) if label is not None else set()
    if unknown := sorted(words - {_stem(word) for word in known}):
        return NotUnderstood(
            f"Nothing here is known of {', '.join(map(repr, unknown))}: no group or reason is named so."
        )
    asked, likeness = _nearest(question, encode)
    if likeness < NEAR:
        return NotUnderstood(f"This is none of what can be asked here: {', '.join(get_args(Asked))}.")
    if label is not None and asked in ("leaving_share", "reason_shares", "reason_share"):
        asked = "reason_share"
    elif asked == "reason_share":
        asked = "reason_shares"
    return Understood(
        asked, scopes[scope] if scope is not None else None, reasons[label] if label is not None else None, likeness
    )


def _named(words: set[str], names: Mapping[int, set[str]]) -> int | None:
    """The name all of whose words the question holds, the one with most words first."""
    held = [number for number, name in names.items() if name and name <= words]
    return max(held, key=lambda number: (len(names[number]), -number), default=None)


def _of_scope(scope: Scope) -> set[str]:
    """The words by which a group is named: its value, and for yes and no the column."""
    condition = scope.condition
    if condition.value is None:
        return set()
    value = _words(condition.value)
    return value | _words(condition.name) if value <= {"yes", "no", "true", "false"} or _are_numbers(value) else value


def _are_numbers(words: set[str]) -> bool:
    return all(word.isdecimal() for word in words)


def _words(text: str) -> set[str]:
    return {_stem(word) for word in _WORD.findall(text.casefold())}


def _stem(word: str) -> str:
    """Without the ending of a plural or a form of a verb.

    >>> [_stem(word) for word in ("apps", "cancelling", "delivery", "deliveries", "bus")]
    ['app', 'cancel', 'delivery', 'delivery', 'bus']
    """
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 5 and word.endswith("ing"):
        word = word[:-3]
        return word[:-1] if word[-1:] == word[-2:-1] else word
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


@lru_cache(maxsize=1)
def _read() -> Mapping[str, Any]:
    return tomllib.loads(files("fewsight.agents.reports.asking").joinpath("questions.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _phrasings() -> Mapping[str, Asked]:
    return {phrasing: asked for asked in get_args(Asked) for phrasing in _read()[asked]["phrasings"]}


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    """Words that any question may hold."""
    return frozenset({*_read()["plain"], *(word for phrasing in _phrasings() for word in _words(phrasing))})


def _nearest(question: str, encode: Encode) -> tuple[Asked, float]:
    phrasings = _phrasings()
    vectors = np.asarray(encode([question, *phrasings]), dtype=np.float64)
    likeness = vectors[1:] @ vectors[0]
    best = int(likeness.argmax())
    return list(phrasings.values())[best], float(likeness[best])
