"""Passes of a training step in several threads of a CPU, with results in the order of the passes.

A pass through a small model is mostly traffic to memory, which a second thread within each product hardly speeds up,
and a second pass at the same time does (docs/design/003-training-loop.md). Results are those of one thread, as they are
added in order.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

FEWEST_TOKENS: Final = 1024
"""Passes are not made smaller than this (in tokens) to have more of them at once."""


def passes_at_once(longest: int, micro_tokens: int, threads: int) -> int:
    """How many passes may run at once so that all of them together compute no more than `micro_tokens`.

    >>> passes_at_once(300, 2048, 8), passes_at_once(1500, 4096, 8), passes_at_once(300, 8192, 2)
    (2, 2, 2)
    """
    return max(min(threads, micro_tokens // max(longest, FEWEST_TOKENS)), 1)


def side_by_side(work: Callable[[Item], Result], items: Iterable[Item], beside: int) -> Iterator[Result]:
    """What `work` makes of each item, in order, `beside` of them at once, with the processor's threads shared out.

    `work` must compute with torch and draw no random numbers.
    """
    if beside == 1:
        yield from map(work, items)
        return
    import torch

    threads = torch.get_num_threads()

    def alone(item: Item) -> Result:
        torch.set_num_threads(max(threads // beside, 1))
        return work(item)

    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(beside, thread_name_prefix="pass") as pool:
        try:
            for item in items:
                waiting.append(pool.submit(alone, item))
                if len(waiting) > beside:  # no more results are held than that: gradients may be large
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)
            torch.set_num_threads(threads)
