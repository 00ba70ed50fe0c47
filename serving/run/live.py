"""The engine of one group of tasks while it runs: items in, answers and insights out, whatever asks for them."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from fewsight.errors import AccessError, EngineError
from fewsight.insight import Insight
from fewsight.ledger import Answer, AnswerKey
from fewsight.serving.engines.base import Engine, Failure
from fewsight.serving.run.answering import Answering
from fewsight.serving.run.assemble import Assembler
from fewsight.serving.run.calibrated import Calibrator
from fewsight.serving.run.prepare import Item
from fewsight.serving.run.session import Group, Session

MAX_RESTARTS: Final = 14
"""Nobody goes on asking when the engine died more often without answering anything in between.

Halving a batch of 1,024 down to the one request that kills the engine takes eleven deaths.
"""


class LiveGroup:
    """Starts a group's engine when it is asked first, and again when it dies; one belongs to one thread.

    Args:
        session: of the run.
        group: tasks of the session that share an adapter.
        calibrator: calibrates probabilities, which may change labels.
    """

    def __init__(self, session: Session, group: Group, calibrator: Calibrator | None = None) -> None:
        self._session, self._group, self._calibrator = session, group, calibrator
        self._restarts = 0
        self._engine: Engine | None = None

    @property
    def engine(self) -> Engine:
        """The engine, started where it is not."""
        return self._engine or self._start()

    def key(self, item: Item) -> str:
        """The digest of everything that an item's answer depends on."""
        engine, options = self.engine.identity, self._session.options
        return AnswerKey(
            prompt_ids=item.prompt.token_ids,
            plan=self._answering.plan_digest(item),
            decoding=asdict(options.decoding),
            model_digest=engine.model_digest,
            tokenizer_digest=engine.tokenizer_digest,
            adapter_digest=self._group.adapter_digest,
            adapter_mode=self._adapter_mode,
            engine=engine.engine,
            engine_version=engine.engine_version,
            dtype=engine.dtype,
        ).digest

    def answers(self, batch: Sequence[Item]) -> list[Answer | Failure]:
        """Answers of a batch; where the engine dies, it is halved until the request that kills it stands alone.

        Raises:
            AccessError: a server lets nobody in.
            EngineError: it can't be started, or died too often.
        """
        if self._engine is None:
            self._start()
        try:
            answers = self._answering.answer(batch)
        except AccessError:  # a new engine gets no better key
            raise
        except EngineError as error:
            self._restarts += 1
            if self._restarts > MAX_RESTARTS:
                raise EngineError(
                    f"The engine died {self._restarts} times without an answer in between; the last time: {error} "
                    "What was answered is kept; the same command goes on from there."
                ) from error
            self.close()
            self._start()
            if len(batch) == 1:
                return [Failure(batch[0].customer_id, f"the engine died on this request: {error}")]
            half = len(batch) // 2
            return self.answers(batch[:half]) + self.answers(batch[half:])
        self._restarts = 0
        return answers

    def insight(self, item: Item, answer: Answer | Failure) -> Insight:
        """The insight of one answer; its status says whether it can be used."""
        return self._assembler.insight(item, self._session.preparer.forms[item.task], answer)

    def close(self) -> None:
        """Free the engine; asked again, it starts again."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def _start(self) -> Engine:
        session, calibrator, options = self._session, self._calibrator, self._session.options
        engine = self._group.start()
        per_request = engine.capabilities.adapters == "request"
        adapter = options.engine.adapter(self._group.tasks[0])
        relabelling = calibrator.relabelling if calibrator else None
        self._answering = Answering(engine, session.preparer, options, adapter, relabelling, session.fusion)
        self._adapter_mode = "request" if per_request and self._group.adapter else engine.identity.adapter_mode
        calibrate = calibrator.apply if calibrator else None
        self._assembler = Assembler(engine.identity, self._group.adapter, options.as_of, options.seed, calibrate)
        self._engine = engine
        return engine
