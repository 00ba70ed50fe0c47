"""Numbers that identify somebody: telephones, cards, bank accounts, identity cards, network addresses.

All patterns are written for plain lower-case text (`Folded.low`). Chinese is written without spaces, so a border is
'no letter or digit of a spacing script beside it', never a word boundary.
"""

import re
from collections.abc import Callable, Iterator

from fewsight.masking import checks
from fewsight.masking.folding import WORD
from fewsight.masking.spans import Span

_LEFT = rf"(?<!{WORD})(?<![0-9][.,])"
_RIGHT = rf"(?!{WORD})"

_PHONES = re.compile(
    _LEFT + r"(?<![+\-/])(?:"
    # +44 20 7946 0958, +49 (0)30 123456, 0086 138 0013 8000
    r"(?:\+ ?|(?<![0-9] )00)[1-9]\d{0,2}[ .\-/]{0,2}(?:\(0?\d{0,4}\)[ .\-/]?)?\d(?:[ .\-/]?\d){5,12}"
    # Chinese mobile: 138 0013 8000, 13800138000, 86-138...
    r"|(?:86[ \-]?)?1[3-9]\d(?:\d{8}|[ \-]\d{4}[ \-]\d{4}|[ \-]\d{3}[ \-]\d{5}|\d[ \-]\d{3}[ \-]\d{4})"
    # Chinese landline: 010-12345678, (0571) 8765 4321 ext. 12; service numbers: 400-820-8820
    r"|\(?0(?:10|2\d|[3-9]\d\d)\)?[ \-]{0,2}[2-8]\d{2,3}[ \-]?\d{4}(?:(?:-| ?转| ?ext\.? ?)\d{1,5})?"
    r"|(?:400|800)[ \-]\d{3,4}[ \-]\d{3,4}"
    # North America: (415) 555-0132, 415-555-0132, 1-800-555-0199
    r"|(?:1[ .\-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .\-])[2-9]\d\d[ .\-]\d{4}"
    # France: 06 12 34 56 78; Britain and others: 07700 900123, 020 7946 0958, 030/1234567, 07700900123
    r"|0[1-9](?:[ .\-]\d\d){4}"
    r"|\(?0[1-9]\d{1,3}\)?[ \-/]{1,2}\d{3,4}[ \-]?\d{3,5}"
    r"|0[1-9]\d{8,9}"
    r")" + _RIGHT + r"(?![.,\-/]?\d)"
)
_CALL = re.compile(
    r"(?:phone|tel|mobile|mob|cell|fax|call|text|ring|reach|whatsapp|sms|电话|手机|座机|联系方式|致电|拨打)"
    r"(?:[ :#.=]|号码?|是|为|number|no\.?(?=[ :])|is|at|on|me|us|him|her){0,6}"
    r"(\+?\(?\d(?:[ ().\-/]{0,2}\d){6,14})" + _RIGHT + r"(?![.,/]?\d)"
)
_CARDS = re.compile(
    _LEFT + r"(?:[2-6]\d{3}(?:[ .\-]?\d{4}){3}(?:[ .\-]?\d{1,3})?|3\d{3}[ \-]?\d{6}[ \-]?\d{4,5})" + _RIGHT
)
_IBANS = re.compile(_LEFT + r"[a-z]{2}\d{2}(?=(?:[ \-]?[a-z0-9]){11})")
_IDS = re.compile(
    _LEFT + r"(?:[1-9]\d{5} ?(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]) ?\d{3}[\dx]"
    r"|(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4})" + _RIGHT + r"(?!-)"
)
_IPV4 = re.compile(rf"(?<!{WORD})(?<![.\-])\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?![.\-]?{WORD})")
_IPV6 = re.compile(rf"(?<!{WORD})(?<!:)(?:[0-9a-f]{{0,4}}:){{2,7}}[0-9a-f]{{0,4}}(?!:?{WORD})(?!:)")
_LONG = re.compile(_LEFT + r"\d{16,40}" + _RIGHT + r"(?![.,]\d)")

