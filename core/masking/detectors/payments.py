"""Payment cards and bank accounts."""

import re
from collections.abc import Iterator

from fewsight.masking.detectors import checks
from fewsight.masking.detectors.numbers import LEFT, RIGHT, digits_of, of_a_product
from fewsight.masking.spans import Span

_GAP = r"(?: {0,2}[\n.\-]?[ \n]{0,2})"
_CARDS = re.compile(
    LEFT + rf"(?:[2-6]\d{{3}}(?:{_GAP}\d{{4}}){{3}}(?:[ .\-]?\d{{1,3}})?|3\d{{3}}{_GAP}\d{{6}}{_GAP}\d{{4,5}})" + RIGHT
)
_IBANS = re.compile(LEFT + r"[a-z]{2} ?\d{2}(?=(?:[ \-\n]{0,3}[a-z0-9]){11})")
_IBAN_GROUP = re.compile(r"[ \-\n]{0,3}([a-z0-9]{1,32})(?![a-z0-9])")
_IBAN_WORD = re.compile(r"iban[ :.#=是为]{0,4}(?:(?:is|ist|est|es|lautet) )?$").search


def cards(text: str) -> Iterator[Span]:
    """Payment cards. Four groups of four may have a wrong check digit, which is a slip of the finger."""
    for match in _CARDS.finditer(text):
        number, start = match[0], match.start()
        shorter = re.sub(r"[ .\-]\d{1,3}$", "", number)
        whole = next((n for n in (number, shorter) if checks.card(digits_of(n))), None)
        if whole is None and not shorter.isdigit() and checks.issued(digits_of(shorter)):
            whole = shorter
        if whole is not None and not of_a_product(text, start):
            yield Span(start, start + len(whole), "CARD", "card:" + digits_of(whole))


def ibans(text: str) -> Iterator[Span]:
    """International bank account numbers, in groups or not, also over the end of a line.

    One with a wrong check sum counts only where the word IBAN stands before it.
    """
    for match in _IBANS.finditer(text):
        start = match.start()
        code, end, best = match[0].replace(" ", ""), match.end(), None
        while len(code) < 34 and (group := _IBAN_GROUP.match(text, end)) is not None:
            code, end = code + group[1], group.end()
            if checks.iban(code):
                best = code, end
        if best is None and _IBAN_WORD(text, max(0, start - 16), start):
            best = _as_written(text, match)
        if best is not None:
            yield Span(start, best[1], "IBAN", "iban:" + best[0])


def _as_written(text: str, match: re.Match[str]) -> tuple[str, int] | None:
    """The groups that follow and hold a digit, where they are as many characters as an IBAN has."""
    code, end = match[0].replace(" ", ""), match.end()
    while (group := _IBAN_GROUP.match(text, end)) is not None and re.search(r"\d", group[1]):
        code, end = code + group[1], group.end()
    return (code, end) if 15 <= len(code) <= 34 else None
