"""Numbers that a word in front makes an identifier: orders and accounts; and those whose form tells that."""

import re
from collections.abc import Iterator

from fewsight.masking.detectors.labels import CHINESE_LABELS, LABEL_WORDS, LABELS, STEMS
from fewsight.masking.detectors.numbers import of_a_product
from fewsight.masking.folding import WORD, Folded
from fewsight.masking.keys import code_key
from fewsight.masking.spans import Span

_NO_DIGIT = re.compile(r"[^0-9]+").sub
_LETTER = re.compile(WORD).match
_NUMBER = (
    r"(?:[ \-]?(?:numbers?|num\.?|no\.?|nr\.?|n[°º]\.?|numero|nummer|id|ids|code|codigo|ref(?:erence)?|client"
    r"|cliente|#|编号|号码"
    r"|单号|号))"
)
_WORDS = re.compile("[a-z]+").finditer
_CHINESE_WORDS = re.compile("|".join(sorted(CHINESE_LABELS, key=len, reverse=True))).finditer
_LINK = re.compile(
    rf"((?:{_NUMBER}(?![a-z])){{0,2}})"
    r"((?:[ :=#.]|\"|'|\(|（|是|为|(?:was|is|ist|lautet|est|es|e)(?: (?:el|le|la|il|die))?(?![a-z0-9]))*)"
)
_NUMBER_BEFORE = re.compile(
    r"(?:numero|num\.?|n[°ºo]\.?|codigo|codice|nummer|nr\.?)(?: ?(?:de|du|del|d'|di|da|de la|de l'))? ?(?:mon |mi "
    r"|votre |su )?$"
).search
_CODE = re.compile(rf"[a-z0-9](?:[a-z0-9]|[\-_/](?=[a-z0-9])){{2,39}}(?!{WORD})(?![.,:]\d)")
_SPACED = re.compile(rf"\d{{2,6}}(?:[ \-]\d{{2,6}}){{1,4}}(?!{WORD})")
_LIST = re.compile(r" ?(?:,|&|、|/|and|or|und|oder|et|ou|y|o|和|及|与) ?#?")
_AMOUNT = re.compile(
    r"%| ?(?:年|月|日|号[^码]|元|块|件|个|份|天|次|双|盒|瓶|套|条|台|人|积分|分钟|小时|[kmg]?[gbl]\b|kg|ml|mm|cm|mah"
    r"|stuck|teile|artikel|flaschen|tagen?|wochen?|monaten?|jahren?|uhr|personen|articles|bouteilles|jours|semaines"
    r"|mois"
    r"|ans|unidades|articulos|botellas|dias|semanas|meses|anos|personas|pcs"
    r"|pieces?|units?|items?|points?|days?|hours?|weeks?|months?|years?|times|usd|eur|gbp|dollars|euros?|pounds)"
)
_DATE = re.compile(r"(?:19|20)\d\d(?:[\-/]\d\d?){1,2}$|\d\d?([\-/])\d\d?\1\d{2,4}$|\d{1,2}-\d{1,2}$|\d+(?:x\d+)+$")
_BARE = re.compile(
    rf"(?<!{WORD})(?:\d{{3}}-\d{{7}}-\d{{7}}|1z[0-9a-z]{{16}}|(?:sf|yt|jd|jt|st|zto)[a-z]{{0,3}}\d{{11,15}}"
    rf"|[a-z]{{2}}\d{{9}}[a-z]{{2}}|(?!sku|ean|isbn|upc|imei|mod)[a-z]{{1,4}}-\d{{6,12}})(?!{WORD})"
    rf"|(?<=#)(?:\d{{5,}}|[a-z]{{1,4}}-?\d{{4,}}(?:-\d+)*)(?!{WORD})"
)
_COLOUR = re.compile(r"(?:colou?r|hex|颜色|色号|色) ?(?:code)? ?[:=]? ?#$")
_HANDLES = re.compile(
    r"(?:user ?name|benutzername|nutzername|benutzer|identifiant|nom d'utilisateur|pseudo|(?:nombre de )?usuario"
    r"|(?:nome )?utente"
    r"|gebruikersnaam|login|wechat(?: id)?|skype|telegram|instagram|微信号?|qq号?|用户名|账号|帐号) ?[:是=] ?@?"
    rf"([a-z0-9][a-z0-9_.\-]{{3,39}}(?<![.\-]))(?!{WORD})"
)


def codes(text: Folded) -> Iterator[Span]:
    """Codes after a label ('order no. A1234-99', '订单号：2024…')."""
    low = text.low
    if not text.words.isdisjoint(LABEL_WORDS):
        for match in _WORDS(low):
            if (label := LABELS.get(match[0])) is not None and not _LETTER(low[match.start() - 1 : match.start()]):
                yield from _after_word(low, match, *label)
    if not low.isascii():
        for match in _CHINESE_WORDS(low):
            yield from _after_label(low, match.end(), CHINESE_LABELS[match[0]], strong=False, least=6)


def bare(text: str) -> Iterator[Span]:
    """Codes in forms that need no label: 3-7-7 digits, parcel numbers, '#' and a long number."""
    for match in _BARE.finditer(text):
        if not (_COLOUR.search(text, max(0, match.start() - 14), match.start()) or of_a_product(text, match.start())):
            yield Span(match.start(), match.end(), "ORDER", code_key(match[0]))


def _after_word(text: str, match: re.Match[str], length: int, kind: str) -> Iterator[Span]:
    ending = match[0][length:]
    if ending in ("", "s") and match[0][:length] in STEMS and text[match.end() : match.end() + 1] not in ("-", " "):
        return
    strong = len(ending) > 1 or _NUMBER_BEFORE(text, max(0, match.start() - 20), match.start()) is not None
    yield from _after_label(text, match.end(), kind, strong=strong, least=4)


def _after_label(text: str, end: int, kind: str, *, strong: bool, least: int) -> Iterator[Span]:
    link = _LINK.match(text, end)
    assert link is not None  # every part of it may be empty
    strong = strong or bool(link[1]) or any(c in ":#=是为" for c in link[2])
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
    if kind == "CARD":
        return (digits >= 6 and strong) or digits >= 8
    if strong:
        return (digits >= 1 and len(code) >= 4) or digits >= 3
    return digits >= least and len(code) >= 5
