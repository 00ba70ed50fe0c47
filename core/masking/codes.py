"""Numbers that a word in front makes an identifier: orders, accounts, documents, passwords, names after a label."""

import re
from collections.abc import Iterator
from typing import Final

from fewsight.masking.folding import WORD, Folded
from fewsight.masking.names import name_key
from fewsight.masking.numbers import of_a_product
from fewsight.masking.spans import Span

_NO_DIGIT = re.compile(r"[^0-9]+").sub
_MARKS = re.compile(r"[\W_]+").sub
_LETTER = re.compile(WORD).match
_NUMBER = r"(?: ?(?:number|numbers|num|no\.?|nr\.?|id|ids|code|ref(?:erence)?|#|编号|号码|单号|号))"
_KINDS: Final = {
    word: kind
    for kind, line in (
        (
            "ORDER",
            "order invoice purchase booking reservation confirmation transaction payment tracking parcel package",
        ),
        ("ORDER", "shipment consignment awb waybill case ticket rma return refund receipt po reference ref"),
        ("ORDER", "订单 运单 快递 物流 发票 退款 退货 售后 工单 流水 交易 单号 取件码 提货码"),
        ("ACCOUNT", "account acct customer client member membership loyalty policy contract subscription user qq"),
        ("ACCOUNT", "会员 客户 账户 账号 帐号 用户 微信"),
        ("CARD", "银行卡 卡号"),
        ("ID", "passport license licence ssn vat 身份证 护照 驾照 通行证"),
        ("SECRET", "password passcode pwd pin cvv cvc otp 密码 验证码"),
    )
    for word in line.split()
}
_LABELS_ZH: Final = {word: kind for word, kind in _KINDS.items() if word > "\u2e80"}
_LABELS: Final = {
    word + ending: (len(word), kind)
    for word, kind in _KINDS.items()
    if word not in _LABELS_ZH
    for ending in ("", "s", "id", "ids", "no", "nr", "num", "number", "code", "ref")
}
_WORDS = re.compile("[a-z]+").finditer
_LINK = re.compile(rf"({_NUMBER}{{0,2}})((?:[ :=#.]|\"|'|\(|（|是|为|was|is)*)")
_CODE = re.compile(rf"[a-z0-9](?:[a-z0-9]|[\-_/](?=[a-z0-9])){{2,39}}(?!{WORD})(?![.,:]\d)")
_SPACED = re.compile(rf"\d{{2,6}}(?:[ \-]\d{{2,6}}){{1,4}}(?!{WORD})")
_LIST = re.compile(r" ?(?:,|&|、|/|and|or|和|及|与) ?#?")
_AMOUNT = re.compile(
    r"%| ?(?:年|月|日|号[^码]|元|块|件|个|份|天|次|双|盒|瓶|套|条|台|人|积分|分钟|小时|[kmg]?[gbl]\b|kg|ml|mm|cm|mah"
    r"|pcs|pieces?|units?|items?|points?|days?|hours?|weeks?|months?|years?|times|usd|eur|gbp|dollars|euros|pounds)"
)
_DATE = re.compile(r"(?:19|20)\d\d(?:[\-/]\d\d?){1,2}$|\d\d?([\-/])\d\d?\1\d{2,4}$|\d{1,2}-\d{1,2}$|\d+(?:x\d+)+$")
_BARE = re.compile(
    rf"(?<!{WORD})(?:\d{{3}}-\d{{7}}-\d{{7}}|1z[0-9a-z]{{16}}|(?:sf|yt|jd|jt|st|zto)[a-z]{{0,3}}\d{{11,15}}"
    rf"|[a-z]{{2}}\d{{9}}[a-z]{{2}}|(?!sku|ean|isbn|upc|imei|mod)[a-z]{{1,4}}-\d{{6,12}})(?!{WORD})"
    rf"|(?<=#)(?:\d{{5,}}|[a-z]{{1,4}}-?\d{{4,}}(?:-\d+)*)(?!{WORD})"
)
_COLOUR = re.compile(r"(?:colou?r|hex|颜色|色号|色) ?(?:code)? ?[:=]? ?#$")
_HANDLES = re.compile(
    r"(?:username|user name|wechat(?: id)?|skype|telegram|instagram|微信号?|qq号?|用户名|账号|帐号) ?[:是=] ?@?"
    rf"([a-z0-9][a-z0-9_.\-]{{3,39}}(?<![.\-]))(?!{WORD})"
)


