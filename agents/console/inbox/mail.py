"""Messages out of mailbox files: .eml with one, mbox with many."""

import email
import email.policy
import mailbox
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path

from fewsight.agents.console.inbox.receiving import LONGEST, Find, Incoming
from fewsight.errors import InputError
from fewsight.texts.html import is_html, plain_text
from fewsight.texts.mail import split_mail


def read_mail(path: Path, find: Find) -> Iterator[Incoming | str]:
    """The messages of a file, each as one of its sender; or a sentence on why one is left out.

    Raises:
        InputError: the file can't be read.
    """
    try:
        if path.suffix.lower() == ".mbox":
            box = mailbox.mbox(path, create=False)
            raw = [box.get_bytes(key) for key in box.keys()]  # noqa: SIM118 - a mailbox is no dict
        else:
            raw = [path.read_bytes()]
    except (OSError, mailbox.Error) as error:
        raise InputError(f"Can't read {str(path)!r}: {error}.") from error
    for number, content in enumerate(raw, 1):
        message = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        yield _incoming(message, f"{path.name}, message {number}", find)


def _incoming(message: EmailMessage, where: str, find: Find) -> Incoming | str:
    try:
        address = parseaddr(str(message["From"] or ""))[1]
        text, key = _text(message), str(message["Message-ID"] or "").strip()[:200]
    except (LookupError, ValueError, TypeError, AttributeError, IndexError) as error:  # headers of strangers
        return f"{where}: it can't be read ({type(error).__name__})"
    customer = find(address) if address else None
    if customer is None:
        return f"{where}: no customer has the address {address!r}"
    if not text:
        return f"{where}: there is no text in it"
    return Incoming(customer=customer, text=text[:LONGEST], key=key or None)


def _text(message: EmailMessage) -> str:
    """What the sender wrote, without what is quoted below it."""
    part = message.get_body(preferencelist=("plain", "html"))
    content = part.get_content() if part is not None else ""
    if not isinstance(content, str):
        return ""
    if (part is not None and part.get_content_type() == "text/html") or is_html(content):
        content = plain_text(content)
    return split_mail(content).own.strip() or content.strip()
