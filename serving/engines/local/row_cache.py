"""Key-value cache of a batch of rows that reuses whatever prefix the next batch shares with it.

Rows of a batch keep their tokens in cache slots; slots that a later row does not share are masked out or cut off.
Tokens that several rows of a batch share are computed once, and copied.
"""

import sys
from bisect import bisect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from fewsight.prompts.answer.trie import common_prefix
from fewsight.serving.engines.local.key_values import cached, joined, new_cache, picked

if TYPE_CHECKING:
    import torch

Row = tuple[int, ...]

MIN_SHARED = 12
"""Shared prefixes shorter than this (in tokens) are not worth a forward pass of their own."""


NARROW = 16
"""Rows with at most so many new tokens are not worth passes of their own: reading the weights costs as much."""

LEAST_FILLED = 0.75
"""A row with fewer new tokens than this share of its group's widest row goes to another group."""

GROUP_TOKENS = 1024
"""Most tokens of one forward pass on a CPU, padding included: from some hundred on, more are not faster."""


@dataclass(frozen=True, slots=True)
class _Parent:
    index: int
    kept: int


@dataclass(frozen=True, slots=True)
class _Part:
    """What a forward pass of some rows left: their cache, [rows, vocabulary], and each row's slots in the cache."""

    cache: Any
    logits: "torch.Tensor"
    slots: list["torch.Tensor"]


class RowCache:
    """Runs a causal language model over rows of token ids, and remembers the last batch.

    `computed` counts the tokens that went through the model, padding not included.
    """

    def __init__(self, model: Any) -> None:  # noqa: ANN401 - any transformers causal language model
        self._model = model
        self._device = model.device
        self._group_tokens = GROUP_TOKENS if model.device.type == "cpu" else sys.maxsize
        self.computed = 0
        self.clear()

    def clear(self) -> None:
        """Forget the last batch."""
        self._cache: Any = None
        self._rows: list[Row] = []
        self._slots: list[torch.Tensor] = []
        self._sorted: list[tuple[Row, int]] = []

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Forget the batch where anything fails in between: its cache may be half written."""
        try:
            yield
        except BaseException:
            self.clear()
            raise

    def logits(self, rows: Sequence[Row]) -> tuple["torch.Tensor", list[int]]:
        """Next-token logits after each row.

        Returns:
            float32 [rows, vocabulary], and for each row how many tokens were computed on its behalf.
        """
        fed = [0] * len(rows)
        while groups := self._shared(rows):
            stems = [common_prefix([rows[i] for i in group]) for group in groups]
            _, costs = self._feed(stems)
            for group, cost in zip(groups, costs, strict=True):
                fed[group[0]] += cost
        output, costs = self._feed(rows)
        return output, [a + b for a, b in zip(fed, costs, strict=True)]

    def _parent(self, row: Row) -> _Parent:
        """The cached row that shares most with `row`; it is next to it in lexicographic order."""
        place = bisect(self._sorted, (row, len(self._rows)))
        near = self._sorted[max(place - 1, 0) : place + 1]
        shared = [_Parent(index, min(len(common_prefix([row, known])), len(row) - 1)) for known, index in near]
        return max(shared, key=lambda parent: parent.kept, default=_Parent(0, 0))

    def _shared(self, rows: Sequence[Row]) -> list[list[int]]:
        """Groups covering all rows, where some group shares a prefix worth computing first; else nothing."""
        order = sorted(range(len(rows)), key=lambda i: rows[i])
        kept = [self._parent(row).kept for row in rows]
        groups, gain = [[order[0]]], False
        for left, right in pairwise(order):
            shared = min(len(common_prefix([rows[left], rows[right]])), len(rows[left]) - 1, len(rows[right]) - 1)
            if shared - max(kept[left], kept[right]) >= MIN_SHARED:
                groups[-1].append(right)
                gain = True
            else:
                groups.append([right])
        return groups if gain else []

    def _feed(self, rows: Sequence[Row]) -> tuple["torch.Tensor", list[int]]:
        """One forward pass for each group of rows with about as many new tokens; then all are in the cache."""
        import torch

        parents = [self._parent(row) for row in rows]
        if not any(parent.kept for parent in parents):
            self._cache = None  # its memory is free for the new one
        costs = [len(row) - parent.kept for row, parent in zip(rows, parents, strict=True)]
        groups = alike(costs, self._group_tokens)
        parts = [self._forward([(rows[i], parents[i]) for i in group], len(groups) == 1) for group in groups]
        order = [i for group in groups for i in group]
        self._cache = None  # what it holds was picked: free it before the parts are joined
        self._cache = joined([part.cache for part in parts])
        self._rows = [rows[i] for i in order]
        self._slots = [slots for part in parts for slots in part.slots]
        self._sorted = sorted((row, index) for index, row in enumerate(self._rows))
        logits = torch.empty((len(rows), parts[0].logits.shape[1]), device=self._device)
        logits[order] = torch.cat([part.logits for part in parts])
        self.computed += sum(costs)
        return logits, costs

    def _forward(self, rows: Sequence[tuple[Row, _Parent]], whole: bool) -> _Part:
        import torch

        kept_slots = [self._slots[p.index][: p.kept] if p.kept else torch.empty(0, dtype=torch.long) for _, p in rows]
        past = max((int(slots[-1]) + 1 for slots in kept_slots if len(slots)), default=0)
        cache = self._past([parent.index for _, parent in rows], past, whole)
        width = max(len(row) - parent.kept for row, parent in rows)
        ids = torch.zeros((len(rows), width), dtype=torch.long)
        positions = torch.zeros((len(rows), width), dtype=torch.long)
        mask = torch.zeros((len(rows), past + width), dtype=torch.long)
        for i, ((row, parent), slots) in enumerate(zip(rows, kept_slots, strict=True)):
            start = width - (len(row) - parent.kept)
            ids[i, start:] = torch.tensor(row[parent.kept :])
            positions[i, start:] = torch.arange(parent.kept, len(row))
            mask[i, slots] = 1
            mask[i, past + start :] = 1
        output = self._model(
            input_ids=ids.to(self._device),
            attention_mask=mask.to(self._device),
            position_ids=positions.to(self._device),
            logits_to_keep=1,
            **cached(self._model, cache),
        )
        return _Part(cache, output.logits[:, -1].float(), [row.nonzero().squeeze(-1) for row in mask])

    def _past(self, indices: list[int], past: int, whole: bool) -> Any:  # noqa: ANN401
        """What is cached for some rows, `past` slots wide: the cache itself where it fits and nobody else needs it."""
        if not past:
            return new_cache()
        if whole and indices == list(range(len(self._rows))) and self._cache.get_seq_length() == past:
            return self._cache
        return picked(self._cache, indices, past)


def alike(widths: Sequence[int], group_tokens: int) -> list[list[int]]:
    """Groups of rows with about as many new tokens, so that little of a padded batch is padding.

    Args:
        widths: new tokens of each row.
        group_tokens: most tokens of a group, padding included; more in one forward pass would not be faster.

    Returns:
        Row numbers, each once; rows of at most NARROW new tokens may stand together whatever their width.
    """
    groups: list[list[int]] = []
    widest = 0
    for i in sorted(range(len(widths)), key=lambda i: -widths[i]):
        fits = groups and widest * (len(groups[-1]) + 1) <= group_tokens
        if fits and (widest <= NARROW or widths[i] >= LEAST_FILLED * widest):
            groups[-1].append(i)
        else:
            groups.append([i])
            widest = widths[i]
    return groups if len(groups) > 1 else [list(range(len(widths)))]
