"""What all routes of a server share: who may ask, how much at once, and the desk that answers now."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, ThreadPoolExecutor
from typing import Any, Final, TypeVar

from fastapi import HTTPException, Request

from fewsight.serving.access.limits import RateLimit
from fewsight.serving.access.tokens import Scope, Token, Tokens
from fewsight.serving.engines.shared import Stop
from fewsight.serving.service.desk import Desk
from fewsight.serving.service.errors import refuse
from fewsight.serving.service.metrics import Metrics
from fewsight.serving.service.settings import Limits
from fewsight.serving.service.wire import log_line

T = TypeVar("T")
_LEFT: Final = 499
"""The status that proxies note where a caller did not wait; nobody receives it."""


class Front:
    """Lets callers in, and hands their questions to the desk.

    Args:
        open_desk: opens and warms up a desk; called at the start, and at each reload.
        tokens: who may ask.
        limits: how much they may.
        metrics: of the server.
    """

    def __init__(self, open_desk: Callable[[], Desk], tokens: Tokens, limits: Limits, metrics: Metrics) -> None:
        self.limits, self.metrics, self._open_desk = limits, metrics, open_desk
        self._tokens, self._rate = tokens, RateLimit(limits.per_minute, limits.burst)
        self._pool = ThreadPoolExecutor(limits.in_flight, "fewsight-request")
        self._admitted, self._mean = 0, 1.0
        self._reloading = threading.Lock()
        self.draining = threading.Event()
        self._desk: Desk | None = None
        self.failed: Exception | None = None
        self.on_failure: Callable[[], None] = lambda: None

    @property
    def is_ready(self) -> bool:
        """Whether requests are answered."""
        return self._desk is not None and not self.draining.is_set()

    @property
    def desk(self) -> Desk:
        """The one that answers now.

        Raises:
            HTTPException: none does.
        """
        if self._desk is None or self.draining.is_set():
            raise refuse(503, "The server is starting or stopping; ask again soon.", 2)
        return self._desk

    def loaded(self) -> Desk:
        """The desk, also while the server stops; there must be one."""
        assert self._desk is not None
        return self._desk

    def load(self) -> None:
        """Open the first desk; where that fails, `failed` holds the error, and `on_failure` is called."""
        try:
            self.reload()
        except Exception as error:  # whoever started the server is told
            self.failed = error
            self.on_failure()

    def reload(self) -> None:
        """Open a new desk with the same options, and let it answer when it does; on failure the old one stays.

        Raises:
            FewsightError: the new one can't be opened, or does not answer.
        """
        with self._reloading:
            new = self._open_desk()
            old, self._desk = self._desk, new
            log_line("loaded", tasks=list(new.tasks), model=new.session.model.name)
            if old is not None:
                threading.Thread(target=old.close, daemon=True).start()

    def close(self) -> None:
        """Wait for what is being answered, and free the engines."""
        self._pool.shutdown()
        if self._desk is not None:
            self._desk.close()

    def allow(self, request: Request, scope: Scope) -> Token:
        """The caller's token.

        Raises:
            HTTPException: there is none that counts, it may not do this, or it asks too often.
        """
        kind, _, secret = request.headers.get("authorization", "").partition(" ")
        token = self._tokens.find(secret.strip()) if kind.lower() == "bearer" else None
        if token is None:
            raise HTTPException(
                401, "Send a token that counts: Authorization: Bearer fs_...", {"WWW-Authenticate": "Bearer"}
            )
        request.state.token, request.state.owner, request.state.is_admin = token.id, token.name, token.may("admin")
        if not token.may(scope):
            raise refuse(403, f"This token has scope {token.scope!r}, and this needs {scope!r}.")
        if wait := self._rate.wait(token.id):
            self.metrics.refused.labels("rate").inc()
            raise refuse(429, "This token asks too often.", wait)
        return token

    async def answer(self, request: Request, work: Callable[[Desk, Stop], T]) -> T:
        """What `work` gives, in a thread of its own; it is stopped when the caller leaves, or when time is up.

        Raises:
            HTTPException: too many wait already, or it took too long.
        """
        desk = self.desk
        if self._admitted >= self.limits.in_flight + self.limits.waiting:
            self.metrics.refused.labels("busy").inc()
            raise refuse(429, "The server is busy.", self._mean * self._admitted / self.limits.in_flight)
        self._admitted += 1
        begun, stop = time.monotonic(), Stop()
        try:
            with desk:
                return await self._waited(request, asyncio.wrap_future(self._pool.submit(work, desk, stop)), stop)
        finally:
            self._admitted -= 1
            self._mean += 0.1 * (time.monotonic() - begun - self._mean)

    async def _waited(self, request: Request, job: "asyncio.Future[T]", stop: Stop) -> T:
        left = asyncio.ensure_future(_left(request))
        try:
            both: set[asyncio.Future[Any]] = {job, left}
            await asyncio.wait(both, timeout=self.limits.seconds, return_when=asyncio.FIRST_COMPLETED)
            if job.done():
                return job.result()
            stop.set()
            job.cancel()
            if left.done():
                self.metrics.refused.labels("left").inc()
                raise refuse(_LEFT, "The caller left.")
            self.metrics.refused.labels("time").inc()
            raise refuse(504, f"No answer within {self.limits.seconds:g} s; ask for less at once, or send a batch.")
        except CancelledError:
            raise refuse(503, "The request was stopped.", 2) from None
        finally:
            left.cancel()


async def _left(request: Request) -> None:
    """Returns when the caller closes the connection; the body has been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
