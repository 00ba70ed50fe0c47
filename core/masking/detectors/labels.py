"""Words in front of numbers that make them an identifier, by kind, in the languages that tables come in."""

from typing import Final

from fewsight.masking.names import words

_LINES: Final = (
    # English
    ("ORDER", "order invoice purchase booking reservation confirmation transaction payment tracking parcel package"),
    ("ORDER", "shipment consignment awb waybill case ticket rma return refund receipt po reference ref"),
    ("ACCOUNT", "account acct customer client member membership loyalty policy contract subscription user qq"),
    # German; stems stand for Bestellnummer, Bestell-Nr., ...
    (
        "ORDER",
        "bestell bestellung auftrag auftrags rechnung rechnungs sendung sendungs paket lieferung lieferschein buchung",
    ),
    (
        "ORDER",
        "buchungs vorgang vorgangs reklamation reklamations retoure retouren beleg reservierung reservierungs fall",
    ),
    ("ORDER", "referenz tracking ticket"),
    ("ACCOUNT", "kunde kunden kundenkonto konto vertrag vertrags mitglied mitglieds benutzer versicherungs police"),
    # French
    (
        "ORDER",
        "commande facture colis livraison suivi reservation dossier remboursement retour reclamation transaction",
    ),
    ("ACCOUNT", "client cliente compte adherent contrat abonne abonnement membre"),
    # Spanish, Italian, Portuguese
    (
        "ORDER",
        "pedido factura envio paquete seguimiento reserva incidencia devolucion referencia guia expediente albaran",
    ),
    ("ORDER", "ordine fattura spedizione pacco prenotazione tracciamento riferimento reso encomenda fatura rastreio"),
    ("ACCOUNT", "cliente cuenta socio socia contrato abonado conto contratto tessera conta"),
    # Dutch, Polish
    ("ORDER", "bestel bestelling factuur zending pakket zamowienie zamowienia faktura przesylka"),
    ("ACCOUNT", "klant klanten klient klienta lid"),
)
_CHINESE: Final = (
    ("ORDER", "订单 运单 快递 物流 发票 退款 退货 售后 工单 流水 交易 单号 取件码 提货码 訂單 發票"),
    ("ACCOUNT", "会员 客户 账户 账号 帐号 用户 微信 會員 帳號"),
    ("CARD", "银行卡 卡号"),
)
_ENDINGS: Final = (
    "",
    "s",
    "id",
    "ids",
    "no",
    "nr",
    "num",
    "number",
    "code",
    "ref",
    "nummer",
    "snummer",
    "nummern",
    "snr",
)

CHINESE_LABELS: Final = {word: kind for kind, line in _CHINESE for word in line.split()}
LABELS: Final = {
    word + ending: (len(word), kind) for kind, line in _LINES for word in line.split() for ending in _ENDINGS
}
"""Word, with an ending that says 'number' or none -> length of the word itself, kind."""

LABEL_WORDS: Final = frozenset(LABELS)
STEMS: Final = words("""
    bestell auftrags rechnungs sendungs buchungs vorgangs reklamations retouren reservierungs kunden vertrags
    mitglieds versicherungs bestel
    """)
"""Words that are none without the ending."""
