"""Neighbours in batches that are bounded in rows and in padded tokens."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Thing = TypeVar("Thing")


def padded_batches(
    things: Iterable[Thing], length: Callable[[Thing], int], rows: int, tokens: int
) -> Iterator[list[Thing]]:
    """Batches in the order of `things`.

    Args:
        things: what is to be run.
        length: tokens of one.
        rows: most things of a batch.
        tokens: most tokens of a batch, all padded to the longest; one that is longer stands alone.
    """
    batch: list[Thing] = []
    longest = 0
    for thing in things:
        widest = max(longest, length(thing))
        if batch and (len(batch) == rows or widest * (len(batch) + 1) > tokens):
            yield batch
            batch, widest = [], length(thing)
        batch.append(thing)
        longest = widest
    if batch:
        yield batch
