"""Which encoding a text file is in."""

import codecs
import re
from typing import Final

from fewsight.tables.records import BROKEN, MARK_BROKEN
from fewsight.tables.sources.packing import TableFile

_BEGINNING: Final = 24
"""Bytes of which at least one is a zero, or not ASCII, in UTF-16."""

_CHUNK: Final = 1 << 18
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WESTERN, _CYRILLIC, _CENTRAL, _JAPANESE = "cp1252", "cp1251", "cp1250", "cp932"
_LATER: Final = 8
"""Pieces that are looked at after the first one that holds more than ASCII."""
NAMES: Final = {
    _WESTERN: "Windows-1252 (Western Europe)",
    _CYRILLIC: "Windows-1251 (Cyrillic)",
    _CENTRAL: "Windows-1250 (Central Europe)",
    "gb18030": "GB18030 (Chinese)",
    _JAPANESE: "Shift JIS (Japanese)",
}
"""Encodings that are told by their letters alone, and said."""


def detect(file: TableFile) -> str:
    """utf-8, utf-8-sig, utf-16 (with or without a mark), utf-32, gb18030, or a Windows code page.

    Looks at the first lines that hold more than ASCII, wherever they are; utf-8 where nothing else is likelier.
    """
    with file.open() as content:
        start = content.read(_CHUNK)
        for mark, encoding in _MARKS:
            if start.startswith(mark):
                return encoding
        if wide := _wide(start):
            return wide
        chunk = start + content.readline(_CHUNK)
        while chunk and chunk.isascii():
            chunk = content.read(_CHUNK) + content.readline(_CHUNK)
        good, broken = _decoded(chunk)
        if not broken:
            return "utf-8"
        for _ in range(_LATER):  # one damaged character may stand before many good ones
            chunk += content.read(_CHUNK) + content.readline(_CHUNK)
    good, broken = _decoded(chunk)
    if broken > good and _is_japanese(chunk):
        return _JAPANESE
    if 9 * broken >= good and _is_chinese(chunk):
        return "gb18030"
    return _code_page(chunk) if broken > good else "utf-8"


def note(encoding: str, name: str) -> tuple[str, ...]:
    """What to say of an encoding that was guessed by its letters, if anything."""
    if encoding not in NAMES:
        return ()
    return (f"{name} is no UTF-8 and is read as {NAMES[encoding]}; where letters look wrong, save it as UTF-8",)


def _wide(start: bytes) -> str | None:
    """UTF-16 without a mark shows by zeros (of delimiters, digits, line ends), nearly all on even or on odd places."""
    even, odd = start[::2].count(0), start[1::2].count(0)
    if 50 * (even + odd) < len(start) or 20 * min(even, odd) > even + odd:
        return None
    if start[:_BEGINNING].isascii() and 0 not in start[:_BEGINNING]:
        return None  # these zeros are bad characters of a text that begins well without them
    return "utf-16-le" if odd > even else "utf-16-be"


def _decoded(chunk: bytes) -> tuple[int, int]:
    """Characters beyond ASCII that decode as UTF-8, and places that don't."""
    text = chunk.decode("utf-8", MARK_BROKEN)
    broken = text.count(BROKEN)
    return len(re.findall(r"[^\x00-\x7f]", text)) - broken, broken


def _is_chinese(chunk: bytes) -> bool:
    """Whether bytes that are hardly UTF-8 are mostly everyday Chinese in GB18030."""
    foreign = re.findall(r"[^\x00-\x7f]", chunk.decode("gb18030", MARK_BROKEN))
    everyday = sum(_is_everyday(char) for char in foreign)
    return everyday >= 2 and 10 * everyday >= 8 * len(foreign)


def _is_japanese(chunk: bytes) -> bool:
    """Whether nearly all bytes decode as Shift JIS, with many kana of full width, which other encodings seldom make."""
    text = chunk.decode(_JAPANESE, MARK_BROKEN)
    foreign = len(re.findall(r"[^\x00-\x7f]", text))
    return 50 * text.count(BROKEN) <= foreign and 5 * len(re.findall("[\u3041-\u30ff]", text)) >= foreign


def _is_everyday(char: str) -> bool:
    # GB2312 holds the common characters; what Latin letters with accents look like in GB18030 is hardly ever in it
    try:
        return len(char.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False


def _code_page(chunk: bytes) -> str:
    """The Windows code page under which letters stand where letters should, or utf-8 where none fits."""
    western = chunk.decode(_WESTERN, MARK_BROKEN)
    foreign = re.findall(r"[^\x00-\x7f]", western)
    if 10 * sum(map(len, re.findall(r"[À-ÿ]{3,}", western))) > 5 * len(foreign):  # Ïðèâåò
        cyrillic = chunk.decode(_CYRILLIC, MARK_BROKEN)
        return _CYRILLIC if 10 * len(re.findall(r"[А-яЁё]", cyrillic)) > 8 * len(foreign) else "utf-8"
    if 3 * western.count(BROKEN) > len(foreign):
        return "utf-8"
    # z³oty, pó¿niej: signs within words are letters of another code page
    odd = len(re.findall(r"(?<=[a-z])[¹³¼¾¿Ÿ£¥](?=[a-z])", western))
    return _CENTRAL if 10 * odd > len(foreign) else _WESTERN
