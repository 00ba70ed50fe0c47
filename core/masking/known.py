"""What the profile and the attributes say about this customer, and where it occurs in their texts."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from fewsight.events import CustomerHistory, Scalar
from fewsight.masking.codes import code_key
from fewsight.masking.folding import WORD, Folded, fold
from fewsight.masking.names import is_cjk, is_common, name_key, plausible, spellings, words
from fewsight.masking.numbers import phone_key
from fewsight.masking.spans import Span

HIDDEN: Final = words("""
    password passwordhash passcode token accesstoken apikey secret pin cvv ssn socialsecuritynumber nationalid taxid
    idcard idnumber passport passportnumber cardnumber creditcard iban bankaccount accountnumber birthdate birthday
    dateofbirth dob 密码 身份证 身份证号 身份证号码 护照号 银行卡号 卡号 生日 出生日期
    """)
"""Profile keys (lower case, letters and digits only) that are left out of a masked history."""

_NAMES = re.compile(
    r"(?:full|first|last|middle|family|given|sur|maiden|customer|client|contact|billing|shipping|recipient|holder|display"
    r"|nick)*name|surname|fname|lname|姓名|名字|姓|名|客户姓名|收[件货]人|联系人|真实姓名"
).fullmatch
_ORDERS = re.compile(
    r"(?:(?:last|first|latest|recent|related)?(?:order|invoice|booking|reservation|tracking|shipment|parcel|return|rma"
    r"|refund|ticket|case|transaction|payment|receipt|confirmation)(?:id|no|nr|num|number|code|ref|reference|ids|s)?"
    r"|(?:订单|运单|快递单|物流单|发票|退款|退货|工单|交易)(?:编?号|号码)?|单号)"
).fullmatch
_ACCOUNTS = re.compile(
    r"(?:user|customer|client|account|member|membership|loyalty|login|wechat|weixin)(?:id|no|number|code|handle)?"
    r"|(?:device|session|cookie)id|username|handle|nickname|昵称|用户名|会员号|会员卡号|客户编号|账号|微信号?|qq号?"
).fullmatch
_ADDRESS = re.compile(r".*(?:address|street|addr)(?:line)?\d?|(?:zip|postal|post)_?(?:code)?|zip|.*地址|邮编").fullmatch
_HANDLE = re.compile(r".*(?:name|handle|login|昵称|用户名|微信号?|wechat|weixin)(?:id)?").fullmatch
_LABEL_BEFORE = re.compile(
    r"(?:orders?|invoice|ticket|case|customer|client|account|acct|member|user|tracking|parcel|订单|运单|客户|会员|用户|账号|单"
    r"|编)(?: ?(?:number|no\.?|id|号码?|编号|code))?[ :#是为]*$"
).search
_RUN = re.compile(r"\d(?:[ ().\-/]{0,2}\d){6,16}")
_STREET = re.compile(r"[^省市区县州镇\s]{1,12}(?:路|街|道|巷|弄|村|小区|花园|大厦)\d+\S*")


class Needle(NamedTuple):
    """A lower-case text to look for. `start` and `end` say which part of it is the value."""

    low: str
    kind: str
    key: str
    start: int
    end: int
    bounded: bool
    common: bool = False
    labelled: bool = False

    def fits(self, text: Folded, at: int) -> bool:
        """Whether the occurrence at `at` is this value, and not a part of a longer word or number."""
        low, end = text.low, at + len(self.low)
        if self.bounded and (_word(low[at - 1 : at]) or _word(low[end : end + 1])):
            return False
        if self.low.isdigit() and (
            re.match(r"[.,]\d", low[end : end + 2]) or re.search(r"\d[.,]$", low[max(0, at - 2) : at])
        ):
            return False
        if self.labelled and not _LABEL_BEFORE(low, max(0, at - 24), at):
            return False
        return not self.common or plausible(text.text, at, end)


_is_word = re.compile(WORD).match


def _word(character: str) -> bool:
    return _is_word(character) is not None


class KnownValues:
    """The values that identify one customer."""

    def __init__(self) -> None:
        self.needles: dict[str, Needle] = {}
        self._phones: set[str] = set()

    @classmethod
    def of(cls, history: CustomerHistory) -> "KnownValues":
        """Values of the profile, codes among the attributes, and the customer's id."""
        known = cls()
        known.add("ACCOUNT", history.customer_id)
        for key, value in history.profile.items():
            known.add(role(key, value), str(value))
        for event in history.events:
            for key, value in event.attributes.items():
                known.add(role(key, value), str(value))
        return known

    def add(self, kind: str | None, value: str) -> None:
        """Look for a value from now on; None and kinds with a form of their own need no looking for."""
        if kind == "PHONE":
            self._phones.add(key_of(kind, value))
        for needle in _needles(kind, value):
            self.needles.setdefault(needle.low, needle)

    def add_found(self, text: Folded, span: Span) -> None:
        """Look for a value that a label gave away, also where it stands without the label."""
        low = text.low[span.start : span.end]
        if span.kind == "NAME":
            self.add("NAME", text.text[span.start : span.end])
        elif len(low) >= 4:
            short = low.isdigit() and len(low) < 6
            key = span.key or f"{span.kind.lower()}={low}"
            self.needles.setdefault(low, Needle(low, span.kind, key, 0, len(low), bounded=True, labelled=short))

    def find(self, text: Folded) -> Iterator[Span]:
        """Where the values occur."""
        low = text.low
        for needle in self.needles.values():
            at = low.find(needle.low)
            while at >= 0:
                if needle.fits(text, at):
                    yield Span(at + needle.start, at + needle.end, needle.kind, needle.key)
                at = low.find(needle.low, at + len(needle.low))
        for run in _RUN.finditer(low) if self._phones else ():
            if (key := phone_key(run[0])) in self._phones:
                yield Span(run.start(), run.end(), "PHONE", key)


