"""Streets with a house number, by their form in English, German, Romance languages and Chinese."""

import re
from collections.abc import Iterator
from typing import Final

from fewsight.masking.detectors.places import address
from fewsight.masking.folding import WORD, Folded
from fewsight.masking.names import words
from fewsight.masking.spans import Span

_ENGLISH_WORDS: Final = words("""
    street st road rd avenue ave lane ln drive dr boulevard blvd court ct close crescent way place pl square sq
    terrace gardens grove hill park row walk mews highway hwy parkway pkwy view rise
    """)
_ROMANCE_WORDS: Final = words("""
    rue avenue av bd boulevard place allee chemin impasse quai cours route square passage ruelle villa faubourg calle
    c avenida avda plaza pza paseo camino carretera ronda travesia rambla glorieta via viale piazza corso vicolo rua
    travessa
    """)
_PLACE_WORDS: Final = words("""
    am an im in zum zur auf unter
    """)
_GERMAN: Final = (
    r"(?:stra(?:ss|ß)e|str\.?|allee|gasse|weg|platz|damm|ufer|chaussee|ring|steig|stieg|straat|laan|plein|gracht)"
)
_NUMBER: Final = r"\d{1,4}(?: ?(?:bis|ter|quater)(?![a-z])| ?[a-h](?![a-z0-9]))?(?:[\-/]\d{1,4}[a-z]?)?"
_UNIT: Final = r"(?:flat|apt\.?|apartment|unit|suite|ste\.?|room|floor|#) ?#?[a-z]?\d{1,4}[a-z]?"
_WORDS: Final = rf"{WORD}[\w'.\-]*"
_ENGLISH: Final = re.compile(
    rf"(?<!{WORD})(?<![.,$€£\-])(?P<number>{_NUMBER}),? (?P<name>(?:{_WORDS} ){{1,4}}?)"
    r"(?P<kind>street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|court|ct|close|crescent|way|place|pl"
    r"|square|sq"
    r"|terrace|gardens|grove|hill|park|row|walk|mews|highway|hwy|parkway|pkwy|view|rise)(?![\w'])\.?"
    rf"(?: (?:north|south|east|west|n|s|e|w|nw|ne|sw|se)\b)?(?:,? {_UNIT})?"
)
_UNIT_BEFORE: Final = re.compile(rf"(?<!{WORD})(?:{_UNIT},? ?|(?:flat|apt\.?|apartment|unit|suite|room) ?#?)$").search
_ENDS: Final = re.compile(r" ?(?:[,.;\n]|$)").match
_SURE_KINDS: Final = words("""
    street road rd avenue ave lane ln boulevard blvd crescent mews st hwy highway terrace
    """)
_NOT_STREETS: Final = re.compile(
    r"^(?:(?:minutes?|mins?|hours?|days?|weeks?|months?|years?|miles?|km|metres?|meters?|stars?|way|times|x|%|pm|am"
    r"|of|in|on|at"
    r"|to|for|and|or|from|items?|pieces?|pairs?|people|dead|more|new|other|is|was|the|a|an|my|your|this|that|inch"
    r"|foot|feet|gb|tb|mb|hard)\b"
    r"|(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun"
    r"|jul|aug"
    r"|sept?|oct|nov|dec)\b)|\b(?:of|in|on|at|to|from|and|or|but|is|was|are|were|with|by|i|we|it|they)\b"
)
_GERMAN_STREET: Final = re.compile(
    rf"(?<!{WORD})(?P<street>(?:{WORD}{{2,30}}-){{0,3}}(?:{WORD}{{3,40}}-?{_GERMAN}|{WORD}{{3,}} {_GERMAN})"
    r"),? (?:nr\.? ?)?"
    rf"(?P<number>{_NUMBER})(?!{WORD})(?! ?(?:x|uhr|mm|cm|kg|euro|€|%|stuck|teile|minuten|min|tage|wochen|personen"
    rf"|artikel))"
    r"(?![.,:]\d)(?!\.(?! ?(?:$|\n)| [a-zA-Z]))"
)
_GERMAN_NUMBER: Final = re.compile(rf"{_GERMAN},? (?:nr\.? ?)?\d").search
_NUMBER_AND_POSTCODE: Final = re.compile(r"\d[a-z]?,? (?:[a-z]{1,2}-)?\d{4,5} [^\W\d_]").search
_GERMAN_PLACE: Final = re.compile(
    rf"(?<!{WORD})(?:am|an der|an den|im|in der|in den|zum|zur|auf der|auf dem|unter den) {WORD}{{3,}} "
    rf"(?P<number>{_NUMBER})"
    r"(?=,? (?:[a-z]{1,2}-)?\d{4,5} [^\W\d_])"
)
_SURE_GERMAN: Final = re.compile(r"(?:stra(?:ss|ß)e|str\.?|allee|gasse|chaussee|straat|laan|gracht)$").search
_NOT_GERMAN: Final = re.compile(r"(?:sitz|stell|arbeits|park|spiel|steck|ohr|finger|schlussel|dichtungs|kabel|rabatt"
    r"|um|ruck"
                                r"|heim|transport|versand|liefer|liter)(?:platz|ring|weg)$").search  # fmt: skip
