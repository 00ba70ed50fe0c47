"""The built-in detector: everything that a pattern can find, behind one cheap look at the text."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from fewsight.masking.detectors import codes, documents, numbers, payments, phones, secrets
from fewsight.masking.detectors.people import chinese, cues
from fewsight.masking.detectors.places import postcodes, streets
from fewsight.masking.folding import CJK, WORD, Folded
from fewsight.masking.spans import Detector, Span

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


def emails(text: Folded) -> Iterator[Span]:
    """E-mail addresses, of every script, also written '(at)', '[dot]' or ' at … dot …'."""
    for match in _EMAIL.finditer(text.low):
        start = match.start() + len(match[0]) - len(match[0].lstrip(".-+%_"))
        plain = re.sub(
            r" ?[(\[]dot[)\]] ?| dot ",
            ".",
            re.sub(r" ?[(\[]at[)\]] ?| at ", "@", text.text[start : match.end()].lower()),
        )
        yield Span(start, match.end(), "EMAIL", "email:" + plain)


def urls(text: str) -> Iterator[Span]:
    """Addresses of pages that carry a token, a session or somebody's data; ordinary links stay."""
    for match in _URL.finditer(text):
        end = match.start() + len(match[0].rstrip(".,;:!?)]}"))
        if _SECRET_URL.search(text, match.start(), end):
            yield Span(match.start(), end, "URL")


_RULES: Final[tuple[tuple[int, Callable[[str], Iterator[Span]]], ...]] = (
    (7, documents.ids),
    (14, payments.cards),
    (7, payments.ibans),
    (7, phones.phones),
)
"""Rules with the shortest run of digits that any of their numbers has."""

_TRIGGERS: Final = cues.TRIGGERS | secrets.TRIGGERS | streets.TRIGGERS | postcodes.TRIGGERS | documents.TRIGGERS
_DIGIT: Final = re.compile("[0-9]").search
_SECRETS_ZH: Final = re.compile(r"密码|口令|验证码|校验码|动态码|安全码").search


class PatternDetector:
    """Identifiers that have a form of their own, or words beside them (docs/pseudonyms.md has the list)."""

    def find(self, text: Folded) -> Iterable[Span]:
        """Spans of every rule; they may overlap."""
        low = text.low
        triggers = text.words & _TRIGGERS
        plain = low.isascii()
        spans: list[Span] = []
        if triggers:
            if not triggers.isdisjoint(cues.TRIGGERS):
                spans += cues.named(text, triggers)
            if not triggers.isdisjoint(secrets.TRIGGERS):
                spans += secrets.secrets(text)
        if not plain:
            spans += chinese.chinese_names(text)
            if _SECRETS_ZH(low):
                spans += secrets.secrets(text)
        if "@" in low or "at)" in low or "at]" in low or " dot " in low:
            spans += emails(text)
        if "http" in low or "www." in low:
            spans += urls(low)
        if ":" in low or "是" in low or "=" in low:
            spans += codes.handles(low)
        if _DIGIT(low):
            digits = sum(map(low.count, "0123456789"))
            spans += streets.streets(text, triggers, digits)
            spans += postcodes.postcodes(text, triggers, digits)
            if digits >= 3:
                spans += _numbers(text, triggers, digits)
        return spans


def _numbers(text: Folded, triggers: frozenset[str], digits: int) -> Iterator[Span]:
    low = text.low
    run = numbers.longest_run(low) if digits >= 7 else digits
    if digits >= 4:
        yield from documents.labelled_ids(text, triggers)
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


def plain_identifiers(text: Folded) -> list[Span]:
    """E-mails, telephones, cards, bank accounts and national ids that their form tells.

    For names of products and channels and for customer ids, where words around are no sentence.
    """
    spans = [*emails(text)] if "@" in text.low else []
    if (run := numbers.longest_run(text.low)) >= _RULES[0][0]:
        spans += [span for least, rule in _RULES if run >= least for span in rule(text.low)]
    return spans


DEFAULT: Final[tuple[Detector, ...]] = (PatternDetector(),)
