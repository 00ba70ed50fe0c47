"""Which requests are answered: those of the page itself, opened by whoever was given its address."""

import hmac
import secrets
from dataclasses import dataclass, field
from email.message import Message
from typing import Final

from fewsight.serving.access.shield import hosts_of

TOKEN_HEADER: Final = "X-Fewsight-Token"  # noqa: S105 - a header's name
TOKEN_KEY: Final = "token"  # noqa: S105 - a parameter's name

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Of every response: only our script runs, nothing else is loaded or framed, and nothing is kept."""


@dataclass(frozen=True)
class Guard:
    """Knows the address and the token of a page.

    The address must be that of the server by number or as localhost, so that a foreign name that was bound to it
    (DNS rebinding) gets no answer. The token stands in the address that was printed; scripts send it in a header of
    its own, which no form and no image of another site can (cross-site request forgery).

    Args:
        host: the address that the server listens on.
        port: the server's.
        token: unguessable.
    """

    host: str
    port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)

    @property
    def url(self) -> str:
        """The address of the page, with the token."""
        return f"http://{_bracketed(self.host)}:{self.port}/?{TOKEN_KEY}={self.token}"

    def problem(self, headers: "Message[str, str]") -> str | None:
        """Why a request is refused, whatever it asks for."""
        hosts = self._hosts
        if headers.get("Host", "").lower() not in hosts:
            return "This server answers under its own address alone; open the address that the command printed."
        origin = headers.get("Origin")
        if origin is not None and origin.lower().removeprefix("http://") not in hosts:
            return "Another site may not ask this server."
        return None

    def knows(self, token: str | None) -> bool:
        """Whether this is the token."""
        return token is not None and hmac.compare_digest(token.encode(), self.token.encode())

    @property
    def _hosts(self) -> frozenset[str]:
        return frozenset(name.lower() for name in hosts_of(self.host, self.port))


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
