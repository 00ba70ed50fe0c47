"""Texts as people type them: with mistakes, in another case, without punctuation.

Words with digits, @ or brackets (codes, amounts, addresses, pseudonyms) stay as they are.
"""

import random
import re
from collections.abc import Callable, Collection, Mapping
from typing import Final

Change = Callable[[str], str]
"""A text as it might have been typed."""

WRONG: Final = 0.1
"""Share of a text's words that get a typing mistake; at least one word does."""

_FIXED: Final = re.compile(r"[\d@\[\]]|://|www\.")
_PLAIN: Final = re.compile(r"([\"'(]*)([A-Za-z]{4,})([.,;:!?\"')]*)")
_KEYS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_BESIDE: Final = {key: row[max(i - 1, 0) : i] + row[i + 1 : i + 2] for row in _KEYS for i, key in enumerate(row)}


def with_typos(text: str, chance: random.Random, kept: Collection[str] = ()) -> str:
    """The text with a mistake in a tenth of its words, at least in one; words of under four letters stay.

    One mistake is a letter that is missing, struck twice, swapped with the next or taken from the key beside it: the
    four kinds of Damerau (A technique for computer detection and correction of spelling errors, Communications of the
    ACM 7(3), 1964). A word's first letter stays.

    Args:
        text: with words in the letters a to z; others stay as they are.
        chance: draws words and mistakes.
        kept: words, in lower case, that stay as they are.

    >>> with_typos("Where is my parcel [ORDER_1]?", random.Random(0))
    'Where is my parcle [ORDER_1]?'
    """
    words = re.split(r"(\s+)", text)
    matches = ((i, _PLAIN.fullmatch(word)) for i, word in enumerate(words))
    places = [(i, match) for i, match in matches if match and match[2].lower() not in kept]
    many = min(max(round(WRONG * len(places)), 1), len(places))
    for i, match in chance.sample(places, many):
        words[i] = match[1] + _mistyped(match[2], chance) + match[3]
    return "".join(words)


def in_lower_case(text: str) -> str:
    """The text without capitals.

    >>> in_lower_case("Hi, I want a refund for A-100 NOW!")
    'hi, i want a refund for A-100 now!'
    """
    return _each_word(text, str.lower)


def in_capitals(text: str) -> str:
    """The text as it is shouted.

    >>> in_capitals("where is [ORDER_1]")
    'WHERE IS [ORDER_1]'
    """
    return _each_word(text, str.upper)


def without_punctuation(text: str) -> str:
    """The text without marks at the ends of words, and without apostrophes.

    >>> without_punctuation("Hello, it isn't here! It cost 4.50.")
    'Hello it isnt here It cost 4.50.'
    """
    return _each_word(text, lambda word: re.sub(r"[.,;:!?…]+$|(?<=\w)['’](?=\w)", "", word))


def _mistyped(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    before, letter, after = word[:at], word[at], word[at + 1 :]
    beside = chance.choice(_BESIDE[letter.lower()])
    mistakes: Mapping[str, str] = {
        "missing": before + after,
        "twice": before + letter + letter + after,
        "swapped": before + after[0] + letter + after[1:],
        "beside": before + (beside.upper() if letter.isupper() else beside) + after,
    }
    mistake = mistakes[chance.choice(list(mistakes))]
    return mistake if mistake != word else mistakes["missing"]  # equal letters were swapped


def _each_word(text: str, change: Change) -> str:
    return re.sub(r"\S+", lambda match: match[0] if _FIXED.search(match[0]) else change(match[0]), text)
