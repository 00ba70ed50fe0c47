"""Numbers: what the rules for them share, network addresses, and long numbers of any kind.

All patterns are written for plain lower-case text (`Folded.low`). Chinese is written without spaces, so a border is
'no letter or digit of a spacing script beside it', never a word boundary.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from fewsight.masking.detectors import checks
from fewsight.masking.folding import WORD
from fewsight.masking.spans import Span

LEFT: Final = rf"(?<!{WORD})(?<![0-9][.,])"
RIGHT: Final = rf"(?!{WORD})"
DATE: Final = re.compile(r"(?:19|20)\d\d([.\-/ ])\d\d?\1\d\d?(?!\d)|\d\d?([.\-/ ])\d\d?\2(?:19|20)\d\d(?!\d)")

_IPV4 = re.compile(rf"(?<!{WORD})(?<![.\-])\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?![.\-]?{WORD})")
_IPV6 = re.compile(rf"(?<!{WORD})(?<!:)(?:[0-9a-f]{{0,4}}:){{2,7}}[0-9a-f]{{0,4}}(?!:?{WORD})(?!:)")
_LONG = re.compile(LEFT + r"\d{16,40}" + RIGHT + r"(?![.,]\d)")

_NO_DIGIT = re.compile(r"[^0-9]+").sub
_RUN = re.compile(r"[0-9](?:[ ().\-/\n]{0,4}[0-9])*")
_PRODUCT_WORDS = (
    "isbn", "ean", "upc", "gtin", "sku", "asin", "barcode", "model", "item", "part", "serial", "version", "firmware",
    "build", "imei", "artikel", "article", "articulo", "型号", "货号", "款号", "条码", "条形码", "商品编", "产品编",
    "版本", "固件", "序列号",
)  # fmt: skip
_PRODUCT = re.compile(
    rf"(?:{'|'.join(_PRODUCT_WORDS)})(?:-1[03])?[号码]?(?:[ \-]?(?:no\.?|nr\.?|n[°º]|nummer|number|code|编号|号))?"
    r" ?[:#=是]? ?v?$"
)


def digits_of(text: str) -> str:
    """The ASCII digits of a text."""
    return _NO_DIGIT("", text)


def longest_run(text: str) -> int:
    """The most digits that follow one another with no more than separators between them, dates apart.

    >>> longest_run("call +44 7700 900123 after 2026-03-01, it cost 1,299.00")
    12
    """
    runs = [run for run in _RUN.findall(text) if not DATE.fullmatch(run)]
    return max((len(digits_of(run)) for run in runs), default=0)


def of_a_product(text: str, start: int) -> bool:
    """Whether the number at `start` is said to be a product's or a version's ('ISBN …', '型号：…')."""
    before = text[max(0, start - 28) : start]
    return any(word in before for word in _PRODUCT_WORDS) and _PRODUCT.search(before) is not None


def plain_rule(
    kind: str, pattern: re.Pattern[str], accept: Callable[[str], bool], family: str
) -> Callable[[str], Iterator[Span]]:
    """A rule that takes what a pattern finds and a check accepts, product numbers apart."""

    def find(text: str) -> Iterator[Span]:
        for match in pattern.finditer(text):
            if accept(match[0]) and not of_a_product(text, match.start()):
                yield Span(match.start(), match.end(), kind, family + match[0].replace(" ", ""))

    return find


ipv4 = plain_rule("IP", _IPV4, checks.ipv4, "ip:")
ipv6 = plain_rule("IP", _IPV6, checks.ipv6, "ip:")
long_numbers = plain_rule("NUMBER", _LONG, lambda _: True, "code:")
