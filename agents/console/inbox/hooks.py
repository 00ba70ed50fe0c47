"""Signatures of webhooks, as Standard Webhooks has them (HMAC-SHA256 over id, time and body)."""

import base64
import binascii
import hmac
import secrets
import time
from collections.abc import Mapping
from typing import Final

from fewsight.errors import ConfigError
from fewsight.serving.access.signatures import signature, signed_headers

PREFIX: Final = "whsec_"
TOLERANCE: Final = 300
"""Seconds that a request's time may be off; an older one is somebody's copy."""


def new_secret() -> str:
    """A secret that both sides keep."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signed(secret: str, key: str, body: bytes, now: float | None = None) -> dict[str, str]:
    """The headers of a request with this id and body."""
    return signed_headers(_key(secret), key, int(now if now is not None else time.time()), body)


def is_signed(secret: str, headers: Mapping[str, str], body: bytes, now: float | None = None) -> bool:
    """Whether a request was signed with this secret in the last minutes; several signatures may be given."""
    key, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    current = now if now is not None else time.time()
    is_now = moment.isascii() and moment.isdecimal() and len(moment) < 15 and abs(current - int(moment)) <= TOLERANCE
    right = signature(_key(secret), key, moment, body).encode()
    given = headers.get("webhook-signature", "").encode("utf-8", "replace").split(b" ")[:10]
    matches = [hmac.compare_digest(one, right) for one in given]
    return any(matches) and is_now and bool(key)


def check_secret(secret: str) -> None:
    """Refuse what is no secret.

    Raises:
        ConfigError: it has another form.
    """
    _key(secret)


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ConfigError(f"A webhook's secret is {PREFIX} and at least 24 bytes in base64.") from error
    if len(key) < 24:
        raise ConfigError(f"A webhook's secret is {PREFIX} and at least 24 bytes in base64, not {len(key)}.")
    return key
