"""Identity documents and national numbers: by their form where it has a check digit, else by the word in front."""

import re
from collections.abc import Iterator
from typing import Final

from fewsight.masking.detectors import checks
from fewsight.masking.detectors.numbers import LEFT, RIGHT, digits_of, of_a_product
from fewsight.masking.folding import WORD, Folded
from fewsight.masking.names import words
from fewsight.masking.spans import Span

_CHINESE = r"[1-9]\d{5} ?(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]) ?\d{3}[\dx]"
_SSN = r"(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}"
_CPF = r"\d{3}\.\d{3}\.\d{3}-\d\d"
_AHV = r"756\.\d{4}\.\d{4}\.\d\d"
_CHECKED = r"[\dxyz] ?[\d.]{7,9}[ \-]?[a-z]|[12](?: ?\d){14}|[a-z]{6}\d\d[a-ehlmprst]\d\d[a-z]\d{3}[a-z]"
_FORMS: Final = re.compile(LEFT + rf"(?:({_CHINESE})|({_SSN}|{_CPF}|{_AHV})|({_CHECKED}))" + RIGHT + r"(?!-)")

_WORDS: Final = (
    # English; India; Ireland
    r"passport|(?:driver'?s|driving)[ \-]?licen[sc]e|licen[sc]e|ssn|social security|national insurance|ni|nino|nhs|vat"
    r"|tax(?:payer)?[ \-]?id|tin|national id(?:entity)?|id card|identity card|aadhaa?r|pan(?: card)?|ppsn"
    # German, Dutch
    r"|steuer-?(?:id(?:nr)?|identifikations)?-?(?:nummer|nr|idnr)?|steuer-?id|identifikationsnummer|idnr"
    r"|(?:reise|personal)?(?:pass|ausweis)-?(?:nummer|nr)?|(?:sozial|renten)versicherungs-?(?:nummer|nr)"
    r"|sv-?(?:nummer|nr)|versichertennummer|fuhrerschein(?:nummer)?|ahv(?:-?n(?:umme)?r)?|bsn|burgerservicenummer"
    # French
    r"|passeport|carte (?:nationale )?d'identite|cni|(?:numero|n[°ºo]\.?) (?:de )?(?:secu(?:rite sociale)?|fiscal)"
    r"|securite sociale|secu|nir|permis de conduire"
    # Spanish, Italian, Portuguese, Polish
    r"|pasaporte|dni|nie|nif|cif|documento(?: de identidad| d'identita)?|seguridad social|carnet de conducir"
    r"|passaporto|carta d'identita|codice fiscale|tessera sanitaria|cpf|rg|pesel"
)
_WORDS_ZH: Final = r"身份证|护照|驾照|驾驶证|通行证|证件|社保卡?|居住证"
_LABEL: Final = re.compile(
    rf"(?:(?<!{WORD})(?:{_WORDS})(?!{WORD})|(?:{_WORDS_ZH}))"
    r"(?:[ .:#=\-是为]|\b(?:number|numbers|num|no|nr|nummer|numero|card|id|n[°º]|is|was|ist|lautet|est|es|le|el"
    r"|e)(?![a-z0-9])"
    r"|n[°º]|号码?|编号|码){0,8}"
)
_VALUE: Final = re.compile(rf"[a-z0-9](?:[ .\-/]?[a-z0-9]){{4,24}}(?!{WORD})")
TRIGGERS: Final = frozenset(re.findall("[a-z]{2,}", re.sub(r"\\[a-z]|umme", " ", _WORDS))) | words("""
    driver drivers license licence aadhar aadhaar steuernummer steuernr steueridnr steueridentifikationsnummer
    reisepass personalausweis personalausweisnummer ausweisnummer passnummer reisepassnummer reisepassnr
    sozialversicherungsnummer sozialversicherungsnr rentenversicherungsnummer svnummer svnr fuhrerscheinnummer secu
    secure ahvnr
    """)
_CHINESE_WORD: Final = re.compile(_WORDS_ZH).search


def ids(text: str) -> Iterator[Span]:
    """Numbers whose form tells them: Chinese, US, Brazilian, Swiss, Spanish, French and Italian ones."""
    for match in _FORMS.finditer(text):
        chinese, plain, checked = match.groups()
        code = re.sub(r"[ .\-]", "", match[0])
        right = bool(plain) or (chinese and checks.chinese_id(code)) or (checked and checks.european_id(code))
        if right and not of_a_product(text, match.start()):
            yield Span(match.start(), match.end(), "ID", "id:" + code)


def labelled_ids(text: Folded, triggers: frozenset[str]) -> Iterator[Span]:
    """Codes with six digits or more after the name of a document; `triggers` are words of the text in `TRIGGERS`."""
    low = text.low
    if triggers.isdisjoint(TRIGGERS) and (low.isascii() or not _CHINESE_WORD(low)):
        return
    for label in _LABEL.finditer(low):
        value = _VALUE.match(low, label.end())
        if value is not None and (end := _end(value)) is not None:
            code = low[value.start() : end]
            yield Span(value.start(), end, "ID", "id:" + re.sub(r"[ .\-/]", "", code))


def _end(value: re.Match[str]) -> int | None:
    """Where the code ends: before the first group that holds no digit and is no single letter."""
    end = value.start()
    for group in re.finditer(r"([ .\-/]?)([a-z0-9]+)", value[0]):
        if not re.search(r"\d", group[2]) and (len(group[2]) > 3 or (group.start() and len(group[2]) > 1)):
            break
        end = value.start() + group.end()
    code = value.string[value.start() : end]
    return end if len(digits_of(code)) >= 6 or re.fullmatch(r"[a-z]{5}\d{4}[a-z]", code) else None