_ROMANCE: Final = re.compile(
    rf"(?<!{WORD})(?P<number>{_NUMBER}),? (?:rue|avenue|av\.?|boulevard|bd\.?|place|allee|chemin|impasse|quai|cours"
    rf"|route"
    rf"|square|passage|ruelle|villa|faubourg)(?![\w])(?P<rest>(?: (?:de|du|des|la|le|les|l'|d')(?![\w]))*"
    rf"(?: (?:d'|l')?{_WORDS}){{1,4}})"
)
_SPANISH: Final = re.compile(
    rf"(?<!{WORD})(?:calle|c/|avenida|avda?\.?|plaza|pza\.?|paseo|camino|carretera|ronda|travesia|rambla|glorieta|viale"
    rf"|piazza|corso|vicolo|rua|travessa|via)(?: (?!\d){_WORDS}"
    rf"| ?(?<=c/)(?!\d){_WORDS}){{1,5}}?,? ?(?:n[°º.]?\.?|num(?:ero)?\.?)? ?"
    rf"(?P<number>{_NUMBER})(?!{WORD})(?![.,:]\d)(?! ?(?:dias?|horas?|semanas?|meses|minutos?|euros?|veces"
    rf"|personas)(?![a-z]))"
    r"(?:,? ?\d{1,2}[°oa](?: ?[a-z](?![a-z]))?|,? (?:piso|puerta|esc\.?|bajo) ?\d*)*"
)
_CONNECTORS: Final = words("""
    de du des la le les l' d' et del los las y da do dos
    """)
_FRENCH_END: Final = words("""
    et mais ou est a au aux en dans avec pour par sur s'il svp qui que le mon ma mes je il elle nous vous c'est puis
    depuis chez merci pas sans bonjour j'ai ils on bien deja encore
    """)
_BEFORE_VIA: Final = re.compile(r",? ?\d{5}|\s*(?:$|[,.\n\-])").match
_NOT_VIA: Final = re.compile(
    r"via (?:dhl|ups|fedex|paypal|e-?mail|mail|sms|app|chat|telefon|post|hermes|dpd|gls|amazon|visa|whatsapp)"
).match
_CHINESE: Final = re.compile(
    r"(?:[^\W省市区县镇乡州在到住是寄送往于为址了去从家过给把的]{1,7}(?:路|街|道|巷|胡同|弄|里)|[^\W市区县在到住是寄送址]{1,6}(?:小区|花园|公寓|大厦|家园|新村))"
    r"\d{1,5}(?:号|弄|栋|幢|座|號)(?:(?:院|楼|内)|\d{1,4}(?:号楼?|栋|幢|座|单元|层|楼|室|户)|[a-z](?:座|栋|单元)|[东西南北]区|[^\W\d市区县]{1,8}\d{1,4}(?:号楼|栋|幢|座))*(?:\d{2,4})?"
)
_AFTER_STREET: Final = re.compile(r",? ?(?:\([^)]{0,20}\),? ?)?(?:[a-z]{1,2}-)?(?P<code>\d{4,5})(?= [^\W\d_])")

