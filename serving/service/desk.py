"""Answers requests of many callers with the machinery of runs: one session, and engines that all callers share."""

import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from fewsight.errors import ConfigError, did_you_mean
from fewsight.events import CustomerHistory, Event
from fewsight.insight import Insight
from fewsight.ledger import Answer
from fewsight.prompts.render import Order
from fewsight.prompts.task import Task
from fewsight.serving.engines.base import Engine, Failure
from fewsight.serving.engines.shared import SharedEngine, Stop, Watch
from fewsight.serving.engines.spec import EngineSpec, StartOptions
from fewsight.serving.run.answerer.engine import SPEC
from fewsight.serving.run.calibrated import make_calibrator
from fewsight.serving.run.live import LiveGroup
from fewsight.serving.run.options import BARE, PromptOptions, RunOptions
from fewsight.serving.run.plan import arranged, batches
from fewsight.serving.run.prepare import Item, Preparer
from fewsight.serving.run.session import Group, Session, open_session
from fewsight.tables import Counts

logger = logging.getLogger(__name__)

_WHOLE: Final = 1_000_000
"""Tokens of a state: as many as the model has room for."""


class NoHistories:
    """The histories of a server before anybody asked: a `HistorySource` without any."""

    counts = Counts()
    newest: datetime | None = None
    digest = ""

    def __iter__(self) -> Iterator[CustomerHistory]:
        return iter(())


class Desk:
    """One set of options, its session, and its engines while they run.

    Args:
        options: as of a run; without `as_of`, each history is known up to its own newest event.
        watch: is told of every batch that an engine runs.

    Raises:
        FewsightError: something named in the options is wrong.
    """

    def __init__(self, options: RunOptions, watch: Watch | None = None) -> None:
        self.options, self._watch = options, watch
        self.session = open_session(options, NoHistories())
        self.tasks = tuple(task.name for task in self.session.tasks)
        self._order = self.session.order(NoHistories())
        self._calibrator = make_calibrator(self.session)
        self._engines: dict[Path | None, SharedEngine] = {}
        self._groups = self.session.groups()  # their adapters' digests take a while
        self._lock = threading.Lock()
        self._spec = self.session.engine
        self._users = 0
        self._idle = threading.Condition()

    def warm_up(self) -> None:
        """Start all engines, and ask them a question, so that nobody's first request waits for that.

        Raises:
            FewsightError: an engine can't be started, or fails.
        """
        hello = CustomerHistory("warm-up", (Event("1", None, "message", text="Hello, where is my order?"),))
        for insight in self.ask([hello], self.tasks, Stop()):
            if insight.status == "failed":
                raise ConfigError(f"Task {insight.task!r} could not be answered: {insight.error}")

    def known(self, tasks: Sequence[str] | None) -> tuple[str, ...]:
        """The tasks that were asked, in the order of the server's.

        Raises:
            ConfigError: one is not served here.
        """
        for name in tasks or ():
            if name not in self.tasks:
                raise ConfigError(f"This server does not answer {name!r}.{did_you_mean(name, self.tasks)}")
        return tuple(name for name in self.tasks if tasks is None or name in tasks)

    def ask(self, histories: Sequence[CustomerHistory], tasks: Sequence[str], stop: Stop) -> list[Insight]:
        """Insights in the order of the histories, each with its tasks.

        Raises:
            CancelledError: `stop` was set.
            EngineError: the engine can't be started, or died too often.
        """
        return self._answer(self.session, self._groups, histories, tasks, self._order, stop)

    def decide(self, tasks: Sequence[Task], state: CustomerHistory, stop: Stop) -> list[Insight]:
        """Insights of tasks that came with a request, by the model alone: no adapter and no head was made for them.

        Raises:
            ConfigError: the server's answerer has no language model, or its engine can't score.
            CancelledError: `stop` was set.
            EngineError: as for `ask`.
        """
        session = self.session
        if session.engine is SPEC:
            raise ConfigError("This server's answerer has no language model, so that it takes no decisions.")
        names = tuple(task.name for task in tasks)
        prompt = PromptOptions(mask=session.options.prompt.mask, style="full", history_tokens=_WHOLE)
        engine = replace(session.options.engine, adapters={"*": BARE}, heads="none", answerer=None)
        options = RunOptions(names, prompt, engine, decoding=session.options.decoding)
        preparer = Preparer(tasks, {}, options, session.preparer.tokenizer, session.model.max_model_len)
        own = Session(options, session.engine, session.model, tuple(tasks), preparer, {})
        insights = self._answer(own, own.groups(), [state], names, "history-first", stop)
        if not all(insight.probabilities for insight in insights if insight.status == "ok"):
            raise ConfigError(f"Engine {session.engine.name!r} gives no probabilities, so that it takes no decisions.")
        return insights

    def _answer(
        self,
        session: Session,
        groups: Sequence[Group],
        histories: Sequence[CustomerHistory],
        tasks: Sequence[str],
        order: Order,
        stop: Stop,
    ) -> list[Insight]:
        with self._lock:  # a preparer belongs to one thread
            masked = [session.preparer.mask(history, history.now).history for history in histories]
            items = session.preparer.items(masked, order, tasks)
        moments = [history.now for history in histories for _ in tasks]
        insights: dict[int, Insight] = {}
        for group in groups:
            shared = replace(group, start=partial(self._lease, session, group, stop))
            calibrator = self._calibrator if session is self.session else None
            live = LiveGroup(session, shared, calibrator)
            for item, answer in _answers(live, [item for item in items if item.task in group.tasks], group):
                insights[id(item)] = live.insight(item, answer)
        return [replace(insights[id(item)], as_of=moment) for item, moment in zip(items, moments, strict=True)]

    def shared_spec(self, stop: Stop) -> EngineSpec:
        """An engine for runs beside the requests: it gives leases of those who can wait."""
        return replace(self._spec, start=lambda options: self._shared(options).lease(stop, patient=True))

    def waiting(self) -> int:
        """Rows that wait for engines."""
        return sum(engine.waiting() for engine in list(self._engines.values()))

    def __enter__(self) -> "Desk":
        with self._idle:
            self._users += 1
        return self

    def __exit__(self, *_: object) -> None:
        with self._idle:
            self._users -= 1
            self._idle.notify_all()

    def close(self) -> None:
        """Free the engines when nobody uses them any more."""
        with self._idle:
            self._idle.wait_for(lambda: self._users == 0)
        for engine in self._engines.values():
            engine.close()

    def _lease(self, session: Session, group: Group, stop: Stop) -> Engine:
        options = session.options.engine
        adapter = options.adapter(group.tasks[0])
        return self._shared(StartOptions(session.model, adapter, options.dtype, options.base_url)).lease(stop)

    def _shared(self, options: StartOptions) -> SharedEngine:
        with self._idle:
            known = self._engines.get(options.adapter)
            if known is None or known.has_failed():
                start = partial(self._spec.start, options)
                self._engines[options.adapter] = SharedEngine(start, watch=self._watch)
            return self._engines[options.adapter]


def _answers(live: LiveGroup, items: Sequence[Item], group: Group) -> "list[tuple[Item, Answer | Failure]]":
    if not items:
        return []
    able = live.engine.capabilities
    answered: list[tuple[Item, Answer | Failure]] = []
    for batch in batches(arranged(items), group.tasks, able.batch_rows, able.batch_tokens):
        answered += zip(batch, live.answers(batch), strict=True)
    return answered
