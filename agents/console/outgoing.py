"""Where replies and writes go: files in a folder, or signed requests to one address."""

import json
import os
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any, Final

from fewsight.agents.console.inbox.hooks import signed
from fewsight.agents.copilot.people.outbox import Deliver, Parcel
from fewsight.errors import InputError
from fewsight.files import replacing

_SECONDS: Final = 15

Address = Callable[[str], str | None]
"""The e-mail address of a customer's id."""


def to_folder(folder: Path, address: Address, sender: str = "shop@localhost") -> Deliver:
    """Writes each parcel as a file that is named by its key: replies as .eml where the customer has an address."""

    def deliver(parcel: Parcel) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        receiver = address(parcel.customer_id) if parcel.kind != "done" else None
        if receiver is None:
            _write(folder / f"{parcel.key}.json", json.dumps(as_json(parcel), ensure_ascii=False).encode())
            return
        _write(folder / f"{parcel.key}.eml", mail(parcel, receiver, sender).as_bytes(policy=SMTP))

    return deliver


def to_address(url: str, secret: str) -> Deliver:
    """Posts each parcel as JSON, signed as Standard Webhooks say; an answer other than 2xx is a failure."""

    def deliver(parcel: Parcel) -> None:
        from urllib.request import HTTPRedirectHandler, Request, build_opener

        class NoRedirect(HTTPRedirectHandler):
            def redirect_request(self, *_: Any) -> None:  # noqa: ANN401 - the library's
                return None

        body = json.dumps(as_json(parcel), ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", **signed(secret, parcel.key, body)}
        request = Request(url, data=body, headers=headers, method="POST")  # noqa: S310 - checked when settings are read
        with build_opener(NoRedirect).open(request, timeout=_SECONDS) as answer:
            answer.read(1024)

    return deliver


def as_json(parcel: Parcel) -> dict[str, Any]:
    """A parcel as others get it."""
    return {
        "key": parcel.key,
        "case": parcel.case_id,
        "customer": parcel.customer_id,
        "kind": parcel.kind,
        **{name: parcel.body[name] for name in ("text", "tool", "arguments", "result", "by") if name in parcel.body},
    }


def mail(parcel: Parcel, receiver: str, sender: str) -> EmailMessage:
    """A reply as a message.

    Raises:
        InputError: the address would begin another header, or name several receivers.
    """
    if any(letter in receiver for letter in "\r\n,;<> ") or receiver.count("@") != 1:
        raise InputError(f"{receiver!r} is not one e-mail address; mend it in the customers' table.")
    message = EmailMessage()
    message["From"], message["To"] = sender, receiver
    message["Subject"] = f"Your message to us ({parcel.case_id})"
    message["Message-ID"] = f"<{parcel.key}@fewsight>"
    message.set_content(parcel.body["text"])
    return message


def _write(path: Path, content: bytes) -> None:
    with replacing(path, private=True) as temporary:
        temporary.write_bytes(content)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
