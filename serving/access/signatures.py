"""Signatures of webhooks, as Standard Webhooks 1.0 (standardwebhooks.com) has them: HMAC of id, time and body."""

import base64
import hmac
from hashlib import sha256


def signature(key: bytes, message_id: str, moment: str, body: bytes) -> str:
    """The value of `webhook-signature`: its version and base64.

    Args:
        key: that both sides know.
        message_id: the value of `webhook-id`, by which the other side knows a message that comes twice.
        moment: the value of `webhook-timestamp`, seconds since 1970.
        body: as it is sent.
    """
    content = f"{message_id}.{moment}.".encode("utf-8", "replace") + body
    return "v1," + base64.b64encode(hmac.new(key, content, sha256).digest()).decode()


def signed_headers(key: bytes, message_id: str, moment: int, body: bytes) -> dict[str, str]:
    """The headers by which the other side knows who sent a body.

    >>> sorted(signed_headers(b"key", "a", 1, b"{}"))
    ['webhook-id', 'webhook-signature', 'webhook-timestamp']
    """
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(moment),
        "webhook-signature": signature(key, message_id, str(moment), body),
    }
