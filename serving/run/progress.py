"""Progress of a run in a terminal, or as plain lines where there is none."""

import sys
import time
from types import TracebackType
from typing import Any, Self


class Silent:
    """Says nothing."""

    def advance(self, results: int, failures: int) -> None:
        """Ignore it."""


class Lines:
    """A line every few seconds: for logs."""

    def __init__(self, total: int, every: float = 10.0) -> None:
        self._total, self._every = total, every
        self._done = self._failures = 0
        self._begun = self._said = time.monotonic()

    def advance(self, results: int, failures: int) -> None:
        """Count, and say so when it is time."""
        self._done += results
        self._failures += failures
        now = time.monotonic()
        if now - self._said >= self._every or self._done == self._total:
            self._said = now
            rate = self._done / max(now - self._begun, 1e-9)
            left = (self._total - self._done) / rate if rate else 0
            print(
                f"{self._done}/{self._total} insights, {rate:.1f}/s, {left:.0f} s left, {self._failures} not ok",
                file=sys.stderr,
                flush=True,
            )


class Bar:
    """A live bar with rate, time left and failures; falls back to lines where stderr is not a terminal."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._failures = 0
        self._bar: Any = None
        self._lines = None if sys.stderr.isatty() else Lines(total)

    def __enter__(self) -> Self:
        if self._lines is None:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            self._bar = Progress(
                TextColumn("insights"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[rate]}"),
                TimeRemainingColumn(),
                TextColumn("{task.fields[failures]} not ok"),
                console=Console(stderr=True),
            )
            self._bar.start()
            self._begun = time.monotonic()
            self._task = self._bar.add_task("", total=self._total, rate="", failures=0)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()

    def advance(self, results: int, failures: int) -> None:
        """Move the bar."""
        if self._lines is not None:
            self._lines.advance(results, failures)
            return
        self._failures += failures
        done = self._bar.tasks[0].completed + results
        rate = f"{done / max(time.monotonic() - self._begun, 1e-9):.1f}/s"
        self._bar.update(self._task, advance=results, failures=self._failures, rate=rate)