TRIGGERS: Final = _ENGLISH_WORDS | _ROMANCE_WORDS | _PLACE_WORDS


def streets(text: Folded, triggers: frozenset[str], digits: int) -> Iterator[Span]:
    """Street and house number, with flat or floor, and a postcode right after them.

    `triggers` are those of the text's words that are in `TRIGGERS`, `digits` is how many digits it has.
    """
    for street in _streets(text, triggers, digits):
        yield street
        if (after := _AFTER_STREET.match(text.low, street.end)) is not None:
            yield address(text, *after.span("code"))


def _streets(text: Folded, triggers: frozenset[str], digits: int) -> Iterator[Span]:
    low = text.low
    if not low.isascii():
        yield from (address(text, *match.span()) for match in _CHINESE.finditer(low))
    if not triggers.isdisjoint(_ENGLISH_WORDS):
        yield from _english(text)
    if not triggers.isdisjoint(_ROMANCE_WORDS):
        yield from _french(text)
        for match in _SPANISH.finditer(low):
            via = match[0].startswith("via ")
            if not via or (_BEFORE_VIA(low, match.end()) and not _NOT_VIA(match[0])):
                yield address(text, *match.span())
    if digits >= 5 and not triggers.isdisjoint(_PLACE_WORDS) and _NUMBER_AND_POSTCODE(low):
        yield from (address(text, *match.span()) for match in _GERMAN_PLACE.finditer(low))
    if _GERMAN_NUMBER(low):
        for match in _GERMAN_STREET.finditer(low):
            if _is_german(text, match):
                yield address(text, *match.span())


def _english(text: Folded) -> Iterator[Span]:
    for match in _ENGLISH.finditer(text.low):
        if _NOT_STREETS.search(match["name"]):
            continue
        name = text.text[match.start("name") : match.end("kind")]
        sure = match["kind"] in _SURE_KINDS or all(word[0].isupper() or word[0].isdigit() for word in name.split())
        unit = _UNIT_BEFORE(text.low, max(0, match.start() - 20), match.start())
        start = unit.start() if unit else match.start()
        if sure or unit or (text.text.islower() and _ENDS(text.low, match.end())):
            yield address(text, start, match.end())


def _french(text: Folded) -> Iterator[Span]:
    for match in _ROMANCE.finditer(text.low):
        if (end := _end_of_street(text, match)) is not None:
            yield address(text, match.start(), end)


def _end_of_street(text: Folded, match: re.Match[str]) -> int | None:
    """Where a French street ends: before an ordinary word, or one in lower case after a capitalised one."""
    end, capitals = None, False
    for token in re.finditer(r"\S+", text.low[match.start("rest") : match.end()]):
        start = match.start("rest") + token.start()
        word = token[0].strip(",.")
        capital = text.text[start].isupper() or "'" in word
        if end is not None and (word in _FRENCH_END or (capitals and not capital and word not in _CONNECTORS)):
            break
        if word not in _CONNECTORS:
            end, capitals = start + len(token[0].rstrip(",.")), capitals or capital
    return end


def _is_german(text: Folded, match: re.Match[str]) -> bool:
    street = match["street"]
    if _SURE_GERMAN(street):
        return not re.match(r"(?:die|der|das|eine|einer|diese|auf) stra", street)
    if _NOT_GERMAN(street):
        return False
    if _AFTER_STREET.match(text.low, match.end()) is not None:
        return True
    capital = text.text[match.start()].isupper() or text.text.islower()
    return capital and (re.search(r"[ \-]", street) is not None or (not street.endswith("ring") and len(street) > 5))
