"""Street addresses and postcodes of several countries; numbers beside words that only look like a street."""

import pytest

from tests.core.masking.texts import masked_text

ADDRESSES = [
    ("I live at 12 High Street, Leeds", ["12 High Street"]),
    ("to 12 high street please", ["12 high street"]),
    ("Flat 4, 221B Baker Street", ["Flat 4, 221B Baker Street"]),
    ("1600 Pennsylvania Ave NW Apt 5B", ["1600 Pennsylvania Ave NW Apt 5B"]),
    ("at 7 Elm Drive", ["7 Elm Drive"]),
    ("in LS1 4AB", ["LS1 4AB"]),
    ("zip code 94103", ["94103"]),
    ("Austin, TX 73301", ["73301"]),
    ("Hauptstraße 12a, 50667 Köln", ["Hauptstraße 12a", "50667"]),
    ("ich wohne in der goethestr. 5", ["goethestr. 5"]),
    ("Birkenweg 7", ["Birkenweg 7"]),
    ("Am Markt 5, 04109 Leipzig", ["Am Markt 5", "04109"]),
    ("ich komme aus 50667 köln", ["50667"]),
    ("PLZ 1010", ["1010"]),
    ("au 12 bis, rue de la République à Lyon", ["12 bis, rue de la République"]),
    ("12 rue victor hugo et merci", ["12 rue victor hugo"]),
    ("Code postal : 69002", ["69002"]),
    ("vivo en Calle Mayor 12, 2º B", ["Calle Mayor 12, 2º B"]),
    ("C/ San Juan nº 5", ["C/ San Juan nº 5"]),
    ("Via Garibaldi 5, 00184 Roma", ["Via Garibaldi 5", "00184"]),
    ("请送到人民路12号3栋502室", ["人民路12号3栋502室"]),
    ("北京市朝阳区建国路88号SOHO现代城3号楼1205", ["建国路88号SOHO现代城3号楼1205"]),
    ("邮编：200001", ["200001"]),
]

ORDINARY = [
    "a 10 minute drive, 5 star place, 2 day walk, 3 way street",
    "30 gb drive, 40-60 gb of hard drive",
    "wearing 18, ring 18 mm, Ring 18 mm",
    "in 10000 pieces, from 2 to 5 June on a quiet road",
    "refund via PayPal 120 EUR, via DHL 3 days",
    "Am Montag 12 Uhr, Im Paket 2 Artikel, 5 Minuten Weg",
    "5 minutes de route",
    "la calle está cortada 3 días",
    "马路对面3号店",
    "it cost 12345 in Leeds",
    "12345 new customers, 1000 nice shirts, 1500 essen",
    "in 2024 Paris was full, 1200 Berlin",
]


@pytest.mark.parametrize(("text", "values"), ADDRESSES)
def test_addresses_are_masked(text: str, values: list[str]) -> None:
    assert list(masked_text(text)[1].values()) == values


@pytest.mark.parametrize("text", ORDINARY)
def test_other_numbers_stay(text: str) -> None:
    assert masked_text(text) == (text, {})


@pytest.mark.parametrize(
    ("profile", "text", "value"),
    [
        ({"PLZ": "8010"}, "ich wohne in 8010 graz", "8010"),
        ({"postcode": "LS1 4AB"}, "in ls14ab", "ls14ab"),
        ({"zip": "94103-1234"}, "near 94103", "94103"),
    ],
)
def test_postcodes_of_the_profile_are_masked(profile: dict[str, str], text: str, value: str) -> None:
    assert value not in masked_text(text, profile)[0]
