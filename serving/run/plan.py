"""The order of requests, and how many prompt tokens it costs to compute them."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fewsight.prompts.answer.trie import shared_length
from fewsight.prompts.render import ORDERS, Order
from fewsight.serving.engines.batching import padded_batches
from fewsight.serving.run.prepare import Item

Ids = tuple[int, ...]


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
        shared = min(shared_length(before, prompt), len(prompt) - 1)
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
