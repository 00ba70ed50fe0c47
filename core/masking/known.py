"""What the profile and the attributes say about this customer, and where it occurs in their texts."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from fewsight.events import CustomerHistory
from fewsight.masking.columns import role
from fewsight.masking.folding import WORD, Folded, fold
from fewsight.masking.keys import code_key, key_of_plain, name_key_of_plain, phone_key, without_umlauts
from fewsight.masking.names import is_cjk, is_common, plausible, spellings
from fewsight.masking.spans import Span

_LABEL_BEFORE = re.compile(
    r"(?:orders?|invoice|ticket|case|customer|client|account|acct|member|user|tracking|parcel"
    r"|bestell(?:ung)?s?|auftrags?"
    r"|rechnungs?|kunden?|vertrags?|konto|mitglieds?|commande|facture|cliente?|compte|contrat|pedido|factura|cuenta"
    r"|contrato|socio|ordine|fattura|conto|plz|postleitzahl|post ?code|zip|postal"
    r"|订单|运单|客户|会员|用户|账号|单|编)"
    r"(?:[ \-]?(?:number|nummer|no\.?|nr\.?|n[°º]\.?|id|号码?|编号|code))?"
    r"(?:[ :#是为]|\b(?:is|ist|lautet|est|es|e)\b)*$"
    r"|\b(?:in|nach|aus|a|en) $"
).search
_POSTCODE = re.compile(r"[a-z]{1,2}\d[a-z\d]? \d[a-z]{2}|\d{4,5}(?: ?[a-z]{2}|-\d{3,4})?").fullmatch
_UMLAUTS = {ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("ß"): "ss"}
_TAIL = re.compile(r"(?<=[a-z]-)\d{5,}$").search
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
_first_word = re.compile(f"{WORD}+").search


def _word(character: str) -> bool:
    return _is_word(character) is not None


class KnownValues:
    """The values that identify one customer."""

    def __init__(self) -> None:
        self.needles: dict[str, Needle] = {}
        self._by_word: dict[str, list[Needle]] = {}
        self._anywhere: list[Needle] = []
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
                if (kind := role(key, value)) is not None:
                    known.add(kind, str(value))
        return known

    def add(self, kind: str | None, value: str) -> None:
        """Look for a value from now on; None and kinds with a form of their own need no looking for."""
        for needle in _needles(kind, value) if kind is not None else ():
            self._look_for(needle)
            if kind == "PHONE":
                self._phones.add(needle.key)

    def add_found(self, text: Folded, span: Span) -> None:
        """Look for a value that a label gave away, also where it stands without the label."""
        low = text.low[span.start : span.end]
        if span.kind == "NAME":
            self.add("NAME", text.text[span.start : span.end])
        elif len(low) >= 4:
            short = low.isdigit() and len(low) < 6
            key = span.key or f"{span.kind.lower()}={low}"
            self._look_for(Needle(low, span.kind, key, 0, len(low), bounded=True, labelled=short))

    def _look_for(self, needle: Needle) -> None:
        if needle.low in self.needles:
            return
        self.needles[needle.low] = needle
        first = _first_word(needle.low) if needle.bounded else None
        if first is None:
            self._anywhere.append(needle)
        else:
            self._by_word.setdefault(first[0], []).append(needle)

    def _candidates(self, text: Folded) -> Iterator[Needle]:
        if not self._by_word.keys().isdisjoint(text.words):
            for word, needles in self._by_word.items():
                if word in text.words:
                    yield from needles
        if self._anywhere and not text.low.isascii():
            yield from self._anywhere

    def find(self, text: Folded) -> Iterator[Span]:
        """Where the values occur."""
        low = text.low
        for needle in self._candidates(text):
            at = low.find(needle.low)
            while at >= 0:
                if needle.fits(text, at):
                    yield Span(at + needle.start, at + needle.end, needle.kind, needle.key)
                at = low.find(needle.low, at + len(needle.low))
        for run in _RUN.finditer(low) if self._phones else ():
            if (key := phone_key(run[0])) in self._phones:
                yield Span(run.start(), run.end(), "PHONE", key)

    def find_whole(self, text: Folded) -> Iterator[Span]:
        """Where whole values occur: a first name alone may be a word of a product's name."""
        for span in self.find(text):
            low = text.low[span.start : span.end]
            if span.kind != "NAME" or " " in low or (is_cjk(low) and len(low) > 1):
                yield span


def _needles(kind: str, value: str) -> Iterator[Needle]:
    plain = fold(value.strip())
    low = plain.low
    if kind == "NAME":
        for form in _forms(plain):
            for text, start, end in spellings(form):
                name = text[start:end]
                yield Needle(text, kind, name_key_of_plain(name), start, end, not is_cjk(text), is_common(name))
    elif kind == "EMAIL":
        local = low.partition("@")[0]
        if len(local) >= 5 and re.search(r"[\d._]", local):
            yield Needle(local, "ACCOUNT", code_key(local), 0, len(local), bounded=True)
    elif kind == "ADDRESS":
        for part in _address_parts(low):
            short = part.isdigit() and len(part) < 5
            yield Needle(part, kind, "address:" + part, 0, len(part), not is_cjk(part[:1]), labelled=short)
    else:
        key = key_of_plain(kind, low)
        code = low.lstrip("#")
        tail = _TAIL(code)
        for spelling in (code, code.replace("-", ""), tail[0] if tail else "") if "-" in code else (code,):
            if len(spelling) >= 2:
                short = len(spelling) < 4 or (spelling.isdigit() and len(spelling) < 6)
                yield Needle(spelling, kind, key, 0, len(spelling), True, labelled=short)


def _forms(name: Folded) -> Iterator[str]:
    """How a name may be written: umlauts as they are, as one vowel and written out; without hyphens and apostrophes."""
    forms = {name.low: None, without_umlauts(name.low): None}
    if not name.text.isascii():
        forms[fold(name.text.lower().translate(_UMLAUTS)).low] = None
    for form in forms:
        yield form
        for mark, other in (("'", ""), ("-", " "), ("-", "")):
            if mark in form:
                yield form.replace(mark, other)


def _address_parts(low: str) -> Iterator[str]:
    if len(low) >= 4:
        yield low
    if _POSTCODE(low):
        yield low.replace(" ", "")
        yield low.partition("-")[0]
    for part in (p.strip() for p in re.split(r"[,;\n]", low)):
        if len(part) >= 5 and re.search(r"\d", part) and re.search(r"[^\W\d_]", part):
            yield part
            street = re.sub(r"^\d+\w? |(?<=\D) \d+\w?$", "", part)
            if " " in street and street != part and len(street) >= 8:
                yield street
    yield from (match[0] for match in _STREET.finditer(low) if match[0] != low)
