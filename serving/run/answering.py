"""One batch of items through an engine: closed fields scored one after the other, open fields written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from fewsight.digest import digest
from fewsight.ledger import Answer
from fewsight.prompts.answer.fields import ClosedField, LabelList
from fewsight.prompts.answer.form import AnswerForm, Ask, Write
from fewsight.prompts.answer.several import held
from fewsight.prompts.task import Task
from fewsight.serving.answerers.fusion import Adviser, Opinion, fuse
from fewsight.serving.engines.base import (
    ChatText,
    Completion,
    Engine,
    Failure,
    GenerateRequest,
    Scored,
    Scorer,
    ScoreRequest,
)
from fewsight.serving.run.answerer.opinions import history_digest, opinions_of
from fewsight.serving.run.options import RunOptions
from fewsight.serving.run.prepare import Item, Preparer

NO_RESULT = "the engine gave no result for this request"

ROUND = 6
"""Decimals of recorded probabilities."""


@dataclass(frozen=True)
class Relabelling:
    """How labels are chosen where it is not the most probable one: `choose(task, field, shares)` gives the label.

    `digests` say, for each task that this concerns, what it depends on: the answer's other parts follow from the label.
    """

    digests: Mapping[str, str]
    choose: Callable[[str, str, Mapping[str, float]], str]


class FieldRow(Protocol):
    """A row whose closed fields are scored one after the other, each given what was chosen before."""

    @property
    def item(self) -> Item:
        """Its prompt."""

    def ask(self) -> Ask | None:
        """The field to score next; None when there is none."""

    def take(self, ask: Ask, scored: Scored | None) -> None:
        """What the engine found, None for a field that has one label alone; `ask` moves on to the next field."""

    def fail(self, error: str) -> None:
        """This row can't be scored; `ask` gives None from now on."""


def score_fields(scorer: Scorer, rows: Sequence[FieldRow], adapter: Path | None, *, greedy: bool = False) -> None:
    """Score the closed fields of rows: the next ones of all rows together, until none is left.

    `greedy` follows the likeliest tokens only, see `ScoreRequest`.

    Raises:
        EngineError: the engine died.
    """
    while asked := [(row, ask) for row in rows if (ask := row.ask()) is not None]:
        waiting: dict[str, tuple[FieldRow, Ask]] = {}
        requests = []
        for number, (row, ask) in enumerate(asked):
            if len(ask.labels.labels) == 1:
                row.take(ask, None)
                continue
            waiting[str(number)] = (row, ask)
            prompt = row.item.prompt.token_ids + ask.prefill
            requests.append(ScoreRequest(str(number), prompt, ask.labels, adapter, greedy))
        for result in scorer.score(requests) if requests else ():
            row, ask = waiting.pop(result.id)
            if isinstance(result, Failure):
                row.fail(result.error)
            else:
                row.take(ask, result)
        for row, _ in waiting.values():
            row.fail(NO_RESULT)


@dataclass
class _Work:
    """One item while it is answered."""

    item: Item
    form: AnswerForm
    task: Task
    relabelling: Relabelling | None
    scored: bool
    opinions: Mapping[str, Opinion] = field(default_factory=dict)
    chosen: list[str] = field(default_factory=list)
    normalised: dict[str, dict[str, float]] = field(default_factory=dict)
    raw: dict[str, dict[str, float]] = field(default_factory=dict)
    yes: list[float] = field(default_factory=list)
    tokens: tuple[int, ...] = ()
    prompt_tokens: int = 0
    computed_tokens: int = 0
    answer_tokens: int = 0
    text: str | None = None
    error: str | None = None
    failed: str | None = None

    def ask(self) -> Ask | None:
        if self.failed:
            return None
        for closed in self.form.closed[len(self.chosen) :]:
            opinion = self.opinions.get(closed.path)
            if opinion is None or opinion.own:
                break  # the model is asked
            self._settle(closed, fuse(closed.labels, [0.0] * len(closed.labels), opinion))
        return self.form.ask(self.chosen)

    def take(self, ask: Ask, scored: Scored | None) -> None:
        if scored is None:
            self.chosen.append(ask.labels.labels[0])
            return
        path, labels, shares = ask.field.path, ask.labels.labels, scored.normalised
        if path in self.opinions:
            shares = fuse(labels, shares, self.opinions[path])
        if self.scored:
            self.raw[path] = _rounded(labels, scored.raw)
        self.prompt_tokens = self.prompt_tokens or len(self.item.prompt.token_ids)
        self.computed_tokens += scored.computed_tokens
        self._settle(ask.field, shares)

    def _settle(self, closed: ClosedField, shares: Sequence[float]) -> None:
        if self.scored:
            self.normalised[closed.path] = _rounded(closed.labels, shares)
        self.chosen.append(self._choose(closed.path, closed.labels, shares))
        if closed.one_of is not None:
            self._hold(closed.one_of, shares)

    def _hold(self, listed: LabelList, shares: Sequence[float]) -> None:
        """Note one label of a list; after the last one, see that the list is neither too short nor too long."""
        yes, no = shares
        self.yes.append(yes or 1 - no)  # a greedy search gives the label that it ends at alone
        many = len(listed.labels)
        if len(self.yes) == many:
            self.chosen[-many:] = held(listed, self.yes, self.chosen[-many:])
            self.yes.clear()

    def fail(self, error: str) -> None:
        self.failed = error

    def _choose(self, path: str, labels: Sequence[str], shares: Sequence[float]) -> str:
        best = max(range(len(labels)), key=shares.__getitem__)
        none, relabelling = self.task.none_of_these, self.relabelling
        if not self.scored:
            return labels[best]
        if none and none.threshold is not None and none.label in labels and shares[best] < none.threshold:
            return none.label
        if relabelling and self.item.task in relabelling.digests:
            return relabelling.choose(self.item.task, path, self.normalised[path])
        return labels[best]

    def is_astray(self) -> bool:
        """Whether what was written can't stand, see `AnswerForm.is_kept_by`."""
        return bool(self.tokens and self.text and not self.error and not self.form.is_kept_by(self.text, self.tokens))

    def answer(self) -> Answer | Failure:
        if self.failed is not None or self.text is None:
            return Failure(self.item.customer_id, self.failed or NO_RESULT)
        counts = (self.prompt_tokens, self.answer_tokens, self.computed_tokens)
        return Answer(self.text, self.raw, self.normalised, *counts, error=self.error)


