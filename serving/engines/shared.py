"""One engine for many callers: what they ask within a few milliseconds runs as one batch.

Callers get leases, which are engines too, so that whatever drives an engine can share one without knowing it.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field, replace
from queue import SimpleQueue
from typing import Final, Literal

from fewsight.errors import AccessError, EngineError
from fewsight.serving.engines.base import (
    Capabilities,
    Completion,
    Engine,
    EngineIdentity,
    Failure,
    GenerateRequest,
    Scored,
    ScoreRequest,
)
from fewsight.tokenizer import Tokenizer

logger = logging.getLogger(__name__)

WINDOW: Final = 0.004
"""Seconds that a batch waits for other callers."""

PATIENT_ROWS: Final = 64
"""Rows that callers who can wait hand over at once: as long as these take, others wait for the engine."""

PATIENT_TURN: Final = 4
"""Every so many batches it is the turn of those who can wait, however many others there are."""

NO_RESULT: Final = "the engine gave no result for this request"

Kind = Literal["score", "generate"]
Request = ScoreRequest | GenerateRequest
Result = Scored | Completion | Failure
Watch = Callable[[Kind, int, int, float], None]
"""Is told of every batch: its kind, its rows, its callers, and its seconds."""


class Stop:
    """Says once that nobody waits for an answer any more."""

    def __init__(self) -> None:
        self._event, self._lock = threading.Event(), threading.Lock()
        self._then: list[Callable[[], None]] = []

    def set(self) -> None:
        """Whatever is asked for this caller and did not begin is left out."""
        with self._lock:
            self._event.set()
            then, self._then = self._then, []
        for call in then:
            call()

    def is_set(self) -> bool:
        """Whether nobody waits."""
        return self._event.is_set()

    def then(self, call: Callable[[], None]) -> None:
        """Call this when it is set; at once where it is."""
        with self._lock:
            if not self._event.is_set():
                self._then.append(call)
                return
        call()


@dataclass(eq=False)
class _Call:
    """What one caller asks at once."""

    kind: Kind
    requests: Sequence[Request]
    patient: bool
    stop: Stop
    results: "SimpleQueue[Result | BaseException]" = field(default_factory=SimpleQueue)


class SharedEngine:
    """Owns an engine, which one thread of its own asks for all callers; starts it again when it dies.

    Where a batch of several callers fails as a whole, each is asked alone, so that only whose request it was is told.

    Args:
        start: starts the engine.
        window: seconds that a batch waits for other callers.
        watch: is told of every batch.
    """

    def __init__(self, start: Callable[[], Engine], window: float = WINDOW, watch: Watch | None = None) -> None:
        self._start, self._window, self._watch = start, window, watch
        self._calls: deque[_Call] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._engine: Engine | None = None
        self._batches = 0
        self.started: Future[Engine] = Future()
        self._thread = threading.Thread(target=self._work, name="fewsight-engine", daemon=True)
        self._thread.start()

    def lease(self, stop: Stop | None = None, *, patient: bool = False) -> "Lease":
        """An engine for one caller; others go before one who is `patient`.

        Raises:
            EngineError: the engine could not be started.
        """
        return Lease(self, self.started.result(), stop or Stop(), patient)

    def has_failed(self) -> bool:
        """Whether it could not be started."""
        return self.started.done() and self.started.exception() is not None

    def waiting(self) -> int:
        """Rows that wait for the engine."""
        with self._changed:
            return sum(len(call.requests) for call in self._calls)

    def submit(self, call: _Call) -> None:
        """Queue a call.

        Raises:
            EngineError: it is closed.
        """
        with self._changed:
            if self._closed:
                raise EngineError("This engine is closed; ask the one that took its place.")
            self._calls.append(call)
            self._changed.notify_all()
        call.stop.then(lambda: call.results.put(CancelledError()))

    def close(self) -> None:
        """Answer what was asked, and free the engine."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()

    def _work(self) -> None:
        try:
            self._engine = self._start()
        except BaseException as error:
            self.started.set_exception(error)
            return
        self.started.set_result(self._engine)
        while batch := self._next():
            begun = time.monotonic()
            self._run(batch)
            self._batches += 1
            if self._watch:
                rows = sum(len(call.requests) for call in batch)
                self._watch(batch[0].kind, rows, len(batch), time.monotonic() - begun)
        if self._engine is not None:
            self._engine.close()

    def _next(self) -> list[_Call]:
        """The calls of the next batch; none when it is closed and nothing is left."""
        room = self.started.result().capabilities.batch_rows
        with self._changed:
            while True:
                while not self._calls and not self._closed:
                    self._changed.wait()
                until = time.monotonic() + self._window
                while sum(len(call.requests) for call in self._calls) < room and not self._closed:
                    if not self._changed.wait(until - time.monotonic()):
                        break
                if (batch := self._take(room)) or self._closed:
                    return batch

    def _take(self, room: int) -> list[_Call]:
        """Calls of one kind, with those who can wait last, but for their turn."""
        left = [call for call in self._calls if not call.stop.is_set()]
        patient_first = self._batches % PATIENT_TURN == PATIENT_TURN - 1
        order = sorted(left, key=lambda call: call.patient != patient_first)
        batch: list[_Call] = []
        rows = 0
        for call in order:
            fits = rows + len(call.requests) <= room and not (batch and call.patient and rows >= PATIENT_ROWS)
            if not batch or (call.kind == batch[0].kind and fits):
                batch.append(call)
                rows += len(call.requests)
        self._calls = deque(call for call in left if call not in batch)
        return batch

    def _run(self, batch: Sequence[_Call]) -> None:
        waiting = {f"{i}.{j}": (call, one) for i, call in enumerate(batch) for j, one in enumerate(call.requests)}
        answered: list[tuple[_Call, Result]] = []
        try:
            for result in self._ask(batch[0].kind, [replace(one, id=key) for key, (_, one) in waiting.items()]):
                call, one = waiting.pop(result.id)
                answered.append((call, replace(result, id=one.id)))
        except Exception as error:  # whatever it was, it must not end the thread that all wait for
            self._failed(batch, error)
            return
        for call, result in answered:
            call.results.put(result)
        for call, one in waiting.values():
            call.results.put(Failure(one.id, NO_RESULT))

    def _ask(self, kind: Kind, requests: Sequence[Request]) -> Iterator[Result]:
        if self._engine is None:
            self._engine = self._start()
        return iter(getattr(self._engine, kind)(requests))

    def _failed(self, batch: Sequence[_Call], error: Exception) -> None:
        """Start the engine anew, and ask each caller's alone; who is alone is told."""
        if not isinstance(error, AccessError):
            logger.warning("an engine's batch of %d callers failed: %s", len(batch), type(error).__name__)
            self._drop_engine()
        if len(batch) > 1 and not isinstance(error, AccessError):
            for call in batch:
                self._run([call])
            return
        told = error if isinstance(error, EngineError) else EngineError(f"{type(error).__name__}: {error}")
        for call in batch:
            call.results.put(told)

    def _drop_engine(self) -> None:
        engine, self._engine = self._engine, None
        try:
            if engine is not None:
                engine.close()
        except Exception:  # it is dead already
            logger.debug("a dead engine could not be closed", exc_info=True)


