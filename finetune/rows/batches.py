"""Which rows make which step, and sequences as tensors.

The rows of a step depend on seed and step alone, so a resumed training goes on with the very rows that were next.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fewsight.answers import label_text
from fewsight.finetune.config import FinetuneConfig
from fewsight.finetune.rows.answers import Target
from fewsight.finetune.rows.dataset import Weights
from fewsight.finetune.rows.rows import TokenSequence, TrainingRow
from fewsight.prompts.answer.trie import common_prefix, shared_length

if TYPE_CHECKING:
    import torch

MIN_SHARED: Final = 12
"""Shared prefixes shorter than this (in tokens) are not worth a pass of their own."""

SAME_HISTORY: Final = 0.8
"""Share of the longer prompt that two questions about one history have in common, at least."""

HELD: Final = 8
"""A pass holds keys and values for so many times `most` tokens, at most: those of a shared prefix are repeated."""


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of a training: how many, and the rows of each.

    `together` numbers the rows: those with one number are drawn together. Empty where each row stands for itself.
    """

    rows: int
    batch_rows: int
    epochs: float
    seed: int
    together: tuple[int, ...] = ()

    @property
    def in_epoch(self) -> int:
        """Steps in which all rows are gone through once; the last may be smaller."""
        return -(-self.rows // self.batch_rows)

    @property
    def total(self) -> int:
        """All steps."""
        return max(round(self.epochs * self.in_epoch), 1)

    def indices(self, step: int) -> list[int]:
        """Rows of a step (counted from 0), drawn without return within an epoch."""
        epoch, place = divmod(step, self.in_epoch)
        groups: dict[int, list[int]] = {}
        for row, group in enumerate(self.together or range(self.rows)):
            groups.setdefault(group, []).append(row)
        order = list(groups)
        random.Random(f"{self.seed}\0{epoch}").shuffle(order)  # noqa: S311 - reproducible, no secret
        drawn = [row for group in order for row in groups[group]]
        return drawn[place * self.batch_rows : (place + 1) * self.batch_rows]

    def is_evaluated(self, done: int, evaluations: int) -> bool:
        """Whether there is an evaluation after `done` steps: `evaluations` in each epoch, and one at the end."""
        before, now = ((done - i) * evaluations // self.in_epoch for i in (1, 0))
        return done == self.total or now > before


@dataclass(frozen=True, slots=True)
class WeightedSequence:
    """A sequence with its row's number and history, the kind of its prompt, and a weight for each target."""

    row: int
    kind: tuple[str, str]
    history: str
    sequence: TokenSequence
    weights: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """Sequences as tensors, padded on the right; `prefix` is what all of them begin with, and is not in `ids`.

    `at` are the (sequence, place in `ids`) whose next token carries loss. `gold`, `weight`, `legal`, `row` and `field`
    go with it, one each.
    """

    prefix: tuple[int, ...]
    ids: "torch.Tensor"
    mask: "torch.Tensor"
    at: tuple["torch.Tensor", "torch.Tensor"]
    gold: "torch.Tensor"
    weight: "torch.Tensor"
    legal: list[tuple[int, ...]]
    row: list[int]
    field: list[str]
    tokens: int


def weighted(row: TrainingRow, number: int, weights: Weights, config: FinetuneConfig) -> Iterator[WeightedSequence]:
    """A row's sequences with the weights of their targets; 0 where one carries no loss under this configuration."""
    for sequence in row.sequences:
        yield WeightedSequence(
            number,
            (row.item.task, row.language),
            row.history,
            sequence,
            tuple(_weight(row, target, weights, config.loss_on) for target in sequence.answer.targets),
        )


def micro_batches(sequences: Sequence[WeightedSequence], most: int) -> Iterator[list[WeightedSequence]]:
    """Sequences of like lengths together, `most` tokens to compute at most, padding included; at least one sequence.

    Those of two tasks or languages stand apart, so that prefixes can be shared: these are computed once. Questions of
    several tasks about one history stand together where most of their prompts is that history.
    """
    for group in _groups(sequences):
        yield from _passes(group, most)


def _groups(sequences: Sequence[WeightedSequence]) -> Iterator[list[WeightedSequence]]:
    """Families of questions about one history; then all others by their kind, in the order of kinds."""
    by_history: dict[str, list[WeightedSequence]] = {}
    by_kind: dict[tuple[str, str], list[WeightedSequence]] = {}
    for one in sequences:
        by_history.setdefault(one.history, []).append(one)
    for family in by_history.values():
        if _share_history(family):
            yield family
        else:
            for one in family:
                by_kind.setdefault(one.kind, []).append(one)
    yield from (by_kind[kind] for kind in sorted(by_kind))


def _share_history(family: Sequence[WeightedSequence]) -> bool:
    prompts = [one.sequence.prompt for one in family]
    several = len({one.kind for one in family}) > 1
    return several and len(common_prefix(prompts)) >= SAME_HISTORY * max(map(len, prompts))


def _passes(group: Sequence[WeightedSequence], most: int) -> Iterator[list[WeightedSequence]]:
    batch: list[WeightedSequence] = []
    shared = 0
    for one in sorted(group, key=lambda s: (len(s.sequence.inputs), s.sequence.inputs)):
        common = min(shared, _may_share(one, batch[0])) if batch else 0
        spared = common if common >= MIN_SHARED else 0
        computed = spared + (len(batch) + 1) * (len(one.sequence.inputs) - spared)
        full = computed > most or (len(batch) + 1) * len(one.sequence.inputs) > HELD * most
        if batch and full:
            yield batch
            batch = []
        shared = common if batch else _first_loss(one)
        batch.append(one)
    if batch:
        yield batch


def _first_loss(one: WeightedSequence) -> int:
    """Where in a sequence's inputs the first token that carries loss is foretold; what is before it can be shared."""
    return len(one.sequence.prompt) + one.sequence.answer.targets[0].position - 1


def _may_share(one: WeightedSequence, other: WeightedSequence) -> int:
    return min(shared_length(one.sequence.inputs, other.sequence.inputs), _first_loss(one))


def collate(sequences: Sequence[WeightedSequence], share_prefix: bool = True) -> Batch:
    """Tensors of sequences; with `share_prefix` what all of them begin with is taken out, to be computed once."""
    import torch

    inputs = [one.sequence.inputs for one in sequences]
    alike = share_prefix and len(inputs) > 1
    shared = min(len(common_prefix(inputs)), *map(_first_loss, sequences)) if alike else 0
    shared = shared if shared >= MIN_SHARED else 0
    width = max(map(len, inputs)) - shared
    ids = torch.zeros((len(inputs), width), dtype=torch.long)
    mask = torch.zeros((len(inputs), shared + width), dtype=torch.long)
    for i, tokens in enumerate(inputs):
        ids[i, : len(tokens) - shared] = torch.tensor(tokens[shared:])
        mask[i, : len(tokens)] = 1
    targets = [
        (
            i,
            len(one.sequence.prompt) + target.position - 1 - shared,
            one.sequence.answer.tokens[target.position],
            weight,
        )
        for i, one in enumerate(sequences)
        for target, weight in zip(one.sequence.answer.targets, one.weights, strict=True)
    ]
    rows, places, gold, weight = zip(*targets, strict=True)
    marks = [(target, one.row) for one in sequences for target in one.sequence.answer.targets]
    return Batch(
        prefix=inputs[0][:shared],
        ids=ids,
        mask=mask,
        at=(torch.tensor(rows), torch.tensor(places)),
        gold=torch.tensor(gold),
        weight=torch.tensor(weight, dtype=torch.float32),
        legal=[target.legal for target, _ in marks],
        row=[row for _, row in marks],
        field=[target.field for target, _ in marks],
        tokens=sum(map(len, inputs)),
    )


def _weight(row: TrainingRow, target: Target, weights: Weights, loss_on: str) -> float:
    value = row.values[target.field]
    key = (row.item.task, target.field, label_text(value))
    if key not in weights:  # an open field
        return 1.0
    return weights[key] if target.legal or loss_on == "values" else 0.0
