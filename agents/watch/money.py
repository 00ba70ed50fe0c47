"""Money in words."""

from fewsight.tables.values.currencies import EXPONENTS


def money(amount: int, currency: str | None) -> str:
    """Minor units as people write them.

    >>> money(123456, "EUR"), money(500, "JPY")
    ('1,234.56 EUR', '500 JPY')
    """
    digits = EXPONENTS.get(currency or "", 2)
    return f"{amount / 10**digits:,.{digits}f} {currency or ''}".strip()
