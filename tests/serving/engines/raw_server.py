"""A small HTTP server that answers with any bytes, at any pace."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Raw:
    """One reply. With `every` seconds, `body` is sent again and again and never ends."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    every: float | None = None
    promised: int | None = None
    """Bytes that the head promises; the connection ends after `body`."""


class RawServer:
    """Answers as `behave(path, number of the POST)` says; `heads` are the requests' headers."""

    def __init__(self) -> None:
        self.behave: Callable[[str, int], Raw] = lambda path, number: Raw(status=404)
        self.heads: list[dict[str, str]] = []
        self.paths: list[str] = []
        self._posts, self._stopped = 0, threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._answer(0)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                number = outer._posts
                outer._posts += 1
                self._answer(number)

            def _answer(self, number: int) -> None:
                outer.paths.append(self.path)
                outer.heads.append(dict(self.headers))
                with suppress(OSError):
                    self._send(outer.behave(self.path, number))

            def _send(self, reply: Raw) -> None:
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if reply.every is None:
                    self.send_header("content-length", str(reply.promised or len(reply.body)))
                    self.end_headers()
                    self.wfile.write(reply.body)
                    self.close_connection = reply.promised is not None
                    return
                self.send_header("transfer-encoding", "chunked")
                self.end_headers()
                while not outer._stopped.wait(reply.every):
                    self.wfile.write(f"{len(reply.body):x}\r\n".encode() + reply.body + b"\r\n")

            def log_message(self, *args: Any) -> None:
                """Be quiet."""

        class Listening(ThreadingHTTPServer):
            request_queue_size = 128

        self._http = Listening(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()
        self._http.shutdown()
        self._http.server_close()
