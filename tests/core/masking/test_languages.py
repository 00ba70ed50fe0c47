"""Words before numbers, and columns' names, in the languages that tables come in; documents and bank accounts."""

import pytest

from tests.core.masking.texts import masked_text

NUMBERED = [
    ("Bestellnummer 551231", "ORDER", "551231"),
    ("Bestell-Nr. A-5512", "ORDER", "A-5512"),
    ("Rechnung Nr. 20871", "ORDER", "20871"),
    ("Kundennummer: 4711", "ACCOUNT", "4711"),
    ("commande n° 55123", "ORDER", "55123"),
    ("numéro de commande 4711", "ORDER", "4711"),
    ("numéro de client : 99812", "ACCOUNT", "99812"),
    ("pedido nº 55123", "ORDER", "55123"),
    ("número de pedido: AB-551", "ORDER", "AB-551"),
    ("mi número de pedido es el 123456", "ORDER", "123456"),
    ("ordine 551231", "ORDER", "551231"),
    ("订单号 20240312", "ORDER", "20240312"),
    ("Benutzername: eva.muster", "ACCOUNT", "eva.muster"),
    ("DNI 12345678Z", "ID", "12345678Z"),
    ("tengo 12345678Z aquí", "ID", "12345678Z"),
    ("NIE: X1234567L", "ID", "X1234567L"),
    ("n° de sécurité sociale 2 95 10 99 126 111 93", "ID", "2 95 10 99 126 111 93"),
    ("Steuer-ID: 36 574 261 809", "ID", "36 574 261 809"),
    ("Aadhaar 2341 2341 2346", "ID", "2341 2341 2346"),
    ("NHS number 943 476 5919", "ID", "943 476 5919"),
    ("SSN 078051120", "ID", "078051120"),
    ("BSN 111222333", "ID", "111222333"),
    ("PESEL 44051401359", "ID", "44051401359"),
    ("codice fiscale RCCMNL83S18D969H", "ID", "RCCMNL83S18D969H"),
    ("CPF 390.533.447-05", "ID", "390.533.447-05"),
    ("national insurance QQ 12 34 56 C", "ID", "QQ 12 34 56 C"),
    ("llame al 612 345 678", "PHONE", "612 345 678"),
    ("mi móvil 612345678", "PHONE", "612345678"),
    ("to DE89  3704 0044\n0532 0130 00 please", "IBAN", "DE89  3704 0044\n0532 0130 00"),
    ("IBAN DE00 3704 0044 0532 0130 00", "IBAN", "DE00 3704 0044 0532 0130 00"),
]


@pytest.mark.parametrize(("text", "kind", "value"), NUMBERED)
def test_numbers_after_their_word(text: str, kind: str, value: str) -> None:
    assert masked_text(text)[1] == {f"[{kind}_1]": value}


@pytest.mark.parametrize(
    "text",
    [
        "Bestellung von 12 Flaschen, Rechnung vom 12.03.2024 über 1.299,00 Euro",
        "commande de 12 bouteilles, la facture de 1 299,00 euros",
        "pedido de 12 botellas, factura de 1.299,00 euros",
        "el precio es 612 345 678 pesos",
        "Auftrag 500 Stück, Paket 40x30x20",
    ],
)
def test_amounts_after_the_same_words_stay(text: str) -> None:
    assert masked_text(text) == (text, {})


@pytest.mark.parametrize(
    "columns",
    [
        ("Vorname", "Nachname"),
        ("prénom", "nom"),
        ("Nombre", "Apellidos"),
        ("nome", "cognome"),
        ("voornaam", "achternaam"),
        ("名", "姓"),
    ],
)
def test_name_columns_of_other_languages(columns: tuple[str, str]) -> None:
    profile = dict(zip(columns, ("Eva", "Muster"), strict=True))
    assert masked_text("Eva Muster, Frau Muster", profile)[0] == "[NAME_1] [NAME_2], Frau [NAME_2]"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Sean O'Brien", "O’Brien, OBRIEN and Sean O’Brien"),
        ("José García", "Jose Garcia, JOSÉ"),
        ("Jose Garcia", "José García"),
        ("Jürgen Groß", "Juergen Gross, jurgen, Herr GROSS"),
        ("Juergen Mueller", "Jürgen Müller"),
        ("Jean-Luc Picard", "Jean Luc, jeanluc"),
    ],
)
def test_known_names_in_other_spellings(name: str, text: str) -> None:
    masked, _ = masked_text(text, {"name": name})
    words = masked.replace("and ", "").replace("Herr ", "").replace(",", " ").split()
    assert all(word.startswith("[NAME_") for word in words), masked
