"""Coroutines for callers that block: an event loop on a thread of its own.

A thread that waits for a server can't be stopped, a coroutine can. So limits of time hold whatever the server does, and
a process never waits at its end for answers that nobody wants any more.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable, Iterator
from concurrent.futures import Future
from itertools import islice
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class LoopThread:
    """Runs coroutines until it is closed. It does not keep the process alive."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fewsight-openai", daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        """The result of one coroutine; it is cancelled where the caller is interrupted."""
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result()
        finally:
            future.cancel()

    def each(
        self, items: Iterable[Item], compute: Callable[[Item], Coroutine[Any, Any, Result]], at_once: int
    ) -> Iterator[Result]:
        """`compute` of every item, `at_once` of them at a time; results come as they are ready.

        Where one raises, results that are ready are given first. What still runs then, or when the caller stops, is
        cancelled.
        """
        source, done = iter(items), SimpleQueue[Future[Result]]()
        flying = set[Future[Result]]()

        def start(item: Item) -> None:
            future = asyncio.run_coroutine_threadsafe(compute(item), self._loop)
            flying.add(future)
            future.add_done_callback(done.put)

        try:
            for item in islice(source, at_once):
                start(item)
            while flying:
                future = done.get()
                flying.remove(future)
                if error := future.exception():
                    yield from _ready(done)
                    raise error
                yield future.result()
                for item in islice(source, 1):
                    start(item)
        finally:
            for future in flying:
                future.cancel()

    def close(self) -> None:
        """Cancel what runs, and end the thread. Closing twice is fine."""
        if self._loop.is_closed():
            return
        self.run(self._cancel_all())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _cancel_all(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


def _ready(done: "SimpleQueue[Future[Result]]") -> Iterator[Result]:
    while True:
        try:
            future = done.get_nowait()
        except Empty:
            return
        if not future.cancelled() and future.exception() is None:
            yield future.result()
