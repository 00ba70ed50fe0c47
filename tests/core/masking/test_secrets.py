"""Passwords, PINs and one-time codes are masked whole, and words about them are not."""

import pytest

from tests.core.masking.texts import masked_text

SECRETS = [
    ("my password is hunter2 5!", "hunter2 5!"),
    ("password: hunter2 please help", "hunter2"),
    ("password: correct horse battery", "correct horse battery"),
    ('the password is "blue moon 7"', "blue moon 7"),
    ("my password is sunshine.", "sunshine"),
    ("pw: P@ssw0rd1", "P@ssw0rd1"),
    ("PIN: 12 34", "12 34"),
    ("my pin is 4821 and it fails", "4821"),
    ("verification code 998877", "998877"),
    ("your code is 482 913", "482 913"),
    ("G-482913 is your Google verification code", "G-482913"),
    ("use 482913 to log in", "482913"),
    ("my pin code is 0000", "0000"),
    ("OTP 4821", "4821"),
    ("Passwort: Geheim99!", "Geheim99!"),
    ("mein Kennwort lautet Katze!99", "Katze!99"),
    ("Der Bestätigungscode ist 482913.", "482913"),
    ("482913 ist Ihr Sicherheitscode", "482913"),
    ("mot de passe : Soleil#8", "Soleil#8"),
    ("Le code de vérification est 482913.", "482913"),
    ("mi contraseña es Gato_77", "Gato_77"),
    ("código de un solo uso: 482913", "482913"),
    ("482913 es tu código de acceso", "482913"),
    ("密码：abc123!", "abc123!"),
    ("我的密码是mao99", "mao99"),
    ("482913是您的登录验证码", "482913"),
]

ORDINARY = [
    "my password is wrong, the password is not working",
    "password: forgotten",
    "the password was reset",
    "the pin fell out after 3 days, pin 3 times",
    "use code SAVE20 for 20% off, error code 404",
    "the code is not accepted",
    "Mein Passwort ist falsch. Das Passwort geht nicht.",
    "le mot de passe est incorrect",
    "la contraseña es incorrecta",
    "密码忘了，密码不对，验证码收不到",
]


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_secrets_are_masked_whole(text: str, secret: str) -> None:
    assert masked_text(text) == (text.replace(secret, "[SECRET_1]"), {"[SECRET_1]": secret})


@pytest.mark.parametrize("text", ORDINARY)
def test_words_about_secrets_stay(text: str) -> None:
    assert masked_text(text) == (text, {})
