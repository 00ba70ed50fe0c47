"""Secrets out of everything that is shown or written: one place knows them, and each door passes its text through it.

Secrets are found by value (keys and passwords that this process was given, in each spelling that a server or a library
may repeat), and by form (the user and password of any URL, an Authorization header).
"""

import base64
import json
import os
import re
from typing import Final
from urllib.parse import quote, unquote

HIDDEN: Final = "***"
SHORTEST: Final = 6
"""Shorter values are words of any text; they are hidden by their form only."""

VARIABLES: Final = ("OPENAI_API_KEY", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "PGPASSWORD", "MYSQL_PWD")
"""Environment variables that hold secrets."""

# Up to the last '@': passwords with characters that a URL should have escaped are common.
_USER: Final = re.compile(r"(?<=://)[^\s'\"<>]*@")
_IN_URL: Final = re.compile(r"(?P<scheme>\w+)://(?P<user>[^:/@\s]*)(?::(?P<password>[^\s'\"<>]+))?@")
_IN_QUERY: Final = re.compile(r"(?i)(?<=[?&])((?:api[-_]?key|key|token|access_token|secret|password|sig)=)[^&\s'\"]+")
_HEADER: Final = re.compile(
    r"(?i)\b(authorization['\"]?\s*[:=]\s*['\"]?(?:bearer|basic)|(?:bearer|basic)(?=\s+\S*[\d=+/_-]))\s+[\w.~+/=-]{8,}"
)

_known: dict[str, None] = {}


def keep_secret(value: str | None) -> None:
    """Never show this value again, however it is spelled."""
    for spelling in _spellings(value or ""):
        if len(spelling) >= SHORTEST:
            _known[spelling] = None


def keep_url_secret(url: str) -> None:
    """Never show the password of this URL again; a URL without one is left alone."""
    login = _IN_URL.search(url)
    if not login:
        return
    user, password = login["user"], login["password"] or ""
    # In a database's URL a user alone is a name; a server's URL may carry a token there.
    for secret in (password, user if not password and login["scheme"].startswith("http") else ""):
        keep_secret(secret)
        keep_secret(unquote(secret))
    pair = f"{unquote(user)}:{unquote(password)}"
    keep_secret(base64.b64encode(pair.encode("utf-8", "surrogatepass")).decode())


def redact(text: str) -> str:
    """The text with every secret hidden, by value and by form.

    >>> redact("can't reach postgresql://me:hunter2@db/shop")
    "can't reach postgresql://***@db/shop"
    """
    return redact_values(redact_forms(text))


def redact_forms(text: str) -> str:
    """The text with secrets hidden by their form: in URLs and headers. JSON stays JSON."""
    text = _IN_QUERY.sub(rf"\1{HIDDEN}", _USER.sub(f"{HIDDEN}@", text))
    return _HEADER.sub(rf"\1 {HIDDEN}", text)


def redact_values(text: str, shortest: int = SHORTEST) -> str:
    """The text with the values of known secrets hidden: for words of models and customers, whose URLs are their own."""
    values = [*_known, *(value for name in VARIABLES for value in _spellings(os.environ.get(name, "").strip()))]
    for value in sorted(values, key=len, reverse=True):
        if len(value) >= shortest:
            text = text.replace(value, HIDDEN)
    return text


def _spellings(value: str) -> set[str]:
    """The value as it is, in a URL, in JSON and in Python's quotes."""
    if not value:
        return set()
    ascii_json, plain_json = json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]
    escaped = {quote(value, safe="", errors="replace"), quote(value, errors="replace"), repr(value)[1:-1]}
    return {value, ascii_json, plain_json} | escaped