_NO_DIGIT = re.compile(r"[^0-9]+").sub
_RUN = re.compile(r"[0-9](?:[ ().\-/]{0,4}[0-9])*")
_DATE = re.compile(r"(?:19|20)\d\d([.\-/ ])\d\d?\1\d\d?(?!\d)|\d\d?([.\-/ ])\d\d?\2(?:19|20)\d\d(?!\d)")
_PRODUCT_WORDS = (
    "isbn", "ean", "upc", "gtin", "sku", "asin", "barcode", "model", "item", "part", "serial", "version", "firmware",
    "build", "imei", "型号", "货号", "款号", "条码", "条形码", "商品编", "产品编", "版本", "固件", "序列号",
)  # fmt: skip
_PRODUCT = re.compile(
    rf"(?:{'|'.join(_PRODUCT_WORDS)})(?:-1[03])?[号码]?(?: ?(?:no\.?|number|code|编号|号))? ?[:#=是]? ?v?$"
)
_MONEY = re.compile(r"(?:[$€£¥₩₹]|usd|eur|gbp|cny|rmb|jpy) ?$")


def _digits(text: str) -> str:
    return _NO_DIGIT("", text)


def longest_run(text: str) -> int:
    """The most digits that follow one another with no more than separators between them, dates apart.

    >>> longest_run("call +44 7700 900123 after 2026-03-01, it cost 1,299.00")
    12
    """
    runs = [run for run in _RUN.findall(text) if not _DATE.fullmatch(run)]
    return max((len(_digits(run)) for run in runs), default=0)


def of_a_product(text: str, start: int) -> bool:
    """Whether the number at `start` is said to be a product's or a version's ('ISBN …', '型号：…')."""
    before = text[max(0, start - 28) : start]
    return any(word in before for word in _PRODUCT_WORDS) and _PRODUCT.search(before) is not None


def phone_key(number: str) -> str:
    """Equal for one number written in several ways: its last nine digits.

    >>> phone_key("+44 7700 900123") == phone_key("07700 900 123")
    True
    """
    return "phone:" + _digits(number)[-9:]


def phones(text: str) -> Iterator[Span]:
    """Telephone numbers: international, Chinese, North American and common national forms; others after a word."""
    for match in _PHONES.finditer(text):
        if 7 <= len(_digits(match[0])) <= 16 and _is_phone(text, match.start(), match[0]):
            yield Span(match.start(), match.end(), "PHONE", phone_key(match[0].partition("转")[0]))
    for match in _CALL.finditer(text):
        if _is_phone(text, match.start(1), match[1]):
            yield Span(match.start(1), match.end(1), "PHONE", phone_key(match[1]))


def _is_phone(text: str, start: int, number: str) -> bool:
    return not (_DATE.match(number) or of_a_product(text, start) or _MONEY.search(text, max(0, start - 4), start))


def cards(text: str) -> Iterator[Span]:
    """Payment cards."""
    for match in _CARDS.finditer(text):
        number, start = match[0], match.start()
        shorter = re.sub(r"[ .\-]\d{1,3}$", "", number)
        whole = next((n for n in (number, shorter) if checks.card(_digits(n))), None)
        if whole is not None and not of_a_product(text, start):
            yield Span(start, start + len(whole), "CARD", "card:" + _digits(whole))


def ibans(text: str) -> Iterator[Span]:
    """International bank account numbers, in groups or without spaces."""
    for match in _IBANS.finditer(text):
        want, end, code = checks.IBAN_LENGTHS.get(match[0][:2], 0), match.start(), ""
        while len(code) < want and end < len(text) and (text[end] in " -" or text[end].isalnum()):
            code, end = code + text[end].strip(" -"), end + 1
        if want and code.isascii() and checks.iban(code) and not re.match(WORD, text[end : end + 1]):
            yield Span(match.start(), end, "IBAN", "iban:" + code)


def _plain_rule(
    kind: str, pattern: re.Pattern[str], accept: Callable[[str], bool], family: str
) -> Callable[[str], Iterator[Span]]:
    def find(text: str) -> Iterator[Span]:
        for match in pattern.finditer(text):
            if accept(match[0]) and not of_a_product(text, match.start()):
                yield Span(match.start(), match.end(), kind, family + match[0].replace(" ", ""))

    return find


ids = _plain_rule("ID", _IDS, lambda code: "-" in code or checks.chinese_id(code.replace(" ", "")), "id:")
ipv4 = _plain_rule("IP", _IPV4, checks.ipv4, "ip:")
ipv6 = _plain_rule("IP", _IPV6, checks.ipv6, "ip:")
long_numbers = _plain_rule("NUMBER", _LONG, lambda _: True, "code:")
