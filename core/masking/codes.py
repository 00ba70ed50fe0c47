"""Numbers that a word in front makes an identifier: orders, accounts, documents, passwords, names after a label."""

import re
from collections.abc import Iterator

from fewsight.masking.folding import WORD
from fewsight.masking.names import name_key
from fewsight.masking.spans import Span

_NUMBER_WORD = r"(?: ?(?:number|numbers|num|no\.?|nr\.?|id|ids|code|ref(?:erence)?|#|编号|号码|单号|号))"
_LABELS = re.compile(
    rf"(?<!{WORD})(?:"
    r"(?P<ORDER>orders?|invoices?|purchase|booking|reservation|confirmation|transaction|payment|tracking|parcel|package"
    r"|shipment|consignment|awb|waybill|case|tickets?|rma|returns?|refunds?|receipt|po|reference|ref)"
    r"|(?P<ACCOUNT>account|acct|customer|client|member|membership|loyalty|policy|contract|subscription|user)"
    r"|(?P<ID>passport|driver'?s? licen[cs]e|licen[cs]e|ssn|social security|national id|id card|tax id|vat)"
    r"|(?P<SECRET>password|passcode|pwd|pin|cvv|cvc|otp)"
    rf")(?!(?!s?{_NUMBER_WORD}){WORD})"
    r"|(?P<ORDER_ZH>订单|运单|快递|物流|发票|退款|退货|售后|工单|流水|交易|单号|取件码|提货码)"
    r"|(?P<ACCOUNT_ZH>会员|客户|账户|账号|帐号|用户|微信|qq)"
    r"|(?P<CARD_ZH>银行卡|卡号)"
    r"|(?P<ID_ZH>身份证|护照|驾照|通行证)"
    r"|(?P<SECRET_ZH>密码|验证码)"
)
_LINK = re.compile(rf"({_NUMBER_WORD}{{0,2}})((?:[ :=#.]|\"|'|\(|（|是|为|was|is)*)")
_CODE = re.compile(rf"[a-z0-9](?:[a-z0-9]|[\-_/](?=[a-z0-9])){{2,39}}(?!{WORD})(?![.,:]\d)")
_SPACED = re.compile(rf"\d{{2,6}}(?:[ \-]\d{{2,6}}){{1,4}}(?!{WORD})")
_LIST = re.compile(r" ?(?:,|&|、|/|and|or|和|及|与) ?#?")
_AMOUNT = re.compile(
    r"%| ?(?:年|月|日|号[^码]|元|块|件|个|份|天|次|双|盒|瓶|套|条|台|人|积分|分钟|小时|[kmg]?[gbl]\b|kg|ml|mm|cm|mah"
    r"|pcs|pieces?|units?|items?|points?|days?|hours?|weeks?|months?|years?|times|usd|eur|gbp|dollars|euros|pounds)"
)
_DATE = re.compile(r"(?:19|20)\d\d(?:[\-/]\d\d?){1,2}$|\d\d?([\-/])\d\d?\1\d{2,4}$|\d{1,2}-\d{1,2}$")
_BARE = re.compile(
    rf"(?<!{WORD})(?:\d{{3}}-\d{{7}}-\d{{7}}|1z[0-9a-z]{{16}}|(?:sf|yt|jd|jt|st|zto)[a-z]{{0,3}}\d{{11,15}}"
    rf"|[a-z]{{2}}\d{{9}}[a-z]{{2}})(?!{WORD})"
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
    return "code:" + "".join(c for c in code.lower() if c.isalnum())


def codes(text: str) -> Iterator[Span]:
    """Codes after a label ('order no. A1234-99', '订单号：2024…'), and formats that need none (3-7-7, 1Z…)."""
    for label in _LABELS.finditer(text):
        kind = (label.lastgroup or "").removesuffix("_ZH")
        link = _LINK.match(text, label.end())
        assert link is not None  # every part of it may be empty
        strong = bool(link[1]) or any(c in ":#=是为" for c in link[2])
        yield from _codes_at(text, link.end(), kind, strong, chinese=label[0] > "\u2e80")
    for match in _BARE.finditer(text):
        if not _COLOUR.search(text, max(0, match.start() - 14), match.start()):
            yield Span(match.start(), match.end(), "ORDER", code_key(match[0]))


def handles(text: str) -> Iterator[Span]:
    """User names after a label and a colon; they need no digit."""
    for match in _HANDLES.finditer(text):
        yield Span(match.start(1), match.end(1), "ACCOUNT", code_key(match[1]))


def _codes_at(text: str, start: int, kind: str, strong: bool, chinese: bool) -> Iterator[Span]:
    while True:
        spaced = _SPACED.match(text, start) if strong and kind in ("ORDER", "ACCOUNT", "CARD") else None
        match = spaced if spaced and not _DATE.match(spaced[0].replace(" ", "-")) else _CODE.match(text, start)
        if match is None or not _is_code(match, kind, strong, chinese):
            return
        yield Span(match.start(), match.end(), kind, code_key(match[0]))
        another = _LIST.match(text, match.end())
        if another is None:
            return
        start = another.end()


def _is_code(match: re.Match[str], kind: str, strong: bool, chinese: bool) -> bool:
    code, text = match[0], match.string
    digits = sum(c.isdigit() for c in code)
    if _DATE.match(code) or _AMOUNT.match(text, match.end()):
        return False
    if kind == "SECRET":
        return digits >= 3
    if kind in ("ID", "CARD"):
        return (digits >= 6 and strong) or digits >= 8
    if strong:
        return (digits >= 1 and len(code) >= 4) or digits >= 3
    return digits >= (6 if chinese else 4) and len(code) >= 5


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
