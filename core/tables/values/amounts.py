"""Reading money as people write it, into integer minor units."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal

from fewsight.errors import did_you_mean
from fewsight.tables.records import BadValue

Mark = Literal[".", ","]
"""The decimal mark."""

_TWO = """AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY
    COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR
    JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO
    NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
    TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"""
_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
EXPONENTS: Final = {code: digits for digits, codes in ((2, _TWO), (0, _NONE), (3, _THREE)) for code in codes.split()}
"""ISO 4217: digits after the decimal mark."""

_SYMBOLS = {"€": "EUR", "£": "GBP", "US$": "USD", "RMB": "CNY", "元": "CNY", "人民币": "CNY", "₹": "INR", "₩": "KRW"}
_PLAIN = re.compile(r"([+-]?)(\d{1,15})(?:\.(\d+))?", re.ASCII)
_DRESSED = re.compile(r"(\D*?)(\d(?:[\d.,' \u00a0\u202f’]*\d)?)(\D*)", re.ASCII)
_GROUPS = re.compile(r"\d{1,3}([.,' ])\d{3}(?:\1\d{3})*", re.ASCII)
_LARGEST = 10**15


def currency_code(value: Any) -> str:  # noqa: ANN401 - any cell
    """An ISO 4217 code from a cell such as 'eur' or '€'.

    Raises:
        BadValue: no known currency.
    """
    word = str(value).strip().upper()
    code = _SYMBOLS.get(word, word)
    if code not in EXPONENTS:
        raise BadValue("not an ISO 4217 currency code." + (did_you_mean(word, EXPONENTS) if len(word) == 3 else ""))
    return code


def minor_units(value: Any, currency: str | None, unit: str, mark: Mark | None) -> int:  # noqa: ANN401 - any cell
    """A cell as integer minor units of `currency` (two decimals where it is None), negative where it says so.

    `unit` is 'major' or 'minor': what the cell counts. `mark` is the table's decimal mark where it is known.

    Raises:
        BadValue: no number, an ambiguous one ('1,234'), one with more decimals than the currency has, or a huge one.
    """
    exponent = 0 if unit == "minor" else EXPONENTS.get(currency or "", 2)
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) if mark != "," else None
        sign, digits, decimals = plain.groups() if plain else _undress(value, exponent, mark)
        decimals = (decimals or "").rstrip("0")
        if len(decimals) > exponent:
            raise BadValue(f"more decimals than the {exponent} of {currency or 'an amount'}" + _hint(unit))
        amount = int(digits + decimals.ljust(exponent, "0"))
        amount = -amount if sign == "-" else amount
    else:
        amount = _from_number(value, exponent, currency, unit)
    if abs(amount) > _LARGEST:
        raise BadValue("an amount too large to be true")
    return amount


def symbol_currency(value: Any) -> str | None:  # noqa: ANN401 - any cell
    """The currency that an amount such as '€ 12.50' or '12.50 EUR' names itself, or None."""
    if not isinstance(value, str) or _PLAIN.fullmatch(value):
        return None
    match = _DRESSED.fullmatch(value.strip())
    if not match:
        return None
    words = [part.strip(" +-−()\u00a0\u202f").upper() for part in (match[1], match[3])]
    return next((code for code in (_SYMBOLS.get(w, w) for w in words if w) if code in EXPONENTS), None)


def guess_mark(values: list[Any]) -> Mark | None:
    """The decimal mark that a sample shows beyond doubt ('12,5', '1.234,56'), or None."""
    marks: set[Mark] = set()
    for value in values:
        if isinstance(value, str) and (match := re.search(r"([.,])\d{1,2}\D*$", value.strip())):
            marks.add("," if match[1] == "," else ".")
    return marks.pop() if len(marks) == 1 else None


def _hint(unit: str) -> str:
    return "; amount_unit is 'minor', which takes whole numbers" if unit == "minor" else ""


def _from_number(value: Any, exponent: int, currency: str | None, unit: str) -> int:  # noqa: ANN401 - any cell
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise BadValue("not an amount")
    try:
        exact = Decimal(repr(value) if isinstance(value, float) else value).scaleb(exponent)
        whole = int(exact.to_integral_value())
    except (InvalidOperation, ValueError, OverflowError):
        raise BadValue("not an amount") from None
    # 19.990000000000002 is what sums of floats look like, not a price with 15 decimals
    if abs(exact - whole) > (Decimal("1e-6") if isinstance(value, float) else 0):
        raise BadValue(f"more decimals than the {exponent} of {currency or 'an amount'}" + _hint(unit))
    return whole


def _undress(value: str, exponent: int, mark: Mark | None) -> tuple[str, str, str]:
    """Sign, digits and decimals of an amount with symbols and separators."""
    text = value.strip().replace("−", "-")
    match = _DRESSED.fullmatch(text)
    if not match:
        raise BadValue("not an amount")
    before, number, after = match[1].strip(), match[2].strip(), match[3].strip()
    brackets = before.endswith("(") + before.startswith("(") > 0 and after.endswith(")")
    words = [part.strip("+-() \u00a0\u202f").upper() for part in (before, after)]
    if any(word and word not in EXPONENTS and word not in _SYMBOLS and word not in ("$", "¥") for word in words):
        raise BadValue("not an amount")
    minus = brackets or "-" in before or after.startswith("-")
    number = re.sub(r"[\u00a0\u202f]", " ", number).replace("’", "'")
    return ("-" if minus else "", *_split(number, exponent, mark))


def _split(number: str, exponent: int, mark: Mark | None) -> tuple[str, str]:
    """Digits before and after the decimal mark."""
    used = [char for char in ".," if char in number]
    if len(used) == 2:
        point = max(used, key=number.rfind)
    elif not used:
        point = ""
    else:
        point = _role_of(used[0], number, exponent, mark)
    whole, _, decimals = number.rpartition(point) if point else (number, "", "")
    if not (whole.isdigit() or _GROUPS.fullmatch(whole)) or (decimals and not decimals.isdigit()):
        raise BadValue("not an amount: separators that don't group thousands")
    if mark and point and point != mark:
        raise BadValue(f"an amount with {point!r} before its decimals, where the table uses {mark!r}")
    return re.sub(r"\D", "", whole), decimals


def _role_of(separator: str, number: str, exponent: int, mark: Mark | None) -> str:
    """The separator itself where it is the decimal mark, '' where it groups thousands."""
    grouped = _GROUPS.fullmatch(number) is not None
    if number.count(separator) > 1:
        return ""
    if not grouped or mark == separator:
        return separator
    if mark is not None or (exponent == 0 and not number.startswith("0")):
        return ""
    raise BadValue(f"ambiguous: {separator!r} may group thousands or be the decimal mark")
