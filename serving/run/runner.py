"""The batch run: histories in, insights in the ledger, resumable at any point."""

import logging
import signal
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from fewsight.events import CustomerHistory
from fewsight.ledger import Answer, Ledger, Result
from fewsight.masking import CustomerKeys, PseudonymFile
from fewsight.notices import Progress
from fewsight.prompts.render import Order
from fewsight.serving.engines.base import Failure
from fewsight.serving.run.calibrated import Calibrator
from fewsight.serving.run.live import LiveGroup
from fewsight.serving.run.plan import ARM, RUN_NAME, Backlog, Window, arranged, batches, computed_tokens
from fewsight.serving.run.prepare import Item
from fewsight.serving.run.session import Group, Session
from fewsight.serving.run.summary import RunSummary
from fewsight.serving.run.updates.standing import Standing

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Record:
    """Where a run writes: its ledger, the maps back to identifiers (None where nothing is masked), customers' keys.

    `is_updated` asks those again whose answers do not stand any more, and keeps what was answered before.
    """

    ledger: Ledger
    pseudonyms: PseudonymFile | None
    keys: CustomerKeys
    is_updated: bool = False


class InsightCount:
    """Tells a progress how many insights of a run there are, over all its groups, and how many of them are not ok."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._failures = progress, 0
        progress.begin("insights", total)

    def add(self, insights: int, failures: int) -> None:
        """So many more insights, and how many of these are not ok."""
        self._failures += failures
        self._progress.advance(insights, f"{self._failures} not ok")


class Runner:
    """Runs one group of tasks over histories.

    Args:
        session: of the run.
        group: tasks of the session that share an adapter.
        record: where answers go.
        order: how blocks are arranged.
        count: told as results arrive.
        calibrator: calibrates probabilities, which may change labels.
    """

    def __init__(
        self,
        session: Session,
        group: Group,
        record: Record,
        order: Order,
        count: InsightCount,
        calibrator: Calibrator | None = None,
    ) -> None:
        self._group, self._record, self._count = group, record, count
        self._options, self._preparer = session.options, session.preparer
        series = (RUN_NAME, ARM, session.options.seed)
        self._standing = (
            Standing(record.ledger, series, session.preparer, session.options.as_of) if record.is_updated else None
        )
        self._backlog = Backlog(session.preparer, session.options, order, record.ledger, record.keys, self._standing)
        self._live = LiveGroup(session, group, calibrator)

    def run(self, histories: Iterable[CustomerHistory], stop: threading.Event | None = None) -> RunSummary:
        """Answer everything that is not in the ledger yet. Ctrl-C, or `stop`, ends it after the batch in hand."""
        self.summary = RunSummary(update=self._standing.customers if self._standing else None)
        known = self._record.ledger.customers(RUN_NAME, ARM, self._options.seed) if self._standing else 0
        begun = time.monotonic()
        try:
            with _interruptible(stop or threading.Event()) as stopped:
                for window in self._backlog.windows(histories, self._group.tasks):
                    self._window(window, stopped)
                    if stopped.is_set():
                        break
                self.summary.stopped = stopped.is_set()
            if self._standing and not self.summary.stopped and self._options.limit is None:
                self._standing.customers.settle_gone(known)
        finally:
            self.summary.seconds = time.monotonic() - begun
            self._live.close()
        return self.summary

    def _window(self, window: Window, stopped: threading.Event) -> None:
        """Answer a window; the maps back are written before anything else."""
        self.summary.customers += window.customers
        self.summary.resumed += window.done
        self._count.add(window.done, 0)
        if self._record.pseudonyms is not None:
            for customer, pseudonyms in window.pseudonyms.items():
                self._record.pseudonyms.add(customer, pseudonyms)
        if window.items:
            self._answer(window.items, stopped)

    def _answer(self, items: Sequence[Item], stopped: threading.Event) -> None:
        keys = {id(item): self._live.key(item) for item in items}
        known = self._record.ledger.get_answers(list(keys.values()))
        self._write([item for item in items if keys[id(item)] in known], keys, known, {})
        self.summary.cached += sum(keys[id(item)] in known for item in items)
        fresh: dict[str, list[Item]] = {}
        for item in items:
            if keys[id(item)] not in known:
                fresh.setdefault(keys[id(item)], []).append(item)
        first = arranged([same[0] for same in fresh.values()])
        able = self._live.engine.capabilities
        self.summary.planned_tokens += computed_tokens([item.prompt.token_ids for item in first], able.prefix_block)
        for batch in batches(first, self._group.tasks, able.batch_rows, able.batch_tokens):
            if stopped.is_set():
                return
            begun = time.monotonic()
            answered = {keys[id(item)]: answer for item, answer in zip(batch, self._live.answers(batch), strict=True)}
            logger.debug("%d requests answered in %.2f s", len(batch), time.monotonic() - begun)
            self._add_tokens(batch, answered.values())
            self.summary.doubled += sum(len(fresh[key]) - 1 for key in answered)
            good = {key: answer for key, answer in answered.items() if isinstance(answer, Answer)}
            bad = {key: answer for key, answer in answered.items() if isinstance(answer, Failure)}
            self._write([item for key in answered for item in fresh[key]], keys, good, bad)

    def _write(
        self,
        items: Sequence[Item],
        keys: Mapping[int, str],
        good: Mapping[str, Answer],
        bad: Mapping[str, Failure],
    ) -> None:
        results = []
        for item in items:
            key = keys[id(item)]
            insight = self._live.insight(item, good[key] if key in good else bad[key])
            self.summary.add(insight, self._preparer.forms[item.task])
            known = key if key in good else None
            results.append(Result(RUN_NAME, ARM, self._options.seed, known, item.event_map, insight, item.seen))
        if results:
            self._record.ledger.record(good, results, anew=self._record.is_updated)
            self._count.add(len(results), sum(result.insight.status != "ok" for result in results))

    def _add_tokens(self, batch: Sequence[Item], answers: Iterable[Answer | Failure]) -> None:
        self.summary.computed += len(batch)
        self.summary.prompt_tokens += sum(len(item.prompt.token_ids) for item in batch)
        for answer in answers:
            if isinstance(answer, Answer):
                self.summary.computed_tokens += answer.computed_tokens
                self.summary.answer_tokens += answer.answer_tokens


@contextmanager
def _interruptible(stopped: threading.Event) -> Iterator[threading.Event]:
    """The event, which the first Ctrl-C sets too; the second one interrupts at once."""
    if threading.current_thread() is not threading.main_thread():
        yield stopped
        return
    before = signal.getsignal(signal.SIGINT)

    def stop(*_: object) -> None:
        stopped.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, stop)
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGINT, before)
