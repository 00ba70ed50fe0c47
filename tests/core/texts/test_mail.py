"""A writer's own words, the signature, and older mail are told apart."""

import time

import pytest

from fewsight.texts.mail import Mail, split_mail

OWN = "Please cancel now."


@pytest.mark.parametrize(
    "older",
    [
        "On Mon, Jan 1, 2024 at 9:00 AM Support <help@shop.example> wrote:\n> Dear Eva, thank you!\n> We love it.",
        "On Mon, Jan 1, 2024 at 9:00 AM Support\n<help@shop.example> wrote:\n\n> Dear Eva",
        "Am 01.01.2024 um 09:00 schrieb Support <help@shop.example>:\n> Liebe Eva",
        "Le lun. 1 janv. 2024 à 09:00, Support <help@shop.example> a écrit :\n> Chère Eva",
        "El lun, 1 ene 2024 a las 9:00, Soporte (<help@shop.example>) escribió:\n\n> Hola Eva",
        "Il giorno lun 1 gen 2024 alle ore 09:00 Shop <help@shop.example> ha scritto:\n> Ciao",
        "Em seg., 1 de jan. de 2024 às 09:00, Loja <help@shop.example> escreveu:\n> Oi",
        "Op ma 1 jan 2024 om 09:00 schreef Winkel <help@shop.example>:\n> Hoi",
        "客服 <help@shop.example> 于2024年1月1日周一 09:00写道：\n> 您好",
        "2024年1月1日(月) 9:00 サポート <help@shop.example>:\n> こんにちは",
        "-----Original Message-----\nFrom: Support\nSent: Monday\n\nDear Eva",
        "----- Ursprüngliche Nachricht -----\nLiebe Eva, danke",
        "---------- Forwarded message ---------\nDear Eva",
        "From: Support <help@shop.example>\nSent: Monday, 1 January 2024\nTo: Eva\nSubject: Order\n\nDear Eva",
        "Von: Support <help@shop.example>\nGesendet: Montag, 1. Januar 2024\nAn: Eva\nBetreff: Bestellung\n\nLiebe Eva",
        "De : Support <help@shop.example>\nEnvoyé : lundi 1 janvier\nÀ : Eva\nObjet : Commande\n\nChère Eva",
        "________________________________\nFrom: Support\nDate: Monday\n\nDear Eva",
        "发件人: 客服 <help@shop.example>\n发送时间: 2024年1月1日\n收件人: 王\n主题: 订单\n\n您好",
        "> Dear Eva,\n> thank you for your order!",
    ],
)
def test_older_mail_is_told_apart(older: str) -> None:
    mail = split_mail(f"{OWN}\n\n{older}\n")
    assert (mail.own, mail.signature) == (OWN, "")
    assert mail.quoted.splitlines()[-1] == older.splitlines()[-1]


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nDr. Eva Muster\nMusterstr. 5, 10115 Berlin\nTel. +49 30 1234567",
        "Best regards,\nEva", "Mit freundlichen Grüßen\nEva Muster", "Cordialement,\nEva", "Sent from my iPhone",
        "Von meinem iPhone gesendet", "发自我的iPhone", "Un saludo,\nEva",
    ],
)  # fmt: skip
def test_a_signature_is_told_apart(signature: str) -> None:
    assert split_mail(f"{OWN}\n\n{signature}") == Mail(OWN, signature, "")
    quoted = "On 1 Jan 2024, Shop <help@shop.example> wrote:\n> Thank you"
    assert split_mail(f"{OWN}\n\n{signature}\n\n{quoted}") == Mail(OWN, signature, quoted)


def test_answers_between_quoted_lines_are_the_writers_own() -> None:
    text = "On 1 Jan 2024, Shop <a@b.example> wrote:\n> Which size?\nForty two.\n> Which colour?\nBlue."
    assert split_mail(text).own == "Forty two.\nBlue."


@pytest.mark.parametrize(
    "text",
    ["", "On Monday I wrote: please cancel.", "From: the shop I heard nothing.", "I want:\na refund\nan apology",
     "5 > 3 is true", "Regards to all", "My order 2024-17 is late:", "-- \nonly a dash", "->go there\n=> and there",
     "Date: the 5th is fine\nTo: me"],
)  # fmt: skip
def test_other_texts_are_the_writers_own(text: str) -> None:
    assert split_mail(text) == Mail(text)


@pytest.mark.parametrize(
    "evil",
    ["On " * 30_000, "> \n" * 30_000, "Von: " * 20_000, "a\n" * 50_000, "wrote:\n" * 14_000, "-" * 100_000,
     " \n" * 50_000,
         "On x wrote " * 9_000, "From: x\n" * 12_000, "2024 <a@b.c>:" * 7_000, "Best regards\n" * 7_000,
     "schrieb 1@\n" * 9_000],
)  # fmt: skip
def test_hostile_texts_take_no_time(evil: str) -> None:
    start = time.perf_counter()
    split_mail(evil)
    assert time.perf_counter() - start < 5
