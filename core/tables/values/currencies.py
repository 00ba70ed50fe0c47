"""ISO 4217: which currencies there are, their decimals, and the signs and words that stand for them."""

from decimal import Decimal
from typing import Any, Final

from fewsight.errors import did_you_mean
from fewsight.tables.records import BadValue

# Kept here rather than taken from Babel: CLDR gives the digits that people write, which for 15 currencies (HUF, IDR,
# COP, ...) are fewer than ISO's minor units, and amounts of earlier ledgers are in these.
_TWO = """AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY
    COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR
    JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO
    NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
    TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"""
_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
EXPONENTS: Final = {code: digits for digits, codes in ((2, _TWO), (0, _NONE), (3, _THREE)) for code in codes.split()}
"""ISO 4217: digits after the decimal mark."""

_WORDS: Final = """
    EUR € EURO EUROS; GBP £; USD US$; INR ₹; KRW ₩ 원; BRL R$; PLN ZŁ ZL; CAD C$ CA$; AUD A$ AU$; NZD NZ$; HKD HK$;
    SGD S$; TWD NT$; MXN MX$; RUB ₽ РУБ Р; TRY ₺ TL; UAH ₴ ГРН; VND ₫; THB ฿; PHP ₱; ILS ₪; NGN ₦; GHS ₵; CZK KČ;
    HUF FT; BGN ЛВ; RON LEI; IDR RP; MYR RM; CHF SFR FR; KZT ₸; CNY RMB 元 人民币 CN¥; JPY JP¥ 円"""
_SIGNS: Final = {word: code for code, *words in (entry.split() for entry in _WORDS.split(";")) for word in words}
UNSURE: Final = frozenset(("$", "¥", "KR", "RS", "₨", "PESOS", "DOLLARS", "DOLLAR"))
"""Signs of several currencies: an amount may carry them, and its currency stays unknown."""


def currency_code(value: Any) -> str:  # noqa: ANN401 - any cell
    """An ISO 4217 code from a cell such as 'eur' or '€'.

    Raises:
        BadValue: no known currency.
    """
    word = str(value).strip().upper()
    code = sign_code(word)
    if code is None:
        hint = did_you_mean(word, EXPONENTS) if len(word) == 3 else ""
        raise BadValue(f"not an ISO 4217 currency code, such as EUR.{hint}")
    return code


def sign_code(word: str) -> str | None:
    """The code of a sign or code in upper case, None where it is unknown or of several currencies."""
    word = word.removesuffix(".")
    return word if word in EXPONENTS else _SIGNS.get(word)


def money(amount: int, currency: str | None) -> str:
    """An amount in minor units as people write it.

    >>> money(-1250, "EUR"), money(300, "JPY")
    ('-12.50 EUR', '300 JPY')
    """
    return _money(amount, currency, "")


def grouped_money(amount: int, currency: str | None) -> str:
    """The same with thousands apart, for pages of many sums.

    >>> grouped_money(123456, "EUR"), grouped_money(-1250, "EUR"), grouped_money(500, "JPY")
    ('1,234.56 EUR', '-12.50 EUR', '500 JPY')
    """
    return _money(amount, currency, ",")


def _money(amount: int, currency: str | None, separator: str) -> str:
    digits = EXPONENTS.get(currency or "", 2)
    return f"{Decimal(amount).scaleb(-digits):{separator}.{digits}f} {currency or ''}".rstrip()
