"""The words of tables: names of roles, kinds of events, and who wrote something."""

import re
import tomllib
import unicodedata
from importlib.resources import files
from typing import Final

ROLES: Final = (
    "customer_id",
    "time",
    "time_of_day",
    "kind",
    "subject",
    "text",
    "author",
    "product",
    "amount",
    "price",
    "quantity",
    "currency",
    "channel",
    "event_id",
    "order",
    "conversation",
    "recipient",
)
"""What a column of an event table can be; everything else is an attribute or part of the profile."""


def squash(name: str) -> str:
    """A name without case, accents, spaces and punctuation.

    >>> squash("Customer-ID "), squash("Téléphone")
    ('customerid', 'telephone')
    """
    if name.isascii():
        return re.sub(r"[\W_]+", "", name).casefold()
    plain = unicodedata.normalize("NFKD", name)
    return re.sub(r"[\W_]+", "", "".join(c for c in plain if not unicodedata.combining(c))).casefold()


def _kinds() -> dict[str, str]:
    data = tomllib.loads(files("fewsight.tables").joinpath("kinds.toml").read_text(encoding="utf-8"))
    words: dict[str, str] = {}
    for kind, lines in data.items():
        for word in (kind, *" ".join(lines).split()):
            words.setdefault(squash(word), kind)
    return words


KIND_WORDS: Final = _kinds()
"""Squashed word to the kind that it means."""

CUSTOMER, AGENT, NOTE = "customer", "agent", "note"
AUTHORS: Final = (CUSTOMER, AGENT, NOTE)
"""Who wrote: a customer, the firm to the customer, or the firm to itself."""

_WRITERS: Final = {
    CUSTOMER: """customer client contact end_user enduser requester visitor guest buyer shopper lead consumer caller
        reporter incoming inbound in received from_customer member subscriber kunde kundin nutzer eingehend eingang
        empfangen client_e cliente utente klant inkomend entrant recu ingresso in_arrivo entrante entrada recebido
        客户 顾客 用户 买家 访客 会员 顧客 お客様 ユーザー 受信 고객 사용자 수신""",
    AGENT: """agent admin administrator support staff operator bot system assistant team teammate outgoing outbound out
        sent from_agent seller shop merchant store company employee service customer_service customer_support
        support_agent supporter rep representative csr human_agent ai_agent ai auto automation chatbot helpdesk
        mitarbeiter mitarbeiterin bearbeiter kundenservice kundendienst ausgehend ausgang gesendet berater händler
        conseiller service_client vendeur sortant envoye agente soporte atención_al_cliente vendedor saliente enviado
        operatore assistenza servizio_clienti venditore in_uscita atendente suporte medewerker klantenservice uitgaand
        客服 商家 卖家 坐席 机器人 系统 店铺 人工客服
        担当者 オペレーター サポート スタッフ 店舗 送信 ボット 상담원 관리자 판매자 발신""",
    NOTE: "internal_note private_note internal private note interne_notiz notiz 内部备注",
}
AUTHOR_WORDS: Final = {squash(word): who for who, words in _WRITERS.items() for word in words.split()}
"""Squashed word to who it is. 'user' is not among them: it is the customer in some systems and the agent in others."""
