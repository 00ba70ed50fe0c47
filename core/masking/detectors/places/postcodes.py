"""Postcodes; towns stay, for tasks may need them."""

import re
from collections.abc import Iterator
from typing import Final

from fewsight.masking.detectors.places import address
from fewsight.masking.folding import WORD, Folded
from fewsight.masking.names import words
from fewsight.masking.spans import Span

_UK_AREAS: Final = words("""
    ab al b ba bb bd bh bl bn br bs bt ca cb cf ch cm co cr ct cv cw da dd de dg dh dl dn dt dy e ec eh en ex fk fy g
    gl gu gy ha hd hg hp hr hs hu hx ig im ip iv je ka kt kw ky l la ld le ll ln ls lu m me mk ml n ne ng nn np nr nw
    ol ox pa pe ph pl po pr rg rh rm s sa se sg sk sl sm sn so sp sr ss st sw sy ta td tf tn tq tr ts tw ub w wa wc wd
    wf wn wr ws wv yo ze
    """)
_UK: Final = re.compile(rf"(?<=[a-z])\d[a-z\d]? \d[abd-hjlnp-uw-z]{{2}}(?!{WORD})")
_AREA: Final = re.compile(rf"(?<!{WORD})[a-z]{{1,2}}$").search
_STATES: Final = words("""
    AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA
    RI SC SD TN TX UT VT VA WA WV WI WY DC
    """)
_STATE_ZIP: Final = re.compile(r"(?<!\w)(?P<state>[A-Z]{2}) (?P<zip>\d{5}(?:-\d{4})?)(?![\w,.]?\d)")
"""US postcodes after a state; the state is in capitals ('in' and 'me' are words)."""
_POST_WORDS: Final = words("""
    postcode postcodes post zip postal postaux plz postleitzahl p cap postale
    """)
_POSTCODE: Final = re.compile(
    r"(?:post ?codes?|zip(?: ?codes?)?|postal codes?|plz|postleitzahl|codes? postal|codes? postaux|codigo postal"
    r"|c\.?p\.|cap"
    r"|codice postale|邮编|邮政编码)(?: ?(?:is|ist|lautet|est|es|[:=]|是|为))* ?"
    rf"(?P<code>[a-z]{{0,2}}-?\d[a-z0-9]{{2,5}}(?:[ \-]\d[a-z]{{2}}|-\d{{4}})?)(?!{WORD})"
)
_PREFIXED: Final = re.compile(rf"(?<!{WORD})[dafi]-(?P<prefixed>\d{{5}})(?!{WORD})")
_FOUR_DIGITS: Final = words("""
    wien graz linz salzburg innsbruck zurich basel bern genf luzern amsterdam rotterdam utrecht bruxelles brussels
    antwerpen lisboa porto
    """)
"""Towns whose postcodes have four digits; with others the number is rather a year or an amount."""

_TOWNS: Final = words("""
    berlin hamburg munchen koln frankfurt stuttgart dusseldorf dortmund leipzig bremen dresden hannover nurnberg
    duisburg bochum wuppertal bielefeld bonn munster karlsruhe mannheim augsburg wiesbaden kiel aachen freiburg mainz
    kassel rostock erfurt potsdam wien graz linz salzburg innsbruck zurich basel bern genf luzern paris marseille lyon
    toulouse nantes montpellier strasbourg bordeaux lille rennes reims toulon grenoble dijon angers nimes brest
    madrid barcelona valencia sevilla zaragoza malaga murcia palma bilbao alicante cordoba valladolid vigo gijon
    granada roma milano napoli torino palermo genova bologna firenze venezia verona amsterdam rotterdam utrecht
    bruxelles brussels antwerpen lisboa porto chicago houston phoenix philadelphia dallas austin denver
    boston seattle miami atlanta portland detroit nashville baltimore washington york angeles antonio
    diego vegas francisco
    """)
"""Large towns, by a word that means nothing else."""

_BEFORE_TOWN: Final = re.compile(r"(?<![\w.,\-])(?P<code>\d{4,5}) (?P<town>[^\W\d_]{3,})")
_AFTER_TOWN: Final = re.compile(
    rf"(?<!{WORD})(?P<town>[^\W\d_]{{3,}})(?:, ?|  ?|,? ?\()(?P<code>\d{{5}})(?![\w])(?![.,]\d)"
)
_CHINESE_TOWN: Final = re.compile(r"[\u4e00-\u9fff](?:市|区|县|号|室|省)[ ,]{0,2}(?P<chinese>[1-9]\d{5})(?!\d)")

TRIGGERS: Final = _POST_WORDS | _TOWNS


def postcodes(text: Folded, triggers: frozenset[str], digits: int) -> Iterator[Span]:
    """British postcodes; others after their word, after a state, after D- and the like, or beside a large town.

    `triggers` are those of the text's words that are in `TRIGGERS`, `digits` is how many digits it has.
    """
    low = text.low
    for match in _UK.finditer(low):
        area = _AREA(low, max(0, match.start() - 3), match.start())
        if area and area[0] in _UK_AREAS:
            yield address(text, area.start(), match.end())
    if digits < 4:
        return
    if not triggers.isdisjoint(_POST_WORDS) or "邮" in low:
        yield from (address(text, *match.span("code")) for match in _POSTCODE.finditer(low))
    if not triggers.isdisjoint(_TOWNS):
        for match in (*_BEFORE_TOWN.finditer(low), *_AFTER_TOWN.finditer(low)):
            if match["town"] in _TOWNS and (len(match["code"]) == 5 or _is_short(match)):
                yield address(text, *match.span("code"))
    if not low.isascii():
        yield from (address(text, *match.span("chinese")) for match in _CHINESE_TOWN.finditer(low))
    if digits >= 5:
        yield from (address(text, *match.span("prefixed")) for match in _PREFIXED.finditer(low))
        for match in _STATE_ZIP.finditer(text.text):
            if match["state"] in _STATES:
                yield address(text, *match.span("zip"))


def _is_short(match: re.Match[str]) -> bool:
    return match["town"] in _FOUR_DIGITS and not match["code"].startswith(("19", "20"))
