"""Reading money as people write it, into integer minor units."""

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from fewsight.tables.records import BadValue
from fewsight.tables.values.currencies import EXPONENTS, UNSURE, sign_code

Mark = Literal[".", ","]
"""The decimal mark."""

_PLAIN = re.compile(r"([+-]?)(\d{1,15})(?:\.(\d+))?", re.ASCII)
_DRESSED = re.compile(r"(\D*?)(\d(?:[\d.,' \u00a0\u202f’]*\d)?)(\D*)", re.ASCII)
_GROUPS = re.compile(r"\d{1,3}([.,' ])\d{3}(?:\1\d{3})*|\d{1,2}(?:,\d{2})+,\d{3}", re.ASCII)
_DOUBTFUL = re.compile(r"[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
"""1.200 is twelve hundred here and one and a fifth there."""
_DASHED = re.compile(r"(?<=\d)[.,][-–—]{1,2}(?=\s|$)")
"""12,- is a whole amount."""
_SUMMED = 9
"""From so many decimals on a number is what a sum of floats looks like, not a price."""
_LARGEST = 10**15


def minor_units(value: Any, currency: str | None, unit: str, mark: Mark | None) -> int:  # noqa: ANN401 - any cell
    """A cell as integer minor units of `currency` (two decimals where it is None), negative where it says so.

    `unit` is 'major' or 'minor': what the cell counts. `mark` is the table's decimal mark where it is known.

    Raises:
        BadValue: no number, an ambiguous one ('1,234'), one with more decimals than the currency has, or a huge one.
    """
    exponent = 0 if unit == "minor" else EXPONENTS.get(currency or "", 2)
    if isinstance(value, str):
        amount = _from_text(value, exponent, currency, unit, mark)
    else:
        amount = _from_number(value, exponent, currency, unit)
    if abs(amount) > _LARGEST:
        raise BadValue("an amount too large to be true")
    return amount


def _from_text(value: str, exponent: int, currency: str | None, unit: str, mark: Mark | None) -> int:
    plain = _PLAIN.fullmatch(value) if mark != "," else None
    if plain and plain[3] and mark is None and exponent != 3 and _DOUBTFUL.fullmatch(value.lstrip("+-")):
        plain = None
    sign, digits, decimals = plain.groups() if plain else _undress(value, currency, exponent, mark)
    decimals = (decimals or "").rstrip("0")
    if len(decimals) >= _SUMMED:
        return _from_number(float(f"{sign}{digits}.{decimals}"), exponent, currency, unit)
    if len(decimals) > exponent:
        raise BadValue(_too_exact(exponent, currency) + _hint(unit))
    amount = int(digits + decimals.ljust(exponent, "0"))
    return -amount if sign == "-" else amount


def symbol_currency(value: Any) -> str | None:  # noqa: ANN401 - any cell
    """The currency that an amount such as '€ 12.50' or '12.50 EUR' names itself, or None."""
    if not isinstance(value, str) or _PLAIN.fullmatch(value):
        return None
    match = _DRESSED.fullmatch(value.strip())
    if not match:
        return None
    codes = (sign_code(word) for part in (match[1], match[3]) for word in _words(part))
    return next((code for code in codes if code), None)


def decimal_mark(values: Iterable[Any]) -> tuple[Mark | None, str | None]:
    """The decimal mark that a column shows beyond doubt, and the value that shows it; None where none or both do.

    '12,5', '1.234,56' and '1.234.567' show it. '1.200' does where whole amounts stand beside it ('80'): a number with
    three decimals would have them everywhere, or lose its last zeros.
    """
    shown: dict[Mark, str] = {}
    padded: dict[Mark, str] = {}
    whole = False
    for value in values:
        match = _DRESSED.fullmatch(value.strip()) if isinstance(value, str) and len(value) < 60 else None
        used = [char for char in match[2] if char in ".,"] if match else []
        if match is None or not used:
            whole = whole or (match is not None and len(match[2]) <= 3)
            continue
        last: Mark = "," if used[-1] == "," else "."
        other: Mark = "." if last == "," else ","
        if len(used) == 1 and _DOUBTFUL.fullmatch(match[2]):
            if match[2].endswith("0"):
                padded.setdefault(other, value)
        else:
            shown.setdefault(other if len(used) > 1 and len(set(used)) == 1 else last, value)
    if whole and not shown:
        shown = padded
    return next(iter(shown.items())) if len(shown) == 1 else (None, None)


def guess_mark(values: Iterable[Any]) -> Mark | None:
    """The decimal mark that a sample shows beyond doubt, or None (see `decimal_mark`)."""
    return decimal_mark(values)[0]


def _words(part: str) -> list[str]:
    """Words and signs beside a number, in upper case, without brackets and signs of plus and minus."""
    return [word for piece in part.upper().split() if (word := piece.strip("+-()−"))]


def _too_exact(exponent: int, currency: str | None) -> str:
    return f"more decimals than the {exponent} of {currency or 'an amount'}"


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
        raise BadValue(_too_exact(exponent, currency) + _hint(unit))
    return whole


def _undress(value: str, currency: str | None, exponent: int, mark: Mark | None) -> tuple[str, str, str]:
    """Sign, digits and decimals of an amount with symbols and separators."""
    text = _DASHED.sub("", value.strip().replace("−", "-"))
    match = _DRESSED.fullmatch(text)
    if not match:
        raise BadValue("not an amount")
    before, number, after = match[1].strip(), match[2].strip(), match[3].strip()
    brackets = before.endswith("(") + before.startswith("(") > 0 and after.endswith(")")
    if any(sign_code(word) is None and word.removesuffix(".") not in UNSURE for word in _words(f"{before} {after}")):
        raise BadValue("not an amount")
    minus = brackets or "-" in before or after.startswith("-")
    number = re.sub(r"[\u00a0\u202f]", " ", number).replace("’", "'")
    try:
        return ("-" if minus else "", *_split(number, exponent, mark))
    except _Doubt as doubt:
        decimals = _too_exact(exponent, currency)
        raise BadValue(
            f"ambiguous: {str(doubt)!r} may group thousands, or be the decimal mark (with {decimals}); "
            "set decimal in the mapping"
        ) from None


class _Doubt(Exception):  # noqa: N818 - a reason on its way to a BadValue
    """A separator that may be either."""


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
    if number.startswith("0"):
        return separator
    if mark is not None or exponent == 0:
        return ""
    raise _Doubt(separator)