class Lease:
    """Implements `Engine` for one caller of a shared one. What is asked after its stop raises CancelledError."""

    def __init__(self, shared: SharedEngine, engine: Engine, stop: Stop, patient: bool) -> None:
        self._shared, self._stop, self._patient = shared, stop, patient
        self.identity: EngineIdentity = engine.identity
        self.tokenizer: Tokenizer = engine.tokenizer
        self.max_model_len: int = engine.max_model_len
        able = engine.capabilities
        rows = min(able.batch_rows, PATIENT_ROWS) if patient else able.batch_rows
        self.capabilities: Capabilities = replace(able, batch_rows=rows)

    def score(self, requests: Sequence[ScoreRequest]) -> Iterator[Scored | Failure]:
        """Label probabilities after each prompt; see `Engine.score`."""
        for result in self._asked("score", requests):
            assert not isinstance(result, Completion)
            yield result

    def generate(self, requests: Sequence[GenerateRequest]) -> Iterator[Completion | Failure]:
        """Continue each prompt; see `Engine.generate`."""
        for result in self._asked("generate", requests):
            assert not isinstance(result, Scored)
            yield result

    def close(self) -> None:
        """The engine goes on for others."""

    def _asked(self, kind: Kind, requests: Sequence[Request]) -> Iterator[Result]:
        if not requests:
            return
        call = _Call(kind, requests, self._patient, self._stop)
        self._shared.submit(call)
        for _ in requests:
            result = call.results.get()
            if isinstance(result, BaseException):
                raise result
            yield result
