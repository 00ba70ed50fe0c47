"""Labelled rows to training sequences: prompts as serving makes them, answers as serving scores and writes them."""

import hashlib
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from fewsight.events import CustomerHistory
from fewsight.evidence import references
from fewsight.finetune.rows.answers import AnswerEncoder, AnswerTokens
from fewsight.prompts.answer.fields import closed_fields, open_fields
from fewsight.prompts.answer.grammar import nothing
from fewsight.prompts.labelled import GoldRow, label_counts
from fewsight.prompts.render import Order
from fewsight.prompts.task import Language, Task
from fewsight.serving.run.options import PromptOptions, RunOptions
from fewsight.serving.run.prepare import Item, Preparer
from fewsight.tokenizer import Tokenizer

CHUNK: Final = 512


@dataclass(frozen=True, slots=True)
class TokenSequence:
    """One sequence to train on: prompt, then the answer through the last token that carries loss."""

    prompt: tuple[int, ...]
    answer: AnswerTokens

    @property
    def inputs(self) -> tuple[int, ...]:
        """What the model reads: all but the last token, which is only predicted."""
        return (*self.prompt, *self.answer.tokens[:-1])


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """A row ready to train on. `values` are the given ones; `history` is a digest of what is asked about."""

    id: str
    values: Mapping[str, Any]
    language: Language
    item: Item
    sequences: tuple[TokenSequence, ...]
    history: str

    @property
    def tokens(self) -> int:
        """Tokens that the model reads for it."""
        return sum(len(sequence.inputs) for sequence in self.sequences)


@dataclass
class TrainingRows:
    """Rows and what happened on the way.

    `too_long` are ids of rows whose prompt and answer together do not fit in the context: they are left out, since
    cutting would cut the answer. `without_loss` are rows that say nothing which the model could learn. `cut` counts
    rows of which older events or the middles of long texts were left out, as serving would leave them out.
    """

    rows: list[TrainingRow] = field(default_factory=list)
    too_long: list[str] = field(default_factory=list)
    without_loss: list[str] = field(default_factory=list)
    cut: int = 0


class RowMaker:
    """Makes training rows of one task for one tokenizer.

    Args:
        task: the task.
        prompts: how prompts are made; the style is named.
        tokenizer: of the model that is trained.
        max_model_len: the model's context in tokens.
        seed: of the labels that stand in for missing ones.
    """

    def __init__(self, task: Task, prompts: PromptOptions, tokenizer: Tokenizer, max_model_len: int, seed: int) -> None:
        self.task = task
        self.preparer = Preparer([task], {}, RunOptions((task.name,), prompts), tokenizer, max_model_len)
        self._encoder = AnswerEncoder(self.preparer.forms[task.name], tokenizer)
        self._limit = max_model_len
        self._order: Order = prompts.order or "shots-first"
        self._seed = seed

    def mask(self, history: CustomerHistory) -> CustomerHistory:
        """A history as serving masks it."""
        return self.preparer.mask(history).history

    def make(self, gold: Sequence[GoldRow]) -> TrainingRows:
        """Training rows in the order of `gold`, each at most once."""
        encoded = TrainingRows()
        shares = label_counts(gold, self.task)
        for chunk in (gold[start : start + CHUNK] for start in range(0, len(gold), CHUNK)):
            masked = [row.history if row.is_masked else self.mask(row.history) for row in chunk]
            items = self.preparer.items(masked, self._order, [self.task.name])
            for row, history, item in zip(chunk, masked, items, strict=True):
                events = dict(zip(references(len(history.events)), (event.id for event in history.events), strict=True))
                self._add(encoded, row, item, events, shares, _digest(history))
        return encoded

    def _add(
        self,
        encoded: TrainingRows,
        row: GoldRow,
        item: Item,
        events: Mapping[str, str],
        shares: Mapping[str, Counter[Any]],
        history: str,
    ) -> None:
        given = self._shown_values(row, item, events)
        values = self._filled(row.id, given, shares)
        parts = self._encoder.encode(values, frozenset(given), item.events)
        sequences = tuple(TokenSequence(item.prompt.token_ids, part) for part in parts)
        if not sequences:
            encoded.without_loss.append(row.id)
        elif any(len(sequence.inputs) + 1 > self._limit for sequence in sequences):
            encoded.too_long.append(row.id)
        else:
            encoded.cut += bool(item.left_out or item.cut)
            encoded.rows.append(TrainingRow(row.id, given, item.language, item, sequences, history))

    def _shown_values(self, row: GoldRow, item: Item, events: Mapping[str, str]) -> dict[str, Any]:
        """The given values, with evidence in the numbers that this prompt shows.

        Events that don't fit in the prompt can't be named. Where that leaves nothing, the field counts as not given.
        """
        values = dict(row.values)
        shown = {event: ref for ref, event in item.event_map.items()}
        for open_field in open_fields(self.task.output):
            if open_field.evidence is None or open_field.path not in values:
                continue
            named = values.pop(open_field.path)
            kept = [shown[events[ref]] for ref in named if events[ref] in shown]
            if kept or not named:
                values[open_field.path] = kept
        return values

    def _filled(self, row_id: str, given: Mapping[str, Any], shares: Mapping[str, Counter[Any]]) -> dict[str, Any]:
        """All values up to the last given one, in the answer's order; those that are missing are made up.

        A closed field that is missing gets a label drawn from those of the other rows, so that what follows it does
        not come to depend on it. An open one is shown empty. Neither carries loss.
        """
        chance = random.Random(f"{self._seed}\0{row_id}")  # noqa: S311 - reproducible, no secret
        values: dict[str, Any] = {}
        closed, written = closed_fields(self.task.output), open_fields(self.task.output)
        for closed_field in closed:
            known = shares.get(closed_field.path) or Counter(closed_field.values)
            drawn = chance.choices(list(known), list(known.values()))[0]
            values[closed_field.path] = given.get(closed_field.path, drawn)
        last = max((i for i, open_field in enumerate(written) if open_field.path in given), default=-1)
        for open_field in written[: last + 1]:
            values[open_field.path] = given[open_field.path] if open_field.path in given else nothing(open_field)
        return values


def same_histories(rows: Sequence[TrainingRow]) -> tuple[int, ...]:
    """A number for each row, equal for rows of one history."""
    numbers: dict[str, int] = {}
    return tuple(numbers.setdefault(row.history, len(numbers)) for row in rows)


def _digest(history: CustomerHistory) -> str:
    return hashlib.sha256(repr((history.events, history.profile, history.until)).encode()).hexdigest()
