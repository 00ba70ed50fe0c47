"""A mail's parts: what its writer says, the signature, and older mail that the program put below.

No library does it for text that may be hostile: mail-parser-reply 1.36 takes minutes for 90 kB of `On On On`, and
others know one language. Here every line is looked at once, and patterns are bounded.
"""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

_WORDS: Final = tomllib.loads(files("fewsight.texts").joinpath("mail.toml").read_text(encoding="utf-8"))
_LONGEST_HEADER: Final = 300
_LONGEST_SIGNATURE: Final = 12
"""Lines after a greeting that ends a mail; more of them are no signature."""


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_QUOTED: Final = re.compile(r"\s{0,3}>(?:\s|>|$)")
_WROTE: Final = re.compile(rf"(?:{_any(' '.join(_WORDS['wrote']).split())})[^\n]{{0,120}}[:：]\s*$", re.IGNORECASE)
_ADDRESSED: Final = re.compile(
    r"\s*(?:\d{4}\s?[年/.-]|\S{1,40}\s*<)[^\n]{0,200}<[^<>\s]+@[^<>\s]+>[^\n]{0,12}[:：]\s*$"
)
_DATED: Final = re.compile(r"\d[\d\s./年月日:-]*\d|@")
_ORIGINAL: Final = re.compile(
    rf"\s*[-_=*#]{{0,40}}\s*(?:{_any(_WORDS['original'])})\s*:?\s*[-_=*#]{{0,40}}\s*$", re.IGNORECASE
)
_FROM: Final = re.compile(rf"\s{{0,3}}\*{{0,2}}(?:{_any(_WORDS['from'])})\s?[:：]\*{{0,2}}\s*\S", re.IGNORECASE)
_HEADER: Final = re.compile(rf"\s{{0,3}}\*{{0,2}}(?:{_any(_WORDS['header'])})\s?[:：]\*{{0,2}}", re.IGNORECASE)
_RULE: Final = re.compile(r"\s*[-_=*]{5,}\s*$")
_DELIMITER: Final = re.compile(r"\s*(?:--|__|—)\s*$")
_DEVICE: Final = re.compile(rf"\s*(?:{_any(_WORDS['device'])})[^\n]{{0,80}}$", re.IGNORECASE)
_CLOSING: Final = re.compile(rf"\s*(?:{_any(_WORDS['closing'])})[\s,.!]*$", re.IGNORECASE)
_MAYBE: Final = re.compile(
    rf"^[ \t]{{0,3}}>|[:：][ \t]*$|^[ \t]*(?:--|__|—)[ \t]*$|{_any(_WORDS['original'])}"
    rf"|{_any(_WORDS['device'])}|{_any(_WORDS['closing'])}"
    rf"|^[ \t]{{0,3}}\*{{0,2}}(?:{_any(_WORDS['from'])})\s?[:：]",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail's writer says, the signature below it, and the older mail that it quotes; each may be empty."""

    own: str
    signature: str = ""
    quoted: str = ""


def split_mail(text: str) -> Mail:
    """The parts of a mail. A text without marks of a mail is all the writer's own.

    >>> split_mail("Cancel it.\\n\\nOn 1 Jan 2024 at 9:00, Shop <help@shop.example> wrote:\\n> Thank you!")
    Mail(own='Cancel it.', signature='', quoted='On 1 Jan 2024 at 9:00, Shop <help@shop.example> wrote:\\n> Thank you!')
    """
    if not _MAYBE.search(text):
        return Mail(text)
    lines = text.splitlines()
    own, quoted = _apart(lines)
    own, signature = _without_signature(own)
    if not quoted and not signature:
        return Mail(text)
    return Mail(_joined(own), _joined(signature), _joined(quoted))


def _apart(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """Own lines, and lines of older mail."""
    own: list[str] = []
    quoted: list[str] = []
    at = 0
    while at < len(lines):
        if _QUOTED.match(lines[at]):
            quoted.append(lines[at])
            at += 1
            continue
        length = _mark(lines, at, bool(_joined(own)))
        if not length:
            own.append(lines[at])
            at += 1
            continue
        end = _end_of_quote(lines, at + length)
        quoted += lines[at:end]
        at = end
    while own and (not own[-1].strip() or (quoted and _RULE.match(own[-1]))):
        own.pop()
    return own, quoted


def _mark(lines: Sequence[str], at: int, after_words: bool) -> int:
    """Number of lines of a mark after which older mail begins, 0 where there is none."""
    line = lines[at]
    if not line.strip() or len(line) > _LONGEST_HEADER:
        return 0
    if _ORIGINAL.match(line):
        return 1
    if _FROM.match(line) and after_words and any(_HEADER.match(other) for other in lines[at + 1 : at + 4]):
        return 1
    for length in (1, 2, 3):  # programs break a long line
        whole = " ".join(part.strip() for part in lines[at : at + length])
        if len(whole) > _LONGEST_HEADER or not all(part.strip() for part in lines[at : at + length]):
            return 0
        if _ADDRESSED.match(whole) or (_WROTE.search(whole) and _DATED.search(whole)):
            return length
    return 0


def _end_of_quote(lines: Sequence[str], start: int) -> int:
    """Where older mail ends: after its lines with `>`, where it has such, else with the text."""
    first = start
    while first < len(lines) and not lines[first].strip():
        first += 1
    if first == len(lines) or not _QUOTED.match(lines[first]):
        return len(lines)
    while first < len(lines) and _QUOTED.match(lines[first]):
        first += 1
    return first


def _without_signature(lines: list[str]) -> tuple[list[str], list[str]]:
    """Own lines before the signature, and the signature: below `--`, from a closing greeting on, or a device's line."""
    for at, line in enumerate(lines):
        if at and _DELIMITER.match(line) and _joined(lines[:at]):
            return lines[:at], lines[at:]
    for at in range(max(1, len(lines) - _LONGEST_SIGNATURE), len(lines)):
        short = all(len(line) <= 80 for line in lines[at:])
        if short and _joined(lines[:at]) and (_CLOSING.match(lines[at]) or _DEVICE.match(lines[at])):
            return lines[:at], lines[at:]
    return lines, []


def _joined(lines: Sequence[str]) -> str:
    return "\n".join(lines).strip()
