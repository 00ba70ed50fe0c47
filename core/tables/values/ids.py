"""Ids as they are, whatever program wrote them: 17850.0 is 17850, and ="007" is 007."""

import re
from decimal import Decimal
from typing import Any, Final

from fewsight.tables.records import BadValue, is_finite
from fewsight.tables.values.empties import NOTHING

_INVISIBLE: Final = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_WHOLE: Final = re.compile(r"(\d+)\.0+", re.ASCII)
"""A number in a column that had a gap when pandas wrote it."""
_ESCAPED: Final = re.compile(r"""="(.*)"|'(?=[\d=+@-])(.*)""", re.DOTALL)
"""How leading zeros are saved from spreadsheets, and how cells are kept from being run as formulas."""
_ROUNDED: Final = re.compile(r"[1-9][.,]?\d*[eE]\+?\d{1,2}", re.ASCII)
_EXACT: Final = 2**53
"""Whole numbers from here on are no longer told apart by floats."""


def clean_id(value: Any) -> Any:  # noqa: ANN401 - any cell
    """The id in a cell, None where there is none.

    Raises:
        BadValue: digits are lost, so that several customers would be one: 1.23457E+12, or a float of 2^53 and more.
    """
    if isinstance(value, str):
        return _from_text(value)
    if isinstance(value, (float, Decimal)):
        if not is_finite(value):
            return None
        if isinstance(value, float) and abs(value) >= _EXACT:
            raise BadValue("an id of so many digits that a float does not hold them; read the column as text")
    return value


def _from_text(value: str) -> str | None:
    text = value.strip().strip(_INVISIBLE).strip()
    if not text or text in NOTHING:
        return None
    if text.isalpha():
        return text
    if match := _WHOLE.fullmatch(text):
        return match[1]
    if match := _ESCAPED.fullmatch(text):
        return (match[1] or match[2] or "").strip() or None
    if _ROUNDED.fullmatch(text) and "+" in text:
        raise BadValue("an id that a spreadsheet has rounded; export the column as text")
    return text
