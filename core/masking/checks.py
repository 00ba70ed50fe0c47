"""Checks that tell a real identifier from a number that only looks like one."""

from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final

# Lengths of IBANs by country, from the SWIFT IBAN registry.
IBAN_LENGTHS: Final = {
    country: int(length)
    for length, countries in {
        "15": "no", "16": "be", "18": "dk fo fi gl nl sd", "19": "mk si", "20": "at ba ee kz xk lt lu",
        "21": "ch hr li lv", "22": "bg bh cr de gb ge ie me rs va", "23": "ae gi il iq om so tl",
        "24": "ad cz es md pk ro sa se sk tn vg", "25": "ly pt st", "26": "is tr", "27": "bi dj fr gr it mc mr sm",
        "28": "al az by cy do gt hu lb ni pl sv", "29": "br eg ps qa ua", "30": "jo kw mu", "31": "mt sc", "33": "ru",
    }.items()
    for country in countries.split()
}  # fmt: skip


def luhn(digits: str) -> bool:
    """Whether a card number's check digit is right (ISO/IEC 7812-1, annex B).

    >>> luhn("4111111111111111"), luhn("4111111111111112")
    (True, False)
    """
    doubled = "0246813579"
    total = sum(int(d) for d in digits[-1::-2]) + sum(int(doubled[int(d)]) for d in digits[-2::-2])
    return total % 10 == 0


def card(digits: str) -> bool:
    """Whether digits are a payment card: a known issuer's prefix and length, and a right check digit."""
    length, two, four = len(digits), int(digits[:2]), int(digits[:4])
    issued = (
        (length == 16 and (digits[0] == "4" or 51 <= two <= 55 or 2221 <= four <= 2720 or 3528 <= four <= 3589))
        or (length == 15 and two in (34, 37))
        or (length == 14 and two in (30, 36, 38, 39))
        or (16 <= length <= 19 and (two in (50, 60, 62, 64, 65) or 56 <= two <= 58))
    )
    return issued and luhn(digits)


def iban(code: str) -> bool:
    """Whether lower-case letters and digits without spaces are an IBAN (ISO 13616: length by country, mod 97).

    >>> iban("de89370400440532013000"), iban("de89370400440532013001")
    (True, False)
    """
    if IBAN_LENGTHS.get(code[:2]) != len(code):
        return False
    return int("".join(str(int(c, 36)) for c in code[4:] + code[:4])) % 97 == 1


def chinese_id(code: str) -> bool:
    """Whether 17 digits and a digit or x are a resident identity number (GB 11643-1999, check digit mod 11).

    >>> chinese_id("11010519491231002x"), chinese_id("110105194912310021")
    (True, False)
    """
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10x98765432"[sum(int(d) * w for d, w in zip(code, weights, strict=False)) % 11] == code[17]


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
