"""What a column's name, with the form of its value, says about the value."""

import re
from functools import lru_cache
from typing import Final

from fewsight.events import Scalar
from fewsight.masking.folding import fold
from fewsight.masking.names import words

HIDDEN: Final = words("""
    password passwordhash passcode token accesstoken apikey secret pin cvv ssn socialsecuritynumber nationalid taxid
    idcard idnumber passport passportnumber cardnumber creditcard iban bankaccount accountnumber birthdate birthday
    dateofbirth dob 密码 身份证 身份证号 身份证号码 护照号 银行卡号 卡号 生日 出生日期
    passwort kennwort steuerid steuernummer ausweisnummer kontonummer kreditkarte geburtsdatum geburtstag
    motdepasse numerosecuritesociale nir passeport cartebancaire datedenaissance
    contrasena dni nie nif pasaporte tarjeta fechadenacimiento codicefiscale datadinascita bsn geboortedatum cpf
    nhsnumber
    """)
"""Profile keys (lower case without accents, letters and digits only) that are left out of a masked history."""

_NAMES = re.compile(
    r"(?:full|first|last|middle|family|given|sur|maiden|customer|client|contact|billing|shipping|recipient|holder"
    r"|display|requester|reporter|buyer|guest|visitor|subscriber|caller|shipto|billto|supplied|author|sender|agent"
    r"|assignee|owner|patient|policyholder|cardholder|employee|person|payer|payee|seller|reviewer|consumer|profile|booker"
    r"|nick)*name|surname|fname|lname|姓名|名字|姓|名|客户姓名|收[件货]人|联系人|真实姓名"
    # German, French, Spanish, Italian, Dutch, Portuguese, Polish
    r"|(?:vor|nach|zu|familien|kunden|ruf|voller)*name|(?:nom|prenom|nomcomplet|nomdefamille|nomclient|nometprenom"
    r"|prenomnom)"
    r"|(?:nombres?|apellidos?|nombrecompleto|nombrecliente|nombreyapellidos?|primerapellido|segundoapellido)"
    r"|(?:nome|cognome|nominativo|nomecompleto|nomecliente|sobrenome|apelido)|(?:naam|voornaam|achternaam|klantnaam)"
    r"|(?:imie|nazwisko|imieinazwisko)|姓氏|名称"
).fullmatch
_ORDERS = re.compile(
    r"(?:(?:last|first|latest|recent|related)?(?:order|invoice|booking|reservation|tracking|shipment|parcel|return|rma"
    r"|refund|ticket|case|transaction|payment|receipt|confirmation)(?:id|no|nr|num|number|code|ref|reference|ids|s)?"
    r"|(?:订单|运单|快递单|物流单|发票|退款|退货|工单|交易)(?:编?号|号码)?|单号)"
    r"|(?:bestell|auftrags|rechnungs|sendungs|paket|ticket|vorgangs|beleg)(?:nummer|nr|id)|(?:bestel|factuur"
    r"|order)nummer"
    r"|(?:numero|num|no|n|id)(?:de)?(?:la)?(?:commande|facture|colis|suivi|pedido|factura|envio|seguimiento|ordine"
    r"|fattura)"
    r"|(?:commande|facture|pedido|factura|ordine|fattura)(?:id|no|num|numero)"
).fullmatch
_ACCOUNTS = re.compile(
    r"(?:user|customer|client|account|member|membership|loyalty|login|wechat|weixin)(?:id|no|number|code|handle)?"
    r"|(?:device|session|cookie)id|username|handle|nickname|昵称|用户名|会员号|会员卡号|客户编号|账号|微信号?|qq号?"
    r"|(?:kunden|vertrags|mitglieds|benutzer|klant)(?:nummer|nr|id|name|kennung)|identifiant(?:client)?|pseudo"
    r"|usuario|utente"
    r"|(?:numero|num|no|n|id|code|codigo|codice)(?:de|di)?(?:client|compte|adherent|cliente|cuenta|socio|contrato"
    r"|contrat|conto)"
).fullmatch
_ADDRESS = re.compile(
    r".*(?:address|street|addr)(?:line)?\d?|(?:zip|postal|post)_?(?:code)?|zip|.*地址|邮编|邮政编码"
    r"|(?:liefer|rechnungs|wohn)?(?:anschrift|adresse)|strasse(?:hausnummer)?|plz|postleitzahl|adresse(?:livraison"
    r"|facturation)?"
    r"|rue|codepostal|direccion(?:envio|facturacion)?|domicilio|calle|codigopostal|indirizzo|via|cap|adres|straat"
    r"|endereco|cep"
).fullmatch
_MAILS: Final = ("courriel", "correo", "correoelectronico", "电子邮件")
_PHONES = re.compile(
    r"phone|mobile(?!app)|tel(?:no|number|ephone)?$|cell|fax|whatsapp|telefon|(?:mobil|handy)(?:nummer|nr)?$"
    r"|telefoon|movil|celular"
    r"|portable$|电话|手机"
).search
_STAFF = re.compile(
    r"(?:ticket|case|deal|lead|account|conversation)?(?:owner|assignee|agent|reporter|requester)"
    r"|(?:assigned|opened|closed|resolved|solved|created|updated|handled|submitted|reported|answered)(?:to|by|user|agent)"
    r"|(?:thread|comment|message|ticket)?author|caller|consultant|salesrep|representative|supportrep|contactperson"
    r"|bearbeiter(?:in)?|sachbearbeiter(?:in)?|ansprechpartner(?:in)?|zugewiesenan|verfasser|conseiller(?:e)?|agente"
    r"|asignadoa|responsable|operatore|assegnatoa|medewerker|behandelaar|客服|坐席|经办人|处理人|受理人|担当者"
).fullmatch
"""Columns of people by what they do; groups and robots stand there too."""
_NO_PERSON = re.compile(
    r"(?i)\b(?:team|group|support|service|services|desk|queue|billing|sales|bot|system|admin|agent|none|unassigned|nobody"
    r"|customer|user|client|visitor|contact|anonymous|api|automation|crew|staff|tier|level|user)\b|客服|系统|机器人|部"
).search
_PERSON = re.compile(r"[^\W\d_][^\d@]{0,60}").fullmatch
_HANDLE = re.compile(r".*(?:name|handle|login|昵称|用户名|微信号?|wechat|weixin)(?:id)?").fullmatch
_CODE = re.compile(r"(?=\D*\d)\S{1,64}").fullmatch
_FORMS: Final = {
    "EMAIL": re.compile("[@＠]").search,
    "PHONE": re.compile(r"(?:\D*\d){6}").match,
    "ORDER": _CODE,
    "ACCOUNT": _CODE,
    "ADDRESS": re.compile(r"(?s:.{4})").match,
    "IP": re.compile(r"[0-9a-fA-F]*[:.]").match,
    "ID": re.compile(r"(?s:.{3})").match,
    "NAME": re.compile(r"[^\W\d]").search,
}
"""What a value must look like, besides the name of its column: PhoneService is 'Yes' in many tables."""


