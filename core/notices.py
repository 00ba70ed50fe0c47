"""What a long call tells its user: notices through `logging`, and how far it is through one protocol.

Every module writes its notices to `logging.getLogger(__name__)`, which stands below the logger `fewsight`. Programs
that use the library set up logging as they like; the command line calls `show_notices`. A record may carry `style`,
the colours of `fewsight.console.echo`, where it is part of what a command prints.
"""

import logging
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol

from fewsight.console import echo
from fewsight.redaction import redact

EVERY: Final = 10.0
"""Seconds between two lines of progress in a log."""


class Progress(Protocol):
    """Is told how far a long call is."""

    def begin(self, unit: str, total: int) -> None:
        """A stretch of work begins: `total` of `unit`, a word in the plural such as 'insights'. Ends the one before."""

    def advance(self, done: int, note: str = "") -> None:
        """So many more are done; `note` says in a few words how it goes, such as '3 not ok'."""


class Silent:
    """Progress that nobody sees."""

    def begin(self, unit: str, total: int) -> None:
        """Ignore it."""

    def advance(self, done: int, note: str = "") -> None:
        """Ignore it."""


class Lines:
    """Progress as a line on stderr every few seconds, for logs."""

    def __init__(self, every: float = EVERY) -> None:
        self._every = every

    def begin(self, unit: str, total: int) -> None:
        """Count anew."""
        self._unit, self._total, self._done = unit, total, 0
        self._begun = self._shown = time.monotonic()

    def advance(self, done: int, note: str = "") -> None:
        """Count, and write a line when it is time or all is done."""
        self._done += done
        now = time.monotonic()
        if now - self._shown >= self._every or self._done == self._total:
            self._shown = now
            rate = self._done / max(now - self._begun, 1e-9)
            left = (self._total - self._done) / rate if rate else 0
            parts = (f"{self._done}/{self._total} {self._unit}", f"{rate:.1f}/s", f"{left:.0f} s left", note)
            print(", ".join(filter(None, parts)), file=sys.stderr, flush=True)


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """Progress of a command on stderr: a live bar, or lines where stderr is no terminal; silence under --quiet."""
    if logging.getLogger("fewsight").level > logging.INFO:
        yield Silent()
    elif sys.stderr.isatty():
        with _live_bar() as bar:
            yield bar
    else:
        yield Lines()


@contextmanager
def library_progress(asked: "Progress | bool | None") -> Iterator[Progress]:
    """Progress of a call from Python: one of the caller's own, True for one that is shown, False for silence.

    None is a bar in notebooks and terminals, and silence elsewhere, so that logs of programs stay as they are.
    """
    if asked is False or (asked is None and not in_notebook() and not sys.stderr.isatty()):
        yield Silent()
    elif asked is not None and asked is not True:
        yield asked
    elif in_notebook():
        bars = _NotebookBar()
        try:
            yield bars
        finally:
            bars.close()
    else:
        with shown_progress() as progress:
            yield progress


def in_notebook() -> bool:
    """Whether this is a kernel whose output a browser shows."""
    shell = sys.modules.get("IPython")
    return shell is not None and type(shell.get_ipython()).__name__ == "ZMQInteractiveShell"


class _NotebookBar:
    """Progress as a bar of tqdm, which draws with what the notebook has: a widget, or text."""

    _bar: Any = None

    def begin(self, unit: str, total: int) -> None:
        from tqdm.auto import tqdm

        self.close()
        self._bar = tqdm(total=total, desc=unit)

    def advance(self, done: int, note: str = "") -> None:
        if note:
            self._bar.set_postfix_str(note, refresh=False)
        self._bar.update(done)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


@contextmanager
def _live_bar() -> "Iterator[_Bar]":
    from rich import progress
    from rich.console import Console

    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TextColumn("{task.fields[rate]}"),
        progress.TimeRemainingColumn(),
        progress.TextColumn("{task.fields[note]}"),
    )
    with progress.Progress(*columns, console=Console(stderr=True)) as bars:
        yield _Bar(bars)


class _Bar:
    """Progress as the one live bar of a rich display."""

    def __init__(self, bars: Any) -> None:  # noqa: ANN401 - a rich Progress, which is imported late
        self._bars = bars

    def begin(self, unit: str, total: int) -> None:
        for known in self._bars.task_ids:
            self._bars.remove_task(known)
        self._begun = time.monotonic()
        self._bar = self._bars.add_task(unit, total=total, rate="", note="")

    def advance(self, done: int, note: str = "") -> None:
        completed = self._bars.tasks[0].completed + done
        rate = f"{completed / max(time.monotonic() - self._begun, 1e-9):.1f}/s"
        self._bars.update(self._bar, advance=done, rate=rate, note=note)


class _Stderr(logging.Handler):
    """Writes notices as plain lines to what stderr is at the time, so that they stand above a live bar."""

    def emit(self, record: logging.LogRecord) -> None:
        style = getattr(record, "style", None)
        before = "warning: " if record.levelno >= logging.WARNING and style is None else ""
        if record.levelno <= logging.DEBUG:
            before = f"{time.strftime('%H:%M:%S')} {record.name}: "
        trace = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
        echo(redact("\n".join(filter(None, (f"{before}{record.getMessage()}", trace)))), err=True, **(style or {}))


def show_notices(least: int = logging.INFO) -> None:
    """Write fewsight's notices of level `least` and above to stderr, as plain lines; called again it sets the level."""
    logger = logging.getLogger("fewsight")
    logger.setLevel(least)
    if not any(isinstance(handler, _Stderr) for handler in logger.handlers):
        logger.addHandler(_Stderr())
