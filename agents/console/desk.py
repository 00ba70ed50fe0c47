"""What all pages share: the copilot's folder, who may come in, who looks at what, and the worker."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from fewsight.agents.console.known import Known
from fewsight.agents.console.worker import Worker
from fewsight.agents.copilot.acting import Desk
from fewsight.agents.copilot.people.board import Board, Row
from fewsight.agents.copilot.setup.folder import Setup
from fewsight.serving.access.limits import RateLimit
from fewsight.serving.access.sessions import Sessions
from fewsight.serving.access.tokens import Tokens

AWAY: Final = 15.0
"""Seconds without a sign of life after which somebody no longer works on a case."""


class Presence:
    """Who works on which case: kept in memory, for pages ask every few seconds."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], tuple[str, float, float]] = {}
        self._lock = threading.Lock()

    def look(self, case_id: str, who: str, name: str) -> list[str]:
        """Note that `who` looks at a case; names of the others who do, who came first first."""
        with self._lock:
            now = time.monotonic()
            self._seen = {key: seen for key, seen in self._seen.items() if now - seen[2] < AWAY}
            since = self._seen.get((case_id, who), (name, now, now))[1]
            self._seen[case_id, who] = (name, since, now)
            others = [seen for (case, key), seen in self._seen.items() if case == case_id and key != who]
            return [seen[0] for seen in sorted(others, key=lambda seen: seen[1])]

    def cases(self) -> set[str]:
        """The cases that somebody works on."""
        with self._lock:
            now = time.monotonic()
            return {case for (case, _), seen in self._seen.items() if now - seen[2] < AWAY}

    def others(self, case_id: str, name: str) -> list[str]:
        """Everybody of another name who works on a case."""
        with self._lock:
            now = time.monotonic()
            seen = [seen for (case, _), seen in self._seen.items() if case == case_id and now - seen[2] < AWAY]
            return sorted({one for one, _, _ in seen} - {name})


@dataclass
class Console:
    """A copilot's folder while its console runs. `delay` is how long an approval can be undone."""

    setup: Setup
    tokens: Tokens
    worker: Worker
    known: Known
    delay: timedelta
    hook_secret: str | None = None
    is_https: bool = False

    def __post_init__(self) -> None:
        self.sessions, self.presence, self.policy = Sessions(self.tokens), Presence(), self.setup.policy()
        self.is_stopping: Callable[[], bool] = lambda: False
        self.logins, self.requests = RateLimit(10, 10), RateLimit(600, 200)
        self.worker.looked_at = self.presence.cases
        self._board, self._lock = Board(), threading.Lock()

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        """A desk with a connection of its own, for the thread that asks."""
        desk = self.setup.desk(self.policy)
        try:
            yield desk
        finally:
            desk.store.close()

    def queue(self, desk: Desk) -> list[Row]:
        """All cases, the most urgent first."""
        with self._lock:
            self._board.refresh(desk.store)
            return self._board.queue()