class Answering:
    """Answers items with one engine, and where a fusion is given together with it.

    Args:
        engine: runs the requests.
        preparer: made the items; its tasks, and its decoding plans, which are for the engine's tokenizer.
        options: of the run: whether closed fields are scored or generated, and how tokens are chosen.
        adapter: the folder of the adapter in use, or None.
        relabelling: another choice of labels than the most probable ones.
        fusion: what answers closed fields beside the engine, or in its place.
    """

    def __init__(
        self,
        engine: Engine,
        preparer: Preparer,
        options: RunOptions,
        adapter: Path | None,
        relabelling: Relabelling | None = None,
        fusion: Adviser | None = None,
    ) -> None:
        self.engine = engine
        self._tasks, self._forms = preparer.tasks, preparer.forms
        self.scores = options.probabilities and engine.capabilities.score
        self._decoding, self._adapter, self._relabelling = options.decoding, adapter, relabelling
        self._fusion = fusion if self.scores else None
        self._plan = lru_cache(maxsize=4096)(self._make_plan)

    def plan_digest(self, item: Item) -> str:
        """What is asked after the prompt, as a digest: grammar of the whole answer, scoring, threshold."""
        adviser = self._fusion
        fusion = adviser.digest(item.task, item.language) if adviser else None
        plan = self._plan(item.task, item.events, fusion)
        if fusion and adviser and adviser.reads_whole_history:
            return digest([plan, history_digest(item.history)])
        return plan

    def _make_plan(self, task: str, events: int, fusion: str | None) -> str:
        whole, none = self._forms[task].write((), events), self._tasks[task].none_of_these
        facts = {
            "grammar": whole if isinstance(whole, str) else whole.text + whole.grammar,
            "scored": self.scores,
            "none": None if none is None else [none.label, none.threshold],
        }
        if self._relabelling and task in self._relabelling.digests:
            facts["labels"] = self._relabelling.digests[task]
        if fusion is not None:
            facts["fusion"] = fusion
        return digest(facts)

    def answer(self, items: Sequence[Item]) -> list[Answer | Failure]:
        """Answers in the order of the items; a Failure where a request failed.

        Raises:
            EngineError: the engine died.
        """
        told = opinions_of(self._fusion, items) if self._fusion else [{} for _ in items]
        works = [
            _Work(item, self._forms[item.task], self._tasks[item.task], self._relabelling, self.scores, opinions)
            for item, opinions in zip(items, told, strict=True)
        ]
        if self.scores:
            score_fields(self.engine, works, self._adapter)
        if self.engine.capabilities.prefill:
            self._write(works)
            if not self.scores and self.engine.capabilities.score:
                self._rewrite([work for work in works if work.is_astray()])
        else:
            self._chat(works)
        return [work.answer() for work in works]

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
            work.tokens = rest.prefill + getattr(result, "token_ids", ())

    def _rewrite(self, works: Sequence[_Work]) -> None:
        """Labels that a grammar let pass in other tokens than the tokenizer's: take the likeliest of its own."""
        for work in works:
            work.text = None
        score_fields(self.engine, works, self._adapter, greedy=True)
        self._write(works)

    def _chat(self, works: Sequence[_Work]) -> None:
        requests = []
        for number, work in enumerate(works):
            prompt = work.item.prompt
            chat = ChatText(*prompt.defanged(), work.form.schema(work.item.events))
            requests.append(GenerateRequest(str(number), prompt.token_ids, None, self._decoding, None, chat))
        for result in self.engine.generate(requests):
            _take(works[int(result.id)], result, "")


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


def _rounded(labels: Sequence[str], shares: Sequence[float]) -> dict[str, float]:
    return {label: round(share, ROUND) for label, share in zip(labels, shares, strict=True)}
