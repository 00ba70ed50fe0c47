"""The built-in detector: everything that a pattern can find, behind one cheap look at the text."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from fewsight.masking import codes, numbers
from fewsight.masking.folding import CJK, WORD, Folded
from fewsight.masking.spans import Detector, Span

# Most short texts hold nothing of this, and are done with after one scan.
_ANYTHING = re.compile(r"[0-9@:=]|[(\[]at[)\]]| dot |name is|[是为]").search
_LOCAL = rf"[^\s@<>()\[\]{{}},;:\"'`/\\|=!?*&^$#~{CJK}\u2000-\u206f\u3000-\u303f]"
_LABEL = rf"(?:{WORD}|-)"
_AT = r"(?:@| ?(?:\(at\)|\[at]) ?| at (?=[a-z0-9\-]+ dot (?:com|co|net|org|edu|info|io|de|fr|cn|uk)\b))"
_DOT = r"(?:\.| ?(?:\(dot\)|\[dot]) ?| dot )"
_EMAIL = re.compile(
    rf"(?<!{_LOCAL}){_LOCAL}++(?:'{_LOCAL}++)?{_AT}(?:{_LABEL}++{_DOT})+(?=[^\W\d_]{{2}}){WORD}++(?:-{WORD}++)*"
)
_URL = re.compile(rf"(?:https?://|www\.)[^\s<>\"'`{CJK}\u2018-\u201f\u3001\u3002]+")
_SECRET_URL = re.compile(
    r"[?&;#][\w.\-]*(?:token|key|sig|auth|session|sid|secret|passw|pwd|code|mail|phone|user|uid|ticket|order)[\w.\-]*=."
    r"|//[^/@\s]+:[^/@\s]*@|/(?=[a-z]*\d)(?=\d*[a-z])[a-z0-9]{24,}(?![a-z0-9\-])"
)


def emails(text: str) -> Iterator[Span]:
    """E-mail addresses, of every script, also written '(at)', '[dot]' or ' at … dot …'."""
    for match in _EMAIL.finditer(text):
        start = match.start() + len(match[0]) - len(match[0].lstrip(".-+%_"))
        plain = re.sub(
            r" ?[(\[]dot[)\]] ?| dot ", ".", re.sub(r" ?[(\[]at[)\]] ?| at ", "@", text[start : match.end()])
        )
        yield Span(start, match.end(), "EMAIL", "email:" + plain)


def urls(text: str) -> Iterator[Span]:
    """Addresses of pages that carry a token, a session or somebody's data; ordinary links stay."""
    for match in _URL.finditer(text):
        end = match.start() + len(match[0].rstrip(".,;:!?)]}"))
        if _SECRET_URL.search(text, match.start(), end):
            yield Span(match.start(), end, "URL")


_RULES: Final[tuple[tuple[int, Callable[[str], Iterator[Span]]], ...]] = (
    (7, numbers.phones),
    (14, numbers.cards),
    (7, numbers.ibans),
    (9, numbers.ids),
)
"""Rules with the shortest run of digits that any of their numbers has."""


class PatternDetector:
    """Identifiers that have a form of their own, or a label in front of them (docs/pseudonyms.md has the list)."""

    def find(self, text: Folded) -> Iterable[Span]:
        """Spans of every rule; they may overlap."""
        low = text.low
        if not _ANYTHING(low):
            return ()
        spans = [*labels(text)]
        if "@" in low or "at)" in low or "at]" in low or " dot " in low:
            spans += emails(low)
        if "http" in low or "www." in low:
            spans += urls(low)
        if (digits := sum(map(low.count, "0123456789"))) >= 3:
            spans += _numbers(text, digits)
        return spans


def labels(text: Folded) -> Iterator[Span]:
    """Names and user names that a label gives away."""
    if ":" in text.low or "是" in text.low or "=" in text.low:
        yield from codes.handles(text.low)
        yield from codes.labelled_names(text.text)
    elif "name is" in text.low or "为" in text.low:
        yield from codes.labelled_names(text.text)


def _numbers(text: Folded, digits: int) -> Iterator[Span]:
    low = text.low
    run = numbers.longest_run(low) if digits >= 7 else digits
    for least, rule in _RULES:
        if run >= least:
            yield from rule(low)
    if low.count(".") >= 3:
        yield from numbers.ipv4(low)
    if low.count(":") >= 2:
        yield from numbers.ipv6(low)
    yield from codes.codes(text)
    if digits >= 9 or "#" in low or (digits >= 6 and "-" in low):
        yield from codes.bare(low)
    if run >= 16:
        yield from numbers.long_numbers(low)


DEFAULT: Final[tuple[Detector, ...]] = (PatternDetector(),)
