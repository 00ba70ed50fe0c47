"""What stands between uvicorn and the app: request ids, one log line a request, counts, and time for sending a body."""

import asyncio
import json
import logging
import re
import secrets
import time
from typing import Any, Final

from starlette.exceptions import HTTPException

from fewsight.serving.access.shield import App, Message, Receive, Send
from fewsight.serving.service.metrics import Metrics

logger = logging.getLogger(__name__)

_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")


class Wire:
    """An ASGI app that asks another one, and notes what came of it: never what was said.

    A request's id is its header X-Request-ID, or a new one; the answer carries it. `seconds` is the time that a body
    may take, but for those of `upload`, a path.
    """

    def __init__(self, app: App, metrics: Metrics, seconds: float, upload: str) -> None:
        self._app, self._metrics, self._seconds, self._upload = app, metrics, seconds, upload

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
        request = given if _ID.fullmatch(given) else secrets.token_hex(8)
        scope.setdefault("state", {})["request"] = request
        begun, status = time.monotonic(), 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", []), (b"x-request-id", request.encode())]
            await send(message)

        slow = scope["path"] == self._upload and scope["method"] == "POST"
        with self._metrics.in_flight.track_inprogress():
            try:
                await self._app(scope, receive if slow else _hurried(receive, self._seconds), noted)
            finally:
                self._note(scope, status, time.monotonic() - begun)

    def _note(self, scope: Message, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "none")  # a path may hold anything, a route does not
        self._metrics.requests.labels(route, str(status)).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        if route in ("/health", "/ready"):  # asked every second by whoever watches the server
            return
        state = scope["state"]
        facts = {"method": scope["method"], "route": route, "status": status, "ms": round(seconds * 1000, 1)}
        told = {name: state[name] for name in ("request", "token", "rows") if name in state}
        log_line("request", **told, **facts)


def log_line(event: str, **facts: Any) -> None:  # noqa: ANN401 - plain values
    """A line of JSON in the log. Ids, counts and names of routes and tasks alone: nothing that a customer wrote."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    logger.info("%s", json.dumps({"time": now, "event": event, **facts}))


def _hurried(receive: Receive, seconds: float) -> Receive:
    """Receives a body that must be there in time; what comes after it may take as long as it wants."""
    until = time.monotonic() + seconds
    whole = False

    async def hurried() -> Message:
        nonlocal whole
        if whole:
            return await receive()
        try:
            message = await asyncio.wait_for(receive(), max(until - time.monotonic(), 0.001))
        except TimeoutError:
            raise HTTPException(408, "The body took too long; send it at once.", {"Connection": "close"}) from None
        whole = message["type"] != "http.request" or not message.get("more_body", False)
        return message

    return hurried
