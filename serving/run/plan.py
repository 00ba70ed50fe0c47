"""What a run has left to ask, in which order, and how many prompt tokens it costs to compute."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from fewsight.events import CustomerHistory
from fewsight.ledger import Ledger, Pair
from fewsight.masking import CustomerKeys, Masked
from fewsight.prompts.answer.trie import shared_length
from fewsight.prompts.render import ORDERS, Order
from fewsight.serving.engines.batching import padded_batches
from fewsight.serving.run.answerer.opinions import history_digest
from fewsight.serving.run.options import RunOptions
from fewsight.serving.run.prepare import Item, Preparer
from fewsight.serving.run.updates.standing import Standing

Ids = tuple[int, ...]

WINDOW: Final = 512
"""Customers that are prepared, ordered and answered together; bounds memory."""

RUN_NAME: Final = "main"
ARM: Final = "run"
"""A folder's run and its arm, as its ledger calls them."""


@dataclass(frozen=True, slots=True)
class Window:
    """Some customers: the items that are left to ask, how many are in the ledger, and the maps back of what was masked.

    `pseudonyms` are by customer; those of customers about whom nothing is left to ask are not there.
    """

    customers: int
    done: int
    items: list[Item]
    pseudonyms: dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Backlog:
    """What a run has left to ask, by what its ledger holds (None: nothing yet), under the keys of its customers.

    `standing` finds the answers that stand where the run was updated.
    """

    preparer: Preparer
    options: RunOptions
    order: Order
    ledger: Ledger | None
    keys: CustomerKeys
    standing: Standing | None = None

    def windows(self, histories: Iterable[CustomerHistory], tasks: Sequence[str]) -> Iterator[Window]:
        """Items window by window, in the order of the histories."""
        stream = iter(histories)
        while window := list(islice(stream, WINDOW)):
            yield self._window(window, tasks)

    def _window(self, histories: Sequence[CustomerHistory], tasks: Sequence[str]) -> Window:
        keys = {history.customer_id: self.keys.of(history.customer_id) for history in histories}
        pairs = [(keys[history.customer_id], self.options.as_of) for history in histories]
        done = self._standing(histories, keys, tasks) or {task: self._done(task, pairs) for task in tasks}
        items: list[Item] = []
        pseudonyms: dict[str, dict[str, str]] = {}
        for names, same in _by_missing(histories, pairs, done).items():
            masked = [self.preparer.mask(history) for history in same]
            for one in masked:
                pseudonyms |= _map_back(keys[one.history.customer_id], one)
            seen = {one.history.customer_id: history_digest(one.history) for one in masked}
            # Shots are never the customer's own, so they are chosen by the id of the table.
            items += [
                replace(item, customer_id=keys[item.customer_id], seen=seen[item.customer_id])
                for item in self.preparer.items([one.history for one in masked], self.order, names)
            ]
        return Window(len(histories), sum(map(len, done.values())), items, pseudonyms)

    def _standing(
        self, histories: Sequence[CustomerHistory], keys: Mapping[str, str], tasks: Sequence[str]
    ) -> dict[str, set[Pair]] | None:
        """By task, the customers whose answers stand, whatever their moment; None where the run was never updated."""
        if self.standing is None:
            return None
        standing = self.standing.among(histories, keys, tasks)
        return {task: {(keys[one], self.options.as_of) for one in standing[task]} for task in tasks}

    def _done(self, task: str, pairs: Sequence[Pair]) -> set[Pair]:
        return self.ledger.done(RUN_NAME, ARM, self.options.seed, task).among(pairs) if self.ledger else set()


def _map_back(key: str, masked: Masked) -> dict[str, dict[str, str]]:
    """What the pseudonyms of one customer stand for, the key among them; nothing where there is none."""
    own_id = masked.history.customer_id
    pseudonyms = masked.pseudonyms if key == own_id else {key: own_id, **masked.pseudonyms}
    return {key: pseudonyms} if pseudonyms else {}


def _by_missing(
    histories: Sequence[CustomerHistory], pairs: Sequence[Pair], done: Mapping[str, set[Pair]]
) -> dict[tuple[str, ...], list[CustomerHistory]]:
    """Histories by the tasks that they still lack."""
    missing: dict[tuple[str, ...], list[CustomerHistory]] = {}
    for history, pair in zip(histories, pairs, strict=True):
        tasks = tuple(task for task, answered in done.items() if pair not in answered)
        if tasks:
            missing.setdefault(tasks, []).append(history)
    return missing


def arranged(items: Sequence[Item]) -> list[Item]:
    """Items in the order in which neighbours share the longest prompt prefixes: lexicographic in their tokens."""
    return sorted(items, key=lambda item: item.prompt.token_ids)


def batches(
    items: Sequence[Item], tasks: Sequence[str], rows: int, tokens: int = sys.maxsize
) -> Iterator[Sequence[Item]]:
    """Arranged items in batches, each of one task, since its rows then take the same steps.

    Items of one customer that stand together stay in neighbouring batches.

    Args:
        items: in the order of `arranged`.
        tasks: their names.
        rows: most items of a batch.
        tokens: most prompt tokens of a batch, its prompts padded to the longest; a longer prompt stands alone.
    """
    reach = rows * len(tasks)
    for start in range(0, len(items), reach):
        near = items[start : start + reach]
        for task in tasks:
            same = (item for item in near if item.task == task)
            yield from padded_batches(same, lambda item: len(item.prompt.token_ids), rows, tokens)


def computed_tokens(prompts: Sequence[Ids], block: int) -> int:
    """Prompt tokens that an engine computes when these prompts are run in this order.

    An engine keeps the prefixes of earlier prompts in multiples of `block` tokens, and always computes a prompt's last
    token. Prefixes of the prompt right before count; in an order made by `arranged` no earlier one shares more.
    """
    computed = 0
    before: Ids = ()
    for prompt in prompts:
        shared = max(min(shared_length(before, prompt), len(prompt) - 1), 0)
        computed += len(prompt) - shared // block * block
        before = prompt
    return computed


@dataclass(frozen=True, slots=True)
class OrderCost:
    """Prompt tokens sent and computed under one arrangement of the blocks."""

    order: Order
    sent: int
    computed: int


def cheapest(arrangements: Mapping[Order, Sequence[Item]], block: int) -> tuple[Order, list[OrderCost]]:
    """The arrangement of blocks that computes fewest prompt tokens on a sample; shots first where they tie."""
    costs = []
    for order in ORDERS:
        prompts = [item.prompt.token_ids for item in arranged(arrangements[order])]
        costs.append(OrderCost(order, sum(map(len, prompts)), computed_tokens(prompts, block)))
    return min(costs, key=lambda cost: cost.computed).order, costs
