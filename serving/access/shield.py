"""What stands before an app: whom it answers under which name, how much it reads, and headers of every answer."""

import logging
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from typing import Any, Final

logger = logging.getLogger(__name__)

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # under no-referrer a form of ours would have no origin
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
"""Of every answer: our own files alone are loaded, no script stands in a page, nothing is framed or kept."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
Refuse = Callable[[Message, Send, int, str], Awaitable[None]]
"""Answers a request (its ASGI scope) with a status and words."""

_SAFE: Final = ("GET", "HEAD", "OPTIONS")


class Shield:
    """An ASGI app that asks another one, for requests to one of `hosts` (`name:port`) with bodies up to `most_bytes`.

    A foreign name that was bound to the address (DNS rebinding) gets no answer, nor does a form of another site. What
    fails inside is logged here, and answered without a word of what it was. `refuse` answers what is refused, by
    default in plain words.
    """

    def __init__(self, app: App, hosts: Collection[str], most_bytes: int, refuse: "Refuse | None" = None) -> None:
        self._app, self._most, self._refuse = app, most_bytes, refuse or _plain
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = _with_headers(message.get("headers", []))
            await send(message)

        problem = self._problem(scope)
        if problem is not None:
            await self._refuse(scope, send_with_headers, *problem)
            return
        try:
            await self._app(scope, _limited(receive, self._most), send_with_headers)
        except TooLongError:
            if not started:
                await self._refuse(scope, send_with_headers, 413, f"That is more than {self._most:,} bytes.")
        except Exception:  # whatever it was, a stranger is not told
            logger.exception("a request failed")
            if not started:
                await self._refuse(scope, send_with_headers, 500, "Something failed here; the server's log says what.")

    def _problem(self, scope: Message) -> tuple[int, str] | None:
        headers = {name: value.decode("latin-1") for name, value in reversed(scope["headers"])}
        if headers.get(b"host", "").lower() not in self._hosts:
            return 421, "This server answers under its own name alone."
        origin = headers.get(b"origin")
        if (
            scope["method"] not in _SAFE
            and origin is not None
            and origin.lower().partition("://")[2] not in self._hosts
        ):
            return 403, "Another site may not ask this server."
        length = headers.get(b"content-length", "0")
        if not length.isdecimal() or int(length[:20]) > self._most:
            return 413, f"That is more than {self._most:,} bytes."
        return None


def hosts_of(host: str, port: int, names: Collection[str] = ()) -> set[str]:
    """Names that a server on this address answers under: the address, or all of loopback; and those of a proxy."""
    addresses = LOOPBACK if host in LOOPBACK else (host,)
    return {*names, *(f"[{name}]:{port}" if ":" in name else f"{name}:{port}" for name in addresses)}


class TooLongError(Exception):
    """A body is longer than it may be; apps may answer it themselves."""


def _limited(receive: Receive, most: int) -> Receive:
    """Reads up to `most` bytes of a body, whatever length was announced."""
    read = 0

    async def limited() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > most:
            raise TooLongError
        return message

    return limited


def _with_headers(headers: Collection[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    known = {name.lower() for name, _ in headers}
    more = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
    return [*headers, *((name, value) for name, value in more if name not in known)]


async def _plain(_: Message, send: Send, status: int, words: str) -> None:
    await send_body(send, status, words.encode(), b"text/plain; charset=utf-8")


async def send_body(send: Send, status: int, body: bytes, kind: bytes) -> None:
    """A whole answer of one content type."""
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
