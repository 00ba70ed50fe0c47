"""One plain form of a text for matching, with the way back to the offsets of the original.

Full-width digits become ASCII ones, invisible characters vanish, apostrophes are straight, Latin letters lose their
accents in the lower-case form. Only the copy used for matching is changed; what is not masked keeps its exact
characters.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

CJK = "\u3005-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
"""Inside of a regular expression's set: scripts that write words without spaces."""
WORD = rf"[^\W_{CJK}]"
"""Regular expression of a letter or digit of a script that separates words."""

_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\U000e0000-\U000e0fff"
)
_is_invisible = re.compile(f"[{_INVISIBLE}]").match
_invisible = re.compile(f"[{_INVISIBLE}]").search
_foreign_digit = re.compile(r"[^\D0-9]").search
# One character for one: keeps offsets equal, so that ordinary Chinese punctuation does not need the slow way.
_ascii_words = re.compile("[a-z0-9]+").findall
_words = re.compile(f"{WORD}+").findall
_APOSTROPHES = "\u2018\u2019\u201b\u02bc\u02b9\u2032\xb4"
_wide = re.compile(f"[\uff01-\uff5e\u3000\xa0\u2026\u202f\u2009{_APOSTROPHES}]").search
_SAME_LENGTH = (
    {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    | {0x3000: 0x20, 0xA0: 0x20, 0x202F: 0x20, 0x2009: 0x20, 0x2026: 0x2E}
    | {ord(mark): 0x27 for mark in _APOSTROPHES}
)
_ACCENTED = {
    chr(code): unicodedata.normalize("NFD", chr(code))[0]
    for code in (*range(0xE0, 0x250), *range(0x1E00, 0x1F00))
    if unicodedata.normalize("NFD", chr(code))[0] in "abcdefghijklmnopqrstuvwxyz"
} | {"ł": "l", "ø": "o", "đ": "d", "ı": "i"}
_accented = re.compile("[\xe0-\u024f\u1e00-\u1eff]")


class Folded(NamedTuple):
    """A text made plain. `low` is `text` in lower case without accents, of equal length; offsets count in `text`.

    `words` are the runs of letters and digits in `low`, Chinese, Japanese and Korean apart.
    """

    text: str
    low: str
    words: frozenset[str]
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original text of a non-empty span of the plain text."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def fold(text: str) -> Folded:
    """Make a text plain (NFKC, without invisible characters, decimal digits of every script as ASCII).

    >>> fold("电话：１３８\\u200b００").text
    '电话:13800'
    """
    if text.isascii():
        low = text.lower()
        return Folded(text, low, frozenset(_ascii_words(low)))
    plain = text.translate(_SAME_LENGTH) if _wide(text) else text
    if not (_invisible(plain) or _foreign_digit(plain)) and unicodedata.is_normalized("NFKC", plain):
        return _folded(plain)
    return _fold_by_character(plain)


def _fold_by_character(text: str) -> Folded:
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position, length = 0, len(text)
    while position < length:
        after = position + 1
        while after < length and text[after] > "\u02ff" and unicodedata.combining(text[after]):
            after += 1
        plain = _plain(text[position:after])
        parts.append(plain)
        starts += [position] * len(plain)
        ends += [after] * len(plain)
        position = after
    plain = "".join(parts)
    return _folded(plain, starts, ends)


def _folded(plain: str, starts: list[int] | None = None, ends: list[int] | None = None) -> Folded:
    low = _accented.sub(lambda match: _ACCENTED.get(match[0], match[0]), _lower(plain))
    return Folded(plain, low, frozenset(_words(low)), starts, ends)


@lru_cache(maxsize=8192)
def _plain(cluster: str) -> str:
    if len(cluster) > 8:  # a pile of accents: not a letter that anyone writes, and not worth a place in the cache
        return cluster[0]
    if _is_invisible(cluster):
        return cluster[1:]
    plain = unicodedata.normalize("NFKC", cluster)
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in plain if not _is_invisible(c))


def _lower(text: str) -> str:
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(c if len(c.lower()) != 1 else c.lower() for c in text)
