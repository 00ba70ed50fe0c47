"""Passwords, PINs and one-time codes: whole, after their word or before it."""

import re
from collections.abc import Iterator
from typing import Final

from fewsight.masking.detectors.people.vocabulary import NOT_A_PASSWORD, NOT_NAMES
from fewsight.masking.folding import WORD, Folded
from fewsight.masking.names import words
from fewsight.masking.spans import Span

TRIGGERS: Final = words("""
    use enter type usa utilisez saisissez verwenden nutzen
    password passwords passcode passphrase passwort kennwort passwd pwd pw pass mdp contrasena clave senha wachtwoord
    parola pin pincode tan otp cvv cvv2 cvc cvc2 geheimzahl prufziffer code codigo codice passe einmalcode
    einmalpasswort sicherheitscode bestatigungscode zugangscode verifizierungscode freischaltcode aktivierungscode
    anmeldecode sicherheitszahl geheimcode
    """)
"""A text of a script with spaces holds one of these words where it gives a secret away."""

_KEYWORD: Final = (
    r"(?:pass(?:word|code|phrase|wort|wd)s?|kennwort|pwd?|mot de passe|mdp|contrasena|clave|senha"
    r"|wachtwoord|parola|密码|口令)"
)
_CODE: Final = (
    r"(?:pin(?:[ \-]?(?:code|nummer|number))?|tan|otp|cvv2?|cvc2?|geheimzahl|prufziffer|einmalpasswort"
    r"|(?:verification|security|one[ \-]time|single[ \-]use|access|log-?in|sign-?in|activation|auth(?:entication"
    r"|orisation"
    r"|orization)?|2fa|sms|recovery|reset|secret|unlock|door|gate|otp|pin)[ \-](?:pass)?(?:code|password|pin|number)"
    r"|(?:sicherheits|bestatigungs|einmal|zugangs|verifizierungs|freischalt|aktivierungs|anmelde|login-?|geheim"
    r"|sms-)code"
    r"|code (?:secret|pin|sms|confidentiel|d'acces|d'activation|a usage unique|de (?:verification|confirmation|securite"
    r"|connexion|validation|carte bleue))"
    r"|(?:codigo|clave) (?:secret[oa]|pin|sms|de (?:verificacion|confirmacion|seguridad|acceso|activacion|un solo uso))"
    r"|codice (?:segreto|pin|sms|di (?:verifica|conferma|sicurezza|accesso))"
    r"|(?:your|my|the|ihr|mein|der|votre|mon|le|tu|mi|su|el) (?:code|codigo)(?= ?(?::|is|was|ist|lautet|est|es) )"
    r"|验证码|校验码|动态码|动态密码|安全码|取款密码|支付密码)"
)
_VERB: Final = r"(?:is|was|are|ist|war|lautet|lautete|est|etait|sera|es|era|e'|e)"
_LINK: Final = re.compile(rf"(?P<verb> ?{_VERB}(?![a-z])| ?[是为])?(?P<mark> ?[:=：])? ?(?P<quote>[\"'«“„(]?)")
_AFTER: Final = re.compile(rf"(?<!{WORD})(?:(?P<code>{_CODE})|{_KEYWORD})(?![a-z])")
_DIGITS: Final = re.compile(r"(?:[a-z]{1,2}-)?\d{2,8}(?:[ \-]\d{2,6}){0,3}(?![\w@])")
_TOKEN: Final = re.compile(r"[^\s\u3000-\u9fff\uff00-\uffef]{1,256}")
_REST: Final = re.compile(r"[^\n,;.]*(?:[.,;](?=\S)[^\n,;.]*)*")
_SPECIAL: Final = re.compile(r"\d|[!@#$%^&*_+=~?]\S|\S[@#$%^&*_+=~]|[a-z][A-Z]")
_MORE: Final = re.compile(r" (\w{0,12}[^\w\s.,:;?\-]\S{0,10}?|\w{1,10}[^\w\s.,:;?\-]+)(?=[.,:;?]?(?:\s|$))")
_UNIT: Final = re.compile(r" (?:times?|days?|weeks?|months?|mal|tagen?|fois|veces|jours|dias)\b")
_BEFORE: Final = re.compile(
    rf"(?<!{WORD})(?P<value>(?:[a-z]{{1,2}}-)?\d{{4,8}}|\d{{3}}[ \-]\d{{3,4}})(?:"
    r" (?:is|ist|est|es|e) (?:your|my|the|ihr|dein|der|mein|votre|ton|le|mon|tu|su|el|mi|il|la)(?: [\w\-]+){0,3}?"
    r" [\w\-]*(?:code|passwor[dt]|passcode|pin|tan|otp|codigo|clave|codice)(?![a-z])"
    r"|[是为][您你]的?[^\d\s]{0,8}(?:验证码|校验码|动态码|密码))"
    r"|(?<![a-z])(?:use|enter|type|usa|use el|utilisez|saisissez|verwenden sie|nutzen sie)(?: code)? (?P<used>\d{4,8})"
    r" (?:to|as|um|als|pour|comme|para|como)(?![a-z])"
)


