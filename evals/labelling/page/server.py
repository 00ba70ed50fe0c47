"""The server of the page: the page, its scripts, and calls that carry JSON. For one person or a few."""

import errno
import json
import logging
import socket
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from typing import Any, Final, cast
from urllib.parse import parse_qs, urlsplit

from fewsight.errors import ConfigError, FewsightError
from fewsight.evals.labelling.page.guard import HEADERS, TOKEN_HEADER, TOKEN_KEY, Guard
from fewsight.evals.labelling.page.session import LabelSession
from fewsight.pages.environment import render
from fewsight.prompts.labelled.lines import ShotError

logger = logging.getLogger(__name__)

MOST_BYTES: Final = 1_000_000
"""Of what the page sends: labels, never texts."""

_FOLDER: Final = Path(__file__).parent
_SCRIPTS: Final = frozenset({"/label.js", "/parts.js"})
_JSON: Final = "application/json"


class LabelServer(ThreadingHTTPServer):
    """Answers the page of a session until `shutdown`.

    Args:
        session: what is labelled.
        host: an address of this machine.
        port: a port; 0 takes a free one.

    Raises:
        ConfigError: the port is in use or not allowed, or this machine has no such address.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, session: LabelSession, host: str, port: int) -> None:
        self.session = session
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.page = render("label.jinja", _FOLDER, task=session.questions.task.name)
        try:
            super().__init__((host, port), LabelHandler)
        except (OSError, OverflowError) as error:
            raise ConfigError(_no_listening(error, host, port)) from error
        self.guard = Guard(host, self.server_address[1])

    def server_bind(self) -> None:
        """Bind without asking a name server what this machine is called, which may take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])


class LabelHandler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    timeout = 60
    server_version = "fewsight"
    sys_version = ""

    def do_GET(self) -> None:
        """The page, for whoever has its token, and its scripts."""
        address = urlsplit(self.path)
        if self._is_refused():
            return
        if address.path in _SCRIPTS:
            self._send(HTTPStatus.OK, (_FOLDER / address.path[1:]).read_bytes(), "text/javascript")
        elif address.path != "/":
            self._send_error(HTTPStatus.NOT_FOUND, "There is nothing here.")
        elif not self._served.guard.knows(parse_qs(address.query).get(TOKEN_KEY, [None])[0]):
            self._send_error(
                HTTPStatus.FORBIDDEN, "The address lacks its token; open the one that the command printed."
            )
        else:
            self._send(HTTPStatus.OK, self._served.page.encode(), "text/html")

    def do_POST(self) -> None:
        """A call of the page."""
        if self._is_refused():
            return
        if not self._served.guard.knows(self.headers.get(TOKEN_HEADER)):
            self._send_error(HTTPStatus.FORBIDDEN, "The token is of another server; open the address of this one.")
            return
        posted = self._posted()
        if posted is None:
            return
        try:
            self._send_json(HTTPStatus.OK, self._answer(urlsplit(self.path).path, posted))
        except LookupError:
            self._send_error(HTTPStatus.NOT_FOUND, "There is nothing here.")
        except (ShotError, FewsightError) as error:
            self._send_error(HTTPStatus.BAD_REQUEST, str(error))
        except OSError as error:
            logger.exception("a label could not be written")
            self._send_error(HTTPStatus.INTERNAL_SERVER_ERROR, f"It could not be written: {error.strerror or error}.")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - the library's names
        """Requests are no news; their addresses hold the token."""

    @property
    def _served(self) -> LabelServer:
        return cast("LabelServer", self.server)

    def _answer(self, path: str, posted: dict[str, Any]) -> dict[str, Any]:
        session, tab = self._served.session, str(posted.get("tab", ""))[:64]
        calls: dict[str, Callable[[], dict[str, Any]]] = {
            "/start": session.start,
            "/next": lambda: session.next(tab),
            "/answer": lambda: session.answer(tab, posted),
            "/skip": lambda: session.skip(tab, posted),
            "/undo": lambda: session.undo(tab),
        }
        if path not in calls:
            raise LookupError(path)
        return calls[path]()

    def _posted(self) -> dict[str, Any] | None:
        """The JSON object that was sent; None, and the request is answered, where there is none."""
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit() or int(length) > MOST_BYTES:
            self._send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "What was sent has no length, or is too long.")
            return None
        body = self.rfile.read(int(length))
        if self.headers.get_content_type() != _JSON:
            self._send_error(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Send {_JSON}.")
            return None
        try:
            posted = json.loads(body)
        except (ValueError, RecursionError):
            posted = None
        if not isinstance(posted, dict):
            self._send_error(HTTPStatus.BAD_REQUEST, "What was sent is no JSON object.")
            return None
        return posted

    def _is_refused(self) -> bool:
        if (why := self._served.guard.problem(self.headers)) is not None:
            self._send_error(HTTPStatus.FORBIDDEN, why)
        return why is not None

    def _send_error(self, status: HTTPStatus, why: str) -> None:
        self.close_connection = True  # what it sent may not have been read
        self._send_json(status, {"error": why})

    def _send_json(self, status: HTTPStatus, data: dict[str, Any]) -> None:
        self._send(status, json.dumps(data).encode(), _JSON)

    def _send(self, status: HTTPStatus, body: bytes, kind: str) -> None:
        self.send_response(status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _no_listening(error: Exception, host: str, port: int) -> str:
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EADDRINUSE:
        return f"Port {port} of {host} is in use; name another with --port, or leave it out for a free one."
    if number in (errno.EACCES, errno.EPERM):
        return f"Port {port} may not be used by everybody; name one above 1023, or leave it out for a free one."
    return f"Can't listen on {host!r}, port {port}: {error}. Name an address of this machine."
