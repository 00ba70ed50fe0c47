"""Key-value cache of a batch of rows that reuses whatever prefix the next batch shares with it.

Rows of a batch keep their tokens in cache slots; slots that a later row does not share are masked out or cut off.
Tokens that several rows of a batch share are computed once, and copied.
"""

from bisect import bisect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from fewsight.prompts.trie import common_prefix

if TYPE_CHECKING:
    import torch

Row = tuple[int, ...]

MIN_SHARED = 12
"""Shared prefixes shorter than this (in tokens) are not worth a forward pass of their own."""


@dataclass(frozen=True, slots=True)
class _Parent:
    index: int
    kept: int


class RowCache:
    """Runs a causal language model over rows of token ids, and remembers the last batch.

    `computed` counts the tokens that went through the model, padding not included.
    """

    def __init__(self, model: Any) -> None:  # noqa: ANN401 - any transformers causal language model
        self._model = model
        self._device = model.device
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
        import torch

        parents = [self._parent(row) for row in rows]
        kept_slots = [self._slots[p.index][: p.kept] if p.kept else torch.empty(0, dtype=torch.long) for p in parents]
        past = max((int(slots[-1]) + 1 for slots in kept_slots if len(slots)), default=0)
        self._reuse([p.index for p in parents], past)
        news = [row[p.kept :] for row, p in zip(rows, parents, strict=True)]
        width = max(map(len, news))
        ids = torch.zeros((len(rows), width), dtype=torch.long)
        positions = torch.zeros((len(rows), width), dtype=torch.long)
        mask = torch.zeros((len(rows), past + width), dtype=torch.long)
        for i, (new, parent, slots) in enumerate(zip(news, parents, kept_slots, strict=True)):
            ids[i, width - len(new) :] = torch.tensor(new)
            positions[i, width - len(new) :] = torch.arange(parent.kept, parent.kept + len(new))
            mask[i, slots] = 1
            mask[i, past + width - len(new) :] = 1
        output = self._model(
            input_ids=ids.to(self._device),
            attention_mask=mask.to(self._device),
            position_ids=positions.to(self._device),
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=1,
        )
        self._remember(rows, mask, output.past_key_values)
        costs = [len(new) for new in news]
        self.computed += sum(costs)
        return output.logits[:, -1].float(), costs

    def _reuse(self, indices: list[int], past: int) -> None:
        """Cut the cache to `past` slots and arrange its rows as the new batch needs them."""
        import torch
        from transformers import DynamicCache

        if not past:
            self._cache = DynamicCache(config=self._model.config)
            return
        if self._cache.get_seq_length() > past:
            self._cache.crop(past - self._cache.get_seq_length())
        if indices != list(range(len(self._rows))):
            self._cache.batch_select_indices(torch.tensor(indices, device=self._device))

    def _remember(self, rows: Sequence[Row], mask: "torch.Tensor", cache: Any) -> None:  # noqa: ANN401
        self._cache = cache
        self._rows = list(rows)
        self._slots = [row.nonzero().squeeze(-1) for row in mask]
        self._sorted = sorted((row, index) for index, row in enumerate(self._rows))
