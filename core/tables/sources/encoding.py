"""Which encoding a text file is in."""

import codecs
import gzip
import re
from pathlib import Path
from typing import IO, Final

from fewsight.tables.records import BROKEN, MARK_BROKEN

_BEGINNING: Final = 24
"""Bytes of which at least one is a zero, or not ASCII, in UTF-16."""

_CHUNK: Final = 1 << 18
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def open_binary(path: Path) -> IO[bytes]:
    """A file, unpacked where its name ends in .gz."""
    return gzip.open(path, "rb") if path.suffix.casefold() == ".gz" else path.open("rb")  # type: ignore[return-value]


def detect(path: Path) -> str:
    """utf-8, utf-8-sig, utf-16 (with or without a mark) or gb18030; utf-8 where nothing else is likelier.

    Looks at the first lines that hold more than ASCII, wherever they are.
    """
    with open_binary(path) as file:
        start = file.read(_CHUNK)
        for mark, encoding in _MARKS:
            if start.startswith(mark):
                return encoding
        if wide := _wide(start):
            return wide
        chunk = start + file.readline(_CHUNK)
        while chunk and chunk.isascii():
            chunk = file.read(_CHUNK) + file.readline(_CHUNK)
    return "gb18030" if _is_chinese(chunk) else "utf-8"


def _wide(start: bytes) -> str | None:
    """UTF-16 without a mark shows by zeros (of delimiters, digits, line ends), nearly all on even or on odd places."""
    even, odd = start[::2].count(0), start[1::2].count(0)
    if 50 * (even + odd) < len(start) or 20 * min(even, odd) > even + odd:
        return None
    if start[:_BEGINNING].isascii() and 0 not in start[:_BEGINNING]:
        return None  # these zeros are bad characters of a text that begins well without them
    return "utf-16-le" if odd > even else "utf-16-be"


def _is_chinese(chunk: bytes) -> bool:
    """Whether bytes that are hardly UTF-8 are mostly everyday Chinese in GB18030."""
    text = chunk.decode("utf-8", MARK_BROKEN)
    wide = len(re.findall(r"[^\x00-\x7f]", text))
    if 10 * text.count(BROKEN) < wide:
        return False
    foreign = re.findall(r"[^\x00-\x7f]", chunk.decode("gb18030", MARK_BROKEN))
    everyday = sum(_is_everyday(char) for char in foreign)
    return everyday >= 2 and 10 * everyday >= 8 * len(foreign)


def _is_everyday(char: str) -> bool:
    # GB2312 holds the common characters; what Latin letters with accents look like in GB18030 is hardly ever in it
    try:
        return len(char.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False
