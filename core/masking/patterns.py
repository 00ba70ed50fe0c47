"""The built-in detector: everything that a pattern can find, behind one cheap look at the text."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from fewsight.masking import codes, numbers
from fewsight.masking.folding import CJK, WORD, Folded
from fewsight.masking.spans import Detector, Span

# What stands in no identifier lets most short texts pass after one scan.
_ANYTHING = re.compile(
    r"[0-9@]|\[at]|\(at\)| dot |https?:|name is|name:|recipient:|addressee:|contact:|收[件货]人|姓名|联系人"
    r"|微信|用户名|账号|帐号|username|user name|wechat|skype|telegram|instagram"
).search
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


_RULES: Final[tuple[Callable[[str], Iterator[Span]], ...]] = (
    numbers.phones,
    numbers.cards,
    numbers.ibans,
    numbers.ids,
    numbers.ipv4,
    numbers.ipv6,
    codes.codes,
    numbers.long_numbers,
)
_DIGIT = re.compile("[0-9]").search


class PatternDetector:
    """Identifiers that have a form of their own, or a label in front of them (docs/pseudonyms.md has the list)."""

    def find(self, text: Folded) -> Iterable[Span]:
        """Spans of every rule; they may overlap."""
        low = text.low
        if not _ANYTHING(low):
            return ()
        spans = [*emails(low), *urls(low), *codes.handles(low), *codes.labelled_names(text.text)]
        if _DIGIT(low):
            for rule in _RULES:
                spans += rule(low)
        return spans


DEFAULT: Final[tuple[Detector, ...]] = (PatternDetector(),)