def code_key(code: str) -> str:
    """Equal for one code however it is cased, spaced and hyphenated.

    >>> code_key("#A1234-99") == code_key("a123499")
    True
    """
    return "code:" + _MARKS("", code.lower())


def codes(text: Folded) -> Iterator[Span]:
    """Codes after a label ('order no. A1234-99', '订单号：2024…')."""
    low = text.low
    if not text.words.isdisjoint(_LABELS):
        for match in _WORDS(low):
            if (label := _LABELS.get(match[0])) is not None and not _LETTER(low[match.start() - 1 : match.start()]):
                end = match.start() + label[0]
                yield from _after_label(low, end + low.startswith("s", end), label[1], least=4)
    if not low.isascii():
        for word, kind in _LABELS_ZH.items():
            at = low.find(word)
            while at >= 0:
                yield from _after_label(low, at + len(word), kind, least=6)
                at = low.find(word, at + len(word))


def bare(text: str) -> Iterator[Span]:
    """Codes in forms that need no label: 3-7-7 digits, parcel numbers, '#' and a long number."""
    for match in _BARE.finditer(text):
        if not (_COLOUR.search(text, max(0, match.start() - 14), match.start()) or of_a_product(text, match.start())):
            yield Span(match.start(), match.end(), "ORDER", code_key(match[0]))


def _after_label(text: str, end: int, kind: str, least: int) -> Iterator[Span]:
    link = _LINK.match(text, end)
    assert link is not None  # every part of it may be empty
    strong = bool(link[1]) or any(c in ":#=是为" for c in link[2])
    yield from _codes_at(text, link.end(), kind, strong, least)


def handles(text: str) -> Iterator[Span]:
    """User names after a label and a colon; they need no digit."""
    for match in _HANDLES.finditer(text):
        yield Span(match.start(1), match.end(1), "ACCOUNT", code_key(match[1]))


def _codes_at(text: str, start: int, kind: str, strong: bool, least: int) -> Iterator[Span]:
    while True:
        spaced = _SPACED.match(text, start) if strong and kind in ("ORDER", "ACCOUNT", "CARD") else None
        match = spaced if spaced and not _DATE.match(spaced[0].replace(" ", "-")) else _CODE.match(text, start)
        if match is None or not _is_code(match, kind, strong, least):
            return
        yield Span(match.start(), match.end(), kind, code_key(match[0]))
        another = _LIST.match(text, match.end())
        if another is None:
            return
        start = another.end()


def _is_code(match: re.Match[str], kind: str, strong: bool, least: int) -> bool:
    code, text = match[0], match.string
    if _DATE.match(code) or _AMOUNT.match(text, match.end()):
        return False
    digits = len(_NO_DIGIT("", code))
    if kind == "SECRET":
        return digits >= 3
    if kind in ("ID", "CARD"):
        return (digits >= 6 and strong) or digits >= 8
    if strong:
        return (digits >= 1 and len(code) >= 4) or digits >= 3
    return digits >= least and len(code) >= 5


_NAME_LABEL = re.compile(
    r"(?:[Mm]y (?:full )?name is|\b(?:[Nn]ame|[Rr]ecipient|[Aa]ddressee|[Cc]ontact):) ?"
    r"([A-Z][\w'’\-]+(?: [A-Z][\w'’\-]+){0,3})"
    r"|(?:收件人|收货人|姓名|联系人)(?:是|为|:) ?([\u4e00-\u9fff·]{2,4})(?![\u4e00-\u9fff])"
)


def labelled_names(text: str) -> Iterator[Span]:
    """Names that are said to be names ('my name is …', '收件人：…'). `text` keeps its case."""
    for match in _NAME_LABEL.finditer(text):
        group = match.lastindex or 1
        yield Span(match.start(group), match.end(group), "NAME", name_key(match[group]))
