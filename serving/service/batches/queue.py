"""The batches of a server: one at a time is answered, beside the requests of others, and goes on after a restart."""

import logging
import shutil
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from fewsight.errors import EngineError, FewsightError, LedgerError
from fewsight.notices import Silent
from fewsight.serving.engines.shared import Stop
from fewsight.serving.run.api import execute
from fewsight.serving.run.options import RunOptions
from fewsight.serving.run.session import open_session
from fewsight.serving.run.updates.run_file import settle_moment
from fewsight.serving.service.batches.batch import FINAL, INPUT, Batch
from fewsight.serving.service.desk import Desk
from fewsight.serving.service.metrics import Metrics
from fewsight.serving.service.wire import log_line
from fewsight.tables import check_usable, open_histories

logger = logging.getLogger(__name__)

PAUSES: Final = (1.0, 5.0, 15.0, 60.0)
"""Seconds until a batch is tried again whose disk was full or whose engine failed; the last one counts on."""


class Batches:
    """Batches in a folder, and the thread that answers them.

    Args:
        folder: of all batches; made where it is missing.
        desk: gives the desk that answers now.
        metrics: of the server.
    """

    def __init__(self, folder: Path, desk: Callable[[], Desk], metrics: Metrics) -> None:
        self.folder, self._desk, self._metrics = folder, desk, metrics
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        self._all: dict[str, Batch] = {}
        self._queue: deque[Batch] = deque()
        self._keys: set[tuple[str, str]] = set()
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._running: Batch | None = None
        for one in sorted(folder.iterdir()):
            self._restore(one)
        self._thread = threading.Thread(target=self._work, name="fewsight-batches", daemon=True)

    def start(self) -> None:
        """Answer what is queued; called when there is a desk."""
        self._thread.start()

    def begin(self, owner: str, key: str | None, tasks: Sequence[str]) -> Batch | None:
        """A batch to upload to; None where another upload with this key goes on."""
        with self._changed:
            if key is not None and (owner, key) in self._keys:
                return None
            if key is not None:
                self._keys.add((owner, key))
        return Batch.new(self.folder, owner, key, tasks)

    def known(self, owner: str, key: str | None) -> Batch | None:
        """The batch that this caller sent under this key."""
        with self._changed:
            return next((one for one in self._all.values() if key and (one.owner, one.key) == (owner, key)), None)

    def ended_upload(self, batch: Batch, *, whole: bool) -> None:
        """Queue a batch whose upload is whole, or take away what there is of it."""
        try:
            if whole:
                batch.save()
                with self._changed:
                    self._all[batch.id] = batch
                    self._queue.append(batch)
                    self._changed.notify_all()
        except OSError:
            whole = False
            raise
        finally:
            with self._changed:
                self._keys.discard((batch.owner, batch.key or ""))
            if not whole:
                shutil.rmtree(batch.folder, ignore_errors=True)
        self._count()

    def of(self, owner: str | None) -> list[Batch]:
        """The batches of a caller, oldest first; all where None."""
        with self._changed:
            return [one for one in self._all.values() if owner in (None, one.owner)]

    def delete(self, batch: Batch) -> None:
        """End a batch, and remove all of it."""
        with self._changed:
            batch.is_deleted = True
            self._all.pop(batch.id, None)
            batch.stop.set()
            runs = self._running is batch
            if not runs and batch in self._queue:
                self._queue.remove(batch)
            self._changed.notify_all()
        if not runs:
            shutil.rmtree(batch.folder)
        self._count()

    def close(self) -> None:
        """End the batch in hand after what it hands to the engine now; the rest is answered after the next start."""
        with self._changed:
            self._stopping.set()
            if self._running is not None:
                self._running.stop.set()
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def _restore(self, folder: Path) -> None:
        batch = Batch.read(folder) if folder.is_dir() else None
        if batch is None:
            shutil.rmtree(folder, ignore_errors=True)  # nobody was told of it
            return
        self._all[batch.id] = batch
        if batch.state not in FINAL:
            self._queue.append(batch)

    def _work(self) -> None:
        while (batch := self._next()) is not None:
            tries = 0
            while not self._settled(batch):
                pause = PAUSES[min(tries, len(PAUSES) - 1)]
                tries += 1
                with self._changed:
                    self._changed.wait_for(lambda: self._stopping.is_set() or batch.is_deleted, pause)
            with self._changed:
                self._running = None
            if batch.is_deleted:
                shutil.rmtree(batch.folder, ignore_errors=True)
            self._count()

    def _next(self) -> Batch | None:
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._stopping.is_set())
            if self._stopping.is_set():
                return None
            self._running = self._queue.popleft()
            return self._running

    def _settled(self, batch: Batch) -> bool:
        """Answer it; False where it is worth another try."""
        if batch.stop.is_set():
            return True
        batch.state, batch.error = "running", None
        self._count()
        try:
            if self._answer(batch):
                batch.state = "done"
                batch.save()
            else:
                batch.state = "queued"
        except (OSError, LedgerError, EngineError) as error:
            batch.state, batch.error = "paused", str(error)
            log_line("batch paused", batch=batch.id, why=type(error).__name__)
            return False
        except Exception as error:  # it must not take the others with it
            told = isinstance(error, FewsightError)
            batch.state, batch.error = "failed", str(error) if told else f"{type(error).__name__}; see the server's log"
            if not told:
                logger.exception("batch %s failed", batch.id)
            batch.save()
        log_line("batch", batch=batch.id, state=batch.state, customers=batch.customers)
        return True

    def _answer(self, batch: Batch) -> bool:
        """Whether it is answered to its end."""
        folder, quarantine = batch.folder, batch.folder / "quarantine.jsonl"
        with (
            self._desk() as desk,
            open_histories(folder / INPUT, quarantine=quarantine, work=folder) as histories,
        ):
            check_usable(histories, quarantine, None)
            batch.customers = histories.counts.customers
            options = settle_moment(_only(desk, batch.tasks), histories, folder, update=False)
            session = open_session(options, histories)
            stop = Stop()
            session = replace(session, engine=desk.shared_spec(stop))
            summaries = execute(session, histories, folder, Silent(), stop=batch.stop)
        return not any(summary.stopped for summary in summaries)

    def _count(self) -> None:
        states = [one.state for one in self.of(None)]
        for state in ("queued", "running", "paused", *FINAL):
            self._metrics.batches.labels(state).set(states.count(state))


def _only(desk: Desk, tasks: Sequence[str]) -> RunOptions:
    """The desk's options for some of its tasks."""
    named = {name: given for name, given in zip(desk.tasks, desk.options.tasks, strict=True) if name in tasks}
    engine = desk.options.engine
    adapters = {key: value for key, value in engine.adapters.items() if key == "*" or key in named.values()}
    return replace(desk.options, tasks=tuple(named.values()), engine=replace(engine, adapters=adapters))
