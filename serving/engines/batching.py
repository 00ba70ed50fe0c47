"""Neighbours in batches that are bounded in rows and in padded tokens."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Request = TypeVar("Request")


def padded_batches(
    requests: Iterable[Request], length: Callable[[Request], int], rows: int, tokens: int
) -> Iterator[list[Request]]:
    """Batches in the order of `requests`.

    Args:
        requests: what is to be run.
        length: tokens of one.
        rows: most requests of a batch.
        tokens: most tokens of a batch, all padded to the longest; one that is longer stands alone.
    """
    batch: list[Request] = []
    longest = 0
    for request in requests:
        widest = max(longest, length(request))
        if batch and (len(batch) == rows or widest * (len(batch) + 1) > tokens):
            yield batch
            batch, widest = [], length(request)
        batch.append(request)
        longest = widest
    if batch:
        yield batch
