"""One batch of items through an engine: closed fields scored one after the other, open fields written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from fewsight.digest import digest
from fewsight.ledger import Answer
from fewsight.prompts.answer.form import AnswerForm, Ask, Write
from fewsight.prompts.task import Task
from fewsight.serving.engines.base import (
    ChatText,
    Completion,
    Decoding,
    Engine,
    Failure,
    GenerateRequest,
    Scored,
    ScoreRequest,
)
from fewsight.serving.run.prepare import Item

NO_RESULT = "the engine gave no result for this request"

ROUND = 6
"""Decimals of recorded probabilities."""


@dataclass(frozen=True)
class Relabelling:
    """Labels chosen otherwise than by the highest probability: `choose(task, field, shares)` gives the label.

    `digests` say, for each task that this concerns, what it depends on: the answer's other parts follow from the label.
    """

    digests: Mapping[str, str]
    choose: Callable[[str, str, Mapping[str, float]], str]


@dataclass
class _Work:
    """One item while it is answered."""

    item: Item
    form: AnswerForm
    task: Task
    chosen: list[str] = field(default_factory=list)
    normalised: dict[str, dict[str, float]] = field(default_factory=dict)
    raw: dict[str, dict[str, float]] = field(default_factory=dict)
    prompt_tokens: int = 0
    computed_tokens: int = 0
    answer_tokens: int = 0
    text: str | None = None
    error: str | None = None
    failed: str | None = None

    def ask(self) -> Ask | None:
        return None if self.failed else self.form.ask(self.chosen)

    def answer(self) -> Answer | Failure:
        if self.failed is not None or self.text is None:
            return Failure(self.item.customer_id, self.failed or NO_RESULT)
        counts = (self.prompt_tokens, self.answer_tokens, self.computed_tokens)
        return Answer(self.text, self.raw, self.normalised, *counts, error=self.error)


class Answerer:
    """Answers items with one engine.

    Args:
        engine: runs the requests.
        tasks: by name.
        forms: decoding plans by task name, for the engine's tokenizer.
        probabilities: score closed fields, instead of generating them.
        decoding: how open fields are generated.
        adapter: the folder of the adapter in use, or None.
        relabelling: another choice of labels than the most probable ones.
    """

    def __init__(
        self,
        engine: Engine,
        tasks: Mapping[str, Task],
        forms: Mapping[str, AnswerForm],
        *,
        probabilities: bool,
        decoding: Decoding,
        adapter: Path | None,
        relabelling: Relabelling | None = None,
    ) -> None:
        self._relabelling = relabelling
        self.engine = engine
        self._tasks, self._forms = tasks, forms
        self.scores = probabilities and engine.capabilities.score
        self._plan = lru_cache(maxsize=4096)(self._make_plan)
        self._decoding, self._adapter = decoding, adapter

    def plan_digest(self, item: Item) -> str:
        """What is asked after the prompt, as a digest: grammar of the whole answer, scoring, threshold."""
        return self._plan(item.task, item.events)

    def _make_plan(self, task: str, events: int) -> str:
        whole, none = self._forms[task].write((), events), self._tasks[task].none_of_these
        facts = {
            "grammar": whole if isinstance(whole, str) else whole.text + whole.grammar,
            "scored": self.scores,
            "none": None if none is None else [none.label, none.threshold],
        }
        if self._relabelling and task in self._relabelling.digests:
            facts["labels"] = self._relabelling.digests[task]
        return digest(facts)

    def answer(self, items: Sequence[Item]) -> list[Answer | Failure]:
        """Answers in the order of the items; a Failure where a request failed.

        Raises:
            EngineError: the engine died.
        """
        works = [_Work(item, self._forms[item.task], self._tasks[item.task]) for item in items]
        if self.scores:
            self._score(works)
        if self.engine.capabilities.prefill:
            self._write(works)
        else:
            self._chat(works)
        return [work.answer() for work in works]

    def _score(self, works: Sequence[_Work]) -> None:
        while asked := [(work, ask) for work in works if (ask := work.ask())]:
            waiting: dict[str, tuple[_Work, Ask]] = {}
            requests = []
            for number, (work, ask) in enumerate(asked):
                if len(ask.labels.labels) == 1:
                    work.chosen.append(ask.labels.labels[0])
                    continue
                waiting[str(number)] = (work, ask)
                prompt = work.item.prompt.token_ids + ask.prefill
                requests.append(ScoreRequest(str(number), prompt, ask.labels, self._adapter))
            for result in self.engine.score(requests):
                work, ask = waiting.pop(result.id)
                if isinstance(result, Failure):
                    work.failed = result.error
                else:
                    _choose(work, ask, result, self._relabelling)
            for work, _ in waiting.values():
                work.failed = NO_RESULT

    def _write(self, works: Sequence[_Work]) -> None:
        waiting: dict[str, tuple[_Work, Write]] = {}
        requests = []
        for number, work in enumerate(works):
            if work.failed is not None:
                continue
            rest = work.form.write(work.chosen, work.item.events)
            if isinstance(rest, str):
                work.text = rest
                continue
            waiting[str(number)] = (work, rest)
            prompt = work.item.prompt.token_ids + rest.prefill
            requests.append(GenerateRequest(str(number), prompt, rest.grammar, self._decoding, self._adapter))
        for result in self.engine.generate(requests) if requests else ():
            work, rest = waiting[result.id]
            _take(work, result, rest.text)

    def _chat(self, works: Sequence[_Work]) -> None:
        requests = []
        for number, work in enumerate(works):
            prompt = work.item.prompt
            chat = ChatText(*prompt.defanged(), work.form.schema(work.item.events))
            requests.append(GenerateRequest(str(number), prompt.token_ids, None, self._decoding, None, chat))
        for result in self.engine.generate(requests):
            _take(works[int(result.id)], result, "")


def _choose(work: _Work, ask: Ask, result: Scored, relabelling: Relabelling | None) -> None:
    path, labels = ask.field.path, ask.labels.labels
    work.normalised[path] = {label: round(p, ROUND) for label, p in zip(labels, result.normalised, strict=True)}
    work.raw[path] = {label: round(p, ROUND) for label, p in zip(labels, result.raw, strict=True)}
    work.prompt_tokens = work.prompt_tokens or len(work.item.prompt.token_ids)
    work.computed_tokens += result.computed_tokens
    best = max(range(len(labels)), key=result.normalised.__getitem__)
    none = work.task.none_of_these
    if none and none.threshold is not None and none.label in labels and result.normalised[best] < none.threshold:
        work.chosen.append(none.label)
    elif relabelling and work.item.task in relabelling.digests:
        work.chosen.append(relabelling.choose(work.item.task, path, work.normalised[path]))
    else:
        work.chosen.append(labels[best])


def _take(work: _Work, result: Completion | Failure, start: str) -> None:
    if isinstance(result, Failure):
        work.failed = result.error
        return
    work.text = start + result.text
    work.prompt_tokens = work.prompt_tokens or len(work.item.prompt.token_ids)
    work.computed_tokens += result.computed_tokens
    work.answer_tokens = len(result.token_ids)
    if not result.finished:
        work.error = f"the answer was cut after {work.answer_tokens} tokens; raise --max-tokens"