@lru_cache(maxsize=4096)
def plain_key(key: str) -> str:
    """A column's name in lower case without accents, letters and digits only."""
    return "".join(c for c in fold(key).low.replace("ß", "ss") if c.isalnum())


def role(key: str, value: Scalar) -> str | None:
    """Which kind of identifier a profile value or an attribute is by its name and form, or None.

    >>> role("Contact-Email", "anna@example.com"), role("PhoneService", "Yes"), role("city", "Lyon")
    ('EMAIL', None, None)
    """
    kind = _role_by_name(key)
    if kind is None or isinstance(value, (bool, float)):
        return None
    text = str(value)
    if kind == "STAFF":
        return "NAME" if _PERSON(text.strip()) and not _NO_PERSON(text) else None
    if kind == "ACCOUNT" and _HANDLE(plain_key(key)):
        return kind
    return kind if _FORMS[kind](text) else None


@lru_cache(maxsize=4096)
def _role_by_name(key: str) -> str | None:
    plain = plain_key(key)
    if plain in HIDDEN:
        return "ID"
    if "mail" in plain or "邮箱" in plain or plain in _MAILS:
        return "EMAIL"
    if _PHONES(plain):
        return "PHONE"
    if plain in ("ip", "ipaddress", "clientip", "lastip", "loginip"):
        return "IP"
    rules = (
        ("NAME", _NAMES),
        ("ADDRESS", _ADDRESS),
        ("ORDER", _ORDERS),
        ("ACCOUNT", _ACCOUNTS),
        ("STAFF", _STAFF),
    )
    return next((kind for kind, matches in rules if matches(plain)), None)