def secrets(text: Folded) -> Iterator[Span]:
    """Passwords and codes of one text."""
    for match in _AFTER.finditer(text.low):
        link = _LINK.match(text.low, match.end())
        assert link is not None  # every part of it may be empty
        end = _end(text, link, is_code=match["code"] is not None)
        if end is not None:
            yield Span(link.end(), end, "SECRET")
    if re.search(r"\d{3}", text.low):
        for match in _BEFORE.finditer(text.low):
            group = "value" if match["value"] else "used"
            yield Span(match.start(group), match.end(group), "SECRET")


def _end(text: Folded, link: re.Match[str], *, is_code: bool) -> int | None:
    """Where the secret after a word and its link ends, or None where none stands there."""
    low, start = text.low, link.end()
    if (close := _quoted(low, link)) is not None:
        return close
    digits = _DIGITS.match(low, start)
    if digits and len(re.sub(r"\D", "", digits[0])) >= 3 and not _UNIT.match(low, digits.end()):
        return _with_more(text, digits.end())
    token = _TOKEN.match(text.text, start)
    if is_code or token is None or link.end() == link.start():
        return None
    end = start + len(token[0].rstrip(".,;:?)\"'»”"))
    special = end - start >= 3 and _SPECIAL.search(text.text, start, end) is not None
    if special:
        return _to_the_end(text, end) or _with_more(text, end) if link["mark"] else _with_more(text, end)
    return _plain_word(text, link, start + len(token[0].rstrip(".,;:?!)\"'»”")))


def _quoted(low: str, link: re.Match[str]) -> int | None:
    start = link.end()
    if not (quote := link["quote"]):
        return None
    close = low.find({"«": "»", "“": "”", "„": "“", "(": ")"}.get(quote, quote), start)
    told = link["verb"] or link["mark"] or re.search(r"\d", low[start : max(close, start)])
    return close if 0 < close - start <= 64 and told else None


def _plain_word(text: Folded, link: re.Match[str], end: int) -> int | None:
    """A secret that is a plain word: after a colon, or the last word of the sentence."""
    low, start = text.low, link.end()
    word = low[start:end]
    if link["mark"] and word and (whole := _to_the_end(text, end)):
        return whole
    if not word or word in NOT_A_PASSWORD or word in NOT_NAMES or re.search(r"(?:ed|ing|iert|able)$", word):
        return None
    after = low[end:].lstrip("!?\"' ")
    return end if link["mark"] or (link["verb"] and (not after or after[0] in ".,;\n")) else None


def _to_the_end(text: Folded, end: int) -> int | None:
    """The end of a short sentence without ordinary words, which is a secret with spaces; None for any other."""
    rest = _REST.match(text.low, end, end + 40)
    words = rest[0].split() if rest else []
    if rest is None or not 0 < len(words) <= 3 or len(rest[0]) > 28:
        return None
    ordinary = any(word in NOT_A_PASSWORD or word.strip("!?()\"'") in NOT_NAMES for word in words)
    return None if ordinary else rest.end()


def _with_more(text: Folded, end: int) -> int:
    """The end of a secret, with what follows and holds both digits and marks."""
    while (more := _MORE.match(text.text, end)) is not None and re.search(r"\d", more[1]):
        end = more.end(1)
    return end
