"""Telephone numbers: international, Chinese, North American and European national forms; others after a word."""

import re
from collections.abc import Iterator

from fewsight.masking.detectors.numbers import DATE, LEFT, RIGHT, digits_of, of_a_product
from fewsight.masking.keys import phone_key
from fewsight.masking.spans import Span

_PHONES = re.compile(
    LEFT + r"(?<![+\-/])(?:"
    # +44 20 7946 0958, +49 (0)30 123456, 0086 138 0013 8000
    r"(?:\+ ?|(?<![0-9] )00)[1-9]\d{0,2}[ .\-/]{0,2}(?:\(0?\d{0,4}\)[ .\-/]?)?\d(?:[ .\-/]?\d){5,12}"
    # Chinese mobile: 138 0013 8000, 13800138000, 86-138...
    r"|(?:86[ \-]?)?1[3-9]\d(?:\d{8}|[ \-]\d{4}[ \-]\d{4}|[ \-]\d{3}[ \-]\d{5}|\d[ \-]\d{3}[ \-]\d{4})"
    # Chinese landline: 010-12345678, (0571) 8765 4321 ext. 12; service numbers: 400-820-8820
    r"|\(?0(?:10|2\d|[3-9]\d\d)\)?[ \-]{0,2}[2-8]\d{2,3}[ \-]?\d{4}(?:(?:-| ?转| ?ext\.? ?)\d{1,5})?"
    r"|(?:400|800)[ \-]\d{3,4}[ \-]\d{3,4}"
    # North America: (415) 555-0132, 415-555-0132, 1-800-555-0199
    r"|(?:1[ .\-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .\-])[2-9]\d\d[ .\-]\d{4}"
    # France: 06 12 34 56 78; Germany: 0151 234 567 89; Britain and others: 07700 900123, 030/1234567, 07700900123
    r"|0[1-9](?:[ .\-]\d\d){4}"
    r"|(?<!\d[ \-])\(?0[1-9]\d{1,4}\)?[ \-/]{1,3}\d{2,4}[ \-]\d{2,4}(?:[ \-]\d{2,4})?"
    r"|\(?0[1-9]\d{1,3}\)?[ \-/]{1,3}(?:\d{3,4}[ \-]?\d{3,5}|\d{6,8})"
    r"|06[ \-]\d{8}|0[1-9]\d{8,9}"
    # Spain: 612 345 678, 612 34 56 78, 91 123 45 67, 612345678; Italian mobile: 333 123 4567
    r"|[6-9]\d\d(?:(?:[ .\-]\d{3}){2}(?! \d{3})|(?:[ .\-]\d\d){3})|9\d[ .\-]\d{3}(?:[ .\-]\d\d){2}|[67]\d{8}"
    r"|3[2-9]\d[ .\-]\d{3}[ .\-]?\d{4}"
    r")" + RIGHT + r"(?![.,\-/]?\d)"
)
_CALL = re.compile(
    r"(?:phone|tel|mobile|mob|cell|fax|call|text|ring|reach|whatsapp|sms|handy|mobil|rufnummer|anrufen|portable|appel"
    r"|joindre|movil|celular|llam|telefono|cellulare|telefoon|电话|手机|座机|联系方式|致电|拨打)(?:[a-z]{0,3}(?![a-z]))?"
    r"(?:[ :#.=]|号码?|是|为|number|nummer|no\.?(?=[ :])|is|ist|est|es|at|on|me|us|him|her|le|al|au|el){0,6}"
    r"(\+?\(?\d(?:[ ().\-/]{0,2}\d){6,14})" + RIGHT + r"(?![.,/]?\d)"
)
_MONEY = re.compile(r"(?:[$€£¥₩₹]|usd|eur|gbp|cny|rmb|jpy) ?$")
_UNIT = re.compile(
    r" ?(?:[$€£¥%]|元|块|件|usd|eur|gbp|dollars?|pounds?|pesos?|euros?|yen|kr|units?|stuck|pieces?|seconds?)"
).match


def phones(text: str) -> Iterator[Span]:
    """Telephone numbers of the forms above."""
    for match in _PHONES.finditer(text):
        if 7 <= len(digits_of(match[0])) <= 16 and _is_phone(text, match.start(), match[0]):
            yield Span(match.start(), match.end(), "PHONE", phone_key(match[0].partition("转")[0]))
    for match in _CALL.finditer(text):
        if _is_phone(text, match.start(1), match[1]):
            yield Span(match.start(1), match.end(1), "PHONE", phone_key(match[1]))


def _is_phone(text: str, start: int, number: str) -> bool:
    return not (
        DATE.match(number)
        or of_a_product(text, start)
        or _MONEY.search(text, max(0, start - 4), start)
        or (number[0] not in "+0(" and _UNIT(text, start + len(number)))
    )
