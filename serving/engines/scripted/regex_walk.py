"""A string that a regular expression matches, chosen by a seeded generator: what the scripted engine 'writes'."""

import random
from collections.abc import Callable
from functools import lru_cache, partial

# The parser behind `re`, under this name since Python 3.11; `re` itself offers no tree.
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Final

LETTERS: Final = "etaoinshrdlu "
"""What is taken where a character may be almost anything."""

REPEATS: Final = 12
"""Repeats beyond the least that is allowed, at most."""

Writer = Callable[[random.Random], str]


@lru_cache(maxsize=4096)
def writer(pattern: str) -> Writer:
    """A function that writes a match of `pattern`.

    >>> import re
    >>> bool(re.fullmatch("(?:yes|no)[0-9]{2}", writer("(?:yes|no)[0-9]{2}")(random.Random(1))))
    True

    Raises:
        ValueError: the pattern is no regular expression, or uses anchors, look-around or back references.
    """
    try:
        tree = parser.parse(pattern)
    except parser.error as error:
        raise ValueError(f"{pattern[:200]!r} is not a regular expression: {error}") from error
    return _sequence(tree)


def _sequence(tree: Any) -> Writer:  # noqa: ANN401 - a tree of re's parser
    parts = [_part(code, argument) for code, argument in tree]
    return lambda chance: "".join([part(chance) for part in parts])


def _part(code: Any, argument: Any) -> Writer:  # noqa: ANN401 - a node of re's parser
    if code is codes.LITERAL:
        return partial(_same, chr(argument))
    if code is codes.ANY:
        return lambda chance: chance.choice(LETTERS)
    if code in (codes.IN, codes.NOT_LITERAL):
        letters = _letters(argument if code is codes.IN else [(codes.NEGATE, None), (codes.LITERAL, argument)])
        return lambda chance: chance.choice(letters)
    if code is codes.BRANCH:
        ways = [_sequence(way) for way in argument[1]]
        return lambda chance: chance.choice(ways)(chance)
    if code is codes.SUBPATTERN:
        return _sequence(argument[-1])
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
        return _repeat(*argument)
    raise ValueError(f"a grammar can't use {str(code).lower()}")


def _same(text: str, _: random.Random) -> str:
    return text


def _repeat(least: int, most: Any, tree: Any) -> Writer:  # noqa: ANN401 - a node of re's parser
    part = _sequence(tree)
    top = min(int(most), least + REPEATS)
    return lambda chance: "".join([part(chance) for _ in range(chance.randint(least, top))])


def _letters(members: list[Any]) -> str:
    """The letters that a class allows: the usual ones where it allows them, else any."""
    negated = members[0][0] is codes.NEGATE
    inside = [_span(code, argument) for code, argument in members[negated:]]

    def allowed(letter: int) -> bool:
        return negated != any(first <= letter <= last for first, last in inside)

    usual = "".join(letter for letter in LETTERS if allowed(ord(letter)))
    return usual or "".join(chr(letter) for letter in range(32, 0x3000) if allowed(letter))[:64]


def _span(code: Any, argument: Any) -> tuple[int, int]:  # noqa: ANN401 - a node of re's parser
    if code is codes.LITERAL:
        return argument, argument
    if code is codes.RANGE:
        return argument[0], argument[1]
    if argument is codes.CATEGORY_DIGIT:
        return ord("0"), ord("9")
    raise ValueError(f"a grammar can't use {str(argument).lower()} in a class; write its characters")
