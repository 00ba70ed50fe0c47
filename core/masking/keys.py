"""What makes two values of one kind equal, however they are written."""

import re
from typing import Final

from fewsight.masking.folding import fold

_MARKS: Final = re.compile(r"[\W_]+").sub
_NO_DIGIT: Final = re.compile(r"[^0-9]+").sub
_WRITTEN_OUT: Final = re.compile(r"(?<=\w[aou])e(?=\w\w)").sub


def code_key(code: str) -> str:
    """Equal for one code however it is cased, spaced and hyphenated.

    >>> code_key("#A1234-99") == code_key("a123499")
    True
    """
    return "code:" + _MARKS("", code.lower())


def phone_key(number: str) -> str:
    """Equal for one number written in several ways: its last nine digits.

    >>> phone_key("+44 7700 900123") == phone_key("07700 900 123")
    True
    """
    return "phone:" + _NO_DIGIT("", number)[-9:]


def name_key(name: str) -> str:
    """Equal for one name however it is cased, spaced and accented, and whether umlauts are written out.

    >>> name_key("Jürgen  Groß") == name_key("JUERGEN GROSS")
    True
    """
    return name_key_of_plain(fold(name).low)


def name_key_of_plain(low: str) -> str:
    """`name_key` of plain lower-case text."""
    return "name:" + without_umlauts(" ".join(low.split()))


def without_umlauts(low: str) -> str:
    """A lower-case name with ss for ß and one vowel for ae, oe, ue: Mueller and Müller are one name.

    >>> without_umlauts("mueller"), without_umlauts("groß"), without_umlauts("sue")
    ('muller', 'gross', 'sue')
    """
    if "ß" in low:
        low = low.replace("ß", "ss")
    return _WRITTEN_OUT("", low) if "ae" in low or "oe" in low or "ue" in low else low


def key_of(kind: str, value: str) -> str:
    """What makes two values of one kind equal."""
    return key_of_plain(kind, fold(value.strip()).low)


def key_of_plain(kind: str, plain: str) -> str:
    """`key_of` a value that is plain lower-case text already."""
    if kind == "PHONE":
        return phone_key(plain)
    if kind in ("ORDER", "ACCOUNT"):
        return code_key(plain)
    if kind == "NAME":
        return name_key_of_plain(plain)
    return f"{kind.lower()}:{plain.replace(' ', '') if kind in ('ID', 'IP') else plain}"