def _needles(kind: str | None, value: str) -> Iterator[Needle]:
    plain = fold(value.strip())
    low = plain.low
    if kind is None or not low:
        return
    if kind == "NAME":
        for text, start, end in spellings(plain.text):
            yield Needle(
                text, kind, name_key(text[start:end]), start, end, not is_cjk(text), is_common(text[start:end])
            )
    elif kind == "EMAIL":
        local = low.partition("@")[0]
        if len(local) >= 5 and re.search(r"[\d._]", local):
            yield Needle(local, "ACCOUNT", code_key(local), 0, len(local), bounded=True)
    elif kind == "ADDRESS":
        for part in _address_parts(low):
            yield Needle(part, kind, "address:" + part, 0, len(part), not is_cjk(part[:1]))
    else:
        key = key_of(kind, value)
        for spelling in dict.fromkeys((low.lstrip("#"), low.lstrip("#").replace("-", ""))):
            if len(spelling) >= 2 and any(c.isalnum() for c in spelling):
                short = len(spelling) < 4 or (spelling.isdigit() and len(spelling) < 6)
                yield Needle(spelling, kind, key, 0, len(spelling), True, labelled=short)


def _address_parts(low: str) -> Iterator[str]:
    if len(low) >= (5 if low.isdigit() else 4):
        yield low
    for part in (p.strip() for p in re.split(r"[,;\n]", low)):
        if len(part) >= 5 and re.search(r"\d", part) and re.search(r"[^\W\d_]", part):
            yield part
            street = re.sub(r"^\d+\w? |(?<=\D) \d+\w?$", "", part)
            if " " in street and street != part and len(street) >= 8:
                yield street
    yield from (match[0] for match in _STREET.finditer(low) if match[0] != low)


@lru_cache(maxsize=4096)
def plain_key(key: str) -> str:
    """A column's name in lower case, letters and digits only."""
    return "".join(c for c in key.lower() if c.isalnum())


def role(key: str, value: Scalar) -> str | None:
    """Which kind of identifier a profile value or an attribute is by its name and form, or None.

    >>> role("Contact-Email", "anna@example.com"), role("PhoneService", "Yes"), role("city", "Lyon")
    ('EMAIL', None, None)
    """
    if isinstance(value, (bool, float)) or (kind := _role_by_name(key)) is None:
        return None
    text = str(value)
    digits = sum(c.isdigit() for c in text)
    code = digits >= 1 and len(text) <= 64 and " " not in text
    fits: Mapping[str, bool] = {
        "EMAIL": "@" in fold(text).text,
        "PHONE": digits >= 6,
        "ORDER": code,
        "ACCOUNT": code or _HANDLE(plain_key(key)) is not None,
        "ADDRESS": len(text) >= 4,
        "IP": digits >= 1,
        "ID": len(text) >= 3,
        "NAME": isinstance(value, str),
    }
    return kind if fits[kind] else None


@lru_cache(maxsize=4096)
def _role_by_name(key: str) -> str | None:
    plain = plain_key(key)
    if plain in HIDDEN:
        return "ID"
    if "mail" in plain or "邮箱" in plain:
        return "EMAIL"
    if re.search(r"phone|mobile|tel(?:no|number|ephone)?$|cell|fax|whatsapp|电话|手机", plain):
        return "PHONE"
    if plain in ("ip", "ipaddress", "clientip", "lastip", "loginip"):
        return "IP"
    rules = (("NAME", _NAMES), ("ADDRESS", _ADDRESS), ("ORDER", _ORDERS), ("ACCOUNT", _ACCOUNTS))
    return next((kind for kind, matches in rules if matches(plain)), None)


def key_of(kind: str, value: str) -> str:
    """What makes two values of one kind equal."""
    plain = fold(value.strip()).low
    if kind == "PHONE":
        return phone_key(plain)
    if kind in ("ORDER", "ACCOUNT"):
        return code_key(plain)
    if kind == "NAME":
        return name_key(plain)
    return f"{kind.lower()}:{plain.replace(' ', '') if kind in ('ID', 'IP') else plain}"
