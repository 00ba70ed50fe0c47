"""The batch run: histories in, insights in the ledger, resumable at any point."""

import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import islice

from fewsight.errors import AccessError, EngineError
from fewsight.events import CustomerHistory
from fewsight.ledger import Answer, AnswerKey, Ledger, Pair, Result
from fewsight.masking import PseudonymFile
from fewsight.notices import Progress
from fewsight.prompts.render import Order
from fewsight.serving.engines.base import Engine, EngineIdentity, Failure
from fewsight.serving.run.answering import Answerer, Relabelling
from fewsight.serving.run.assemble import Assembler, Shares
from fewsight.serving.run.options import RunOptions
from fewsight.serving.run.plan import arranged, batches, computed_tokens
from fewsight.serving.run.prepare import Item, Preparer
from fewsight.serving.run.summary import RunSummary

WINDOW = 512
"""Customers that are prepared, ordered and answered together; bounds memory."""

MAX_RESTARTS = 14
"""A run gives up when the engine died more often without answering anything in between.

Halving a batch of 1,024 down to the one request that kills the engine takes eleven deaths.
"""

ARM = "run"


class InsightCount:
    """Tells a progress how many insights of a run there are, over all its groups, and how many of them are not ok."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._failures = progress, 0
        progress.begin("insights", total)

    def add(self, insights: int, failures: int) -> None:
        """So many more insights, and how many of these are not ok."""
        self._failures += failures
        self._progress.advance(insights, f"{self._failures} not ok")


@dataclass(frozen=True)
class Group:
    """Tasks that share an adapter, and how to start their engine."""

    tasks: tuple[str, ...]
    adapter: str | None
    adapter_digest: str | None
    start: Callable[[], Engine]


class Runner:
    """Runs one group of tasks over histories.

    Args:
        group: tasks that share an adapter.
        preparer: makes items of histories.
        options: of the run, with `as_of` settled.
        ledger: open for writing.
        pseudonyms: where the maps back go, or None where nothing is masked.
        run: the run's name in the ledger.
        order: how blocks are arranged.
        progress: told as results arrive.
        calibrate: makes calibrated probabilities of a task's.
        relabelling: how labels are chosen where a calibration may change them.
    """

    def __init__(
        self,
        group: Group,
        preparer: Preparer,
        options: RunOptions,
        ledger: Ledger,
        pseudonyms: PseudonymFile | None,
        *,
        run: str,
        order: Order,
        progress: InsightCount,
        calibrate: Callable[[str, Shares], Shares] | None = None,
        relabelling: Relabelling | None = None,
    ) -> None:
        self._calibrate, self._relabelling = calibrate, relabelling
        self._group, self._preparer, self._options, self._ledger = group, preparer, options, ledger
        self._pseudonyms, self._run, self._order, self._progress = pseudonyms, run, order, progress
        self._restarts = 0
        self._engine: Engine | None = None

    def run(self, histories: Iterable[CustomerHistory]) -> RunSummary:
        """Answer everything that is not in the ledger yet. Ctrl-C finishes the batch in hand."""
        self.summary = RunSummary()
        begun = time.monotonic()
        stream = iter(histories)
        try:
            with _interruptible() as stopped:
                while not stopped.is_set() and (window := list(islice(stream, WINDOW))):
                    self._window(window, stopped)
                self.summary.stopped = stopped.is_set()
        finally:
            self.summary.seconds = time.monotonic() - begun
            if self._engine is not None:
                self._engine.close()
        return self.summary

    def _start(self) -> Engine:
        options = self._options
        engine = self._group.start()
        per_request = engine.capabilities.adapters == "request"
        self._answerer = Answerer(
            engine,
            self._preparer.tasks,
            self._preparer.forms,
            probabilities=options.probabilities,
            decoding=options.decoding,
            adapter=options.adapter(self._group.tasks[0]),
            relabelling=self._relabelling,
        )
        self._adapter_mode = "request" if per_request and self._group.adapter else engine.identity.adapter_mode
        self._assembler = Assembler(engine.identity, self._group.adapter, options.as_of, options.seed, self._calibrate)
        self._engine = engine
        return engine

    def _window(self, window: Sequence[CustomerHistory], stopped: threading.Event) -> None:
        self.summary.customers += len(window)
        items = self._todo(window)
        if not items:
            return
        engine = self._engine or self._start()
        keys = {id(item): self._key(item, engine.identity) for item in items}
        known = self._ledger.get_answers(list(keys.values()))
        self._record([item for item in items if keys[id(item)] in known], keys, known, {})
        self.summary.cached += sum(keys[id(item)] in known for item in items)
        fresh: dict[str, list[Item]] = {}
        for item in items:
            if keys[id(item)] not in known:
                fresh.setdefault(keys[id(item)], []).append(item)
        first = arranged([same[0] for same in fresh.values()])
        able = engine.capabilities
        self.summary.planned_tokens += computed_tokens([item.prompt.token_ids for item in first], able.prefix_block)
        for batch in batches(first, self._group.tasks, able.batch_rows, able.batch_tokens):
            if stopped.is_set():
                return
            answered = {keys[id(item)]: answer for item, answer in zip(batch, self._answers(batch), strict=True)}
            self._count(batch, answered.values())
            good = {key: answer for key, answer in answered.items() if isinstance(answer, Answer)}
            bad = {key: answer for key, answer in answered.items() if isinstance(answer, Failure)}
            self._record([item for key in answered for item in fresh[key]], keys, good, bad)

    def _todo(self, window: Sequence[CustomerHistory]) -> list[Item]:
        """Items of this window without a result, masked; the maps back are written before anything else."""
        as_of = self._options.as_of
        pairs = [(history.customer_id, as_of) for history in window]
        done = {
            task: self._ledger.done(self._run, ARM, self._options.seed, task).among(pairs) for task in self._group.tasks
        }
        resumed = sum(map(len, done.values()))
        self.summary.resumed += resumed
        self._progress.add(resumed, 0)
        items: list[Item] = []
        for tasks, histories in _by_missing(window, pairs, done).items():
            masked = [self._preparer.mask(history) for history in histories]
            if self._pseudonyms is not None:
                for history, result in zip(histories, masked, strict=True):
                    if result.pseudonyms:
                        self._pseudonyms.add(history.customer_id, result.pseudonyms)
            items += self._preparer.items([result.history for result in masked], self._order, tasks)
        return items

    def _answers(self, batch: Sequence[Item]) -> list[Answer | Failure]:
        """Answers of a batch; where the engine dies, it is halved until the request that kills it stands alone."""
        try:
            answers = self._answerer.answer(batch)
        except AccessError:  # a new engine gets no better key
            raise
        except EngineError as error:
            self._restarts += 1
            if self._restarts > MAX_RESTARTS:
                raise EngineError(
                    f"The engine died {self._restarts} times without an answer in between; the last time: {error} "
                    "What was answered is kept; the same command goes on from there."
                ) from error
            self._answerer.engine.close()
            self._start()
            if len(batch) == 1:
                return [Failure(batch[0].customer_id, f"the engine died on this request: {error}")]
            half = len(batch) // 2
            return self._answers(batch[:half]) + self._answers(batch[half:])
        self._restarts = 0
        return answers

    def _record(
        self,
        items: Sequence[Item],
        keys: Mapping[int, str],
        good: Mapping[str, Answer],
        bad: Mapping[str, Failure],
    ) -> None:
        results = []
        for item in items:
            key = keys[id(item)]
            form = self._preparer.forms[item.task]
            insight = self._assembler.insight(item, form, good[key] if key in good else bad[key])
            self.summary.add(insight, form)
            known = key if key in good else None
            results.append(Result(self._run, ARM, self._options.seed, known, item.event_map, insight))
        if results:
            self._ledger.record(good, results)
            self._progress.add(len(results), sum(result.insight.status != "ok" for result in results))

    def _count(self, batch: Sequence[Item], answers: Iterable[Answer | Failure]) -> None:
        self.summary.computed += len(batch)
        self.summary.prompt_tokens += sum(len(item.prompt.token_ids) for item in batch)
        for answer in answers:
            if isinstance(answer, Answer):
                self.summary.computed_tokens += answer.computed_tokens
                self.summary.answer_tokens += answer.answer_tokens

    def _key(self, item: Item, engine: EngineIdentity) -> str:
        decoding = self._options.decoding
        return AnswerKey(
            prompt_ids=item.prompt.token_ids,
            plan=self._answerer.plan_digest(item),
            decoding=asdict(decoding),
            model_digest=engine.model_digest,
            tokenizer_digest=engine.tokenizer_digest,
            adapter_digest=self._group.adapter_digest,
            adapter_mode=self._adapter_mode,
            engine=engine.engine,
            engine_version=engine.engine_version,
            dtype=engine.dtype,
        ).digest


def _by_missing(
    window: Sequence[CustomerHistory], pairs: Sequence[Pair], done: Mapping[str, set[Pair]]
) -> dict[tuple[str, ...], list[CustomerHistory]]:
    """Histories by the tasks that they still lack."""
    missing: dict[tuple[str, ...], list[CustomerHistory]] = {}
    for history, pair in zip(window, pairs, strict=True):
        tasks = tuple(task for task, found in done.items() if pair not in found)
        if tasks:
            missing.setdefault(tasks, []).append(history)
    return missing


@contextmanager
def _interruptible() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets; the second one interrupts at once."""
    stopped = threading.Event()
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
