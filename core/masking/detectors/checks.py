"""Checks that tell a real identifier from a number that only looks like one; check digits are python-stdnum's."""

from ipaddress import AddressValueError, IPv4Address, IPv6Address

from stdnum import iban as stdnum_iban
from stdnum import luhn
from stdnum.es import dni, nie
from stdnum.fr import nir
from stdnum.iso7064 import mod_11_2, mod_97_10
from stdnum.it import codicefiscale


def issued(digits: str) -> bool:
    """Whether digits have the prefix and the length of a payment card's issuer."""
    length, two, four = len(digits), int(digits[:2]), int(digits[:4])
    return (
        (length == 16 and (digits[0] == "4" or 51 <= two <= 55 or 2221 <= four <= 2720 or 3528 <= four <= 3589))
        or (length == 15 and two in (34, 37))
        or (length == 14 and two in (30, 36, 38, 39))
        or (16 <= length <= 19 and (two in (50, 60, 62, 64, 65) or 56 <= two <= 58))
    )


def card(digits: str) -> bool:
    """Whether digits are a payment card: a known issuer's prefix and length, and a right check digit.

    >>> card("4111111111111111"), card("4111111111111112")
    (True, False)
    """
    return issued(digits) and luhn.is_valid(digits)


def iban(code: str) -> bool:
    """Whether letters and digits without spaces are an IBAN: form by country and mod 97.

    A country's own check digits inside of it are not looked at.

    >>> iban("de89370400440532013000"), iban("de89370400440532013001")
    (True, False)
    """
    # The sum first: it is ten times as fast, and nearly all that looks like an IBAN fails it.
    return mod_97_10.is_valid(code[4:] + code[:4]) and stdnum_iban.is_valid(code, check_country=False)


def chinese_id(code: str) -> bool:
    """Whether 17 digits and a digit or x have the check digit of a resident identity number (GB 11643-1999).

    Districts are not looked up: they come and go, and old numbers stay.

    >>> chinese_id("11010519491231002x"), chinese_id("110105194912310021")
    (True, False)
    """
    return mod_11_2.is_valid(code.upper())


def european_id(code: str) -> bool:
    """Whether a code without separators is a Spanish DNI or NIE, a French NIR or an Italian codice fiscale.

    >>> european_id("12345678z"), european_id("12345678a"), european_id("295109912611193")
    (True, False, True)
    """
    return dni.is_valid(code) or nie.is_valid(code) or nir.is_valid(code) or codicefiscale.is_valid(code)


def ipv4(code: str) -> bool:
    """Whether this is an IPv4 address, and not a version number (all four parts below ten)."""
    try:
        address = IPv4Address(code)
    except AddressValueError:
        return False
    return any(part >= 10 for part in address.packed)


def ipv6(code: str) -> bool:
    """Whether this is an IPv6 address, and not a time or an operator: some group has three digits or more."""
    try:
        IPv6Address(code)
    except AddressValueError:
        return False
    return max(map(len, code.split(":"))) >= 3 and not code.endswith("::")
