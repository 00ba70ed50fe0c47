"""Lines of a text file, bounded, of which a reader can give some back."""

import csv
import io
from collections import deque
from collections.abc import Iterator
from typing import Final

from fewsight.tables.records import Broken

LONGEST_RECORD: Final = 32_000_000
"""Characters after which a quote that was opened counts as never closed, and a line as no line."""
_LONGEST_AFTER_MANY: Final = 1_000


def bounded(file: io.TextIOBase) -> Iterator[str]:
    """The lines of a file; of one that is longer than any record only the beginning, so that it fits in memory."""
    while line := file.readline(LONGEST_RECORD + 1):
        yield line
        while len(line) > LONGEST_RECORD and line[-1] not in "\r\n":
            line = file.readline(LONGEST_RECORD + 1) or "\n"


class Lines:
    """The lines of a file; those that the current record took can be given back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._waiting: deque[str] = deque()
        self._longest = LONGEST_RECORD
        self._patience = 2 * LONGEST_RECORD
        self._size = 0
        self.taken: list[str] = []

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        if self._size > self._longest:
            raise csv.Error("unexpected end of data")
        line = self._waiting.popleft() if self._waiting else next(self._lines)
        self.taken.append(line)
        self._size += len(line)
        if len(line) > LONGEST_RECORD:
            raise csv.Error(f"a line of more than {LONGEST_RECORD:,} characters")
        return line

    def begin(self) -> None:
        """A new record begins."""
        self.taken.clear()
        self._size = 0

    def give_back(self) -> str:
        """Give back all lines of this record but the first, which is returned."""
        # one lost quote is an accident; a file full of them must not be read over and over
        self._patience -= self._size
        if self._patience < 0:
            self._longest = _LONGEST_AFTER_MANY
        first, *rest = self.taken
        self._waiting.extendleft(reversed(rest))
        del self.taken[1:]
        return first


def broken_record(line: int, error: csv.Error, delimiter: str, first: str) -> Broken:
    """The first line of a record that is no CSV, for the quarantine."""
    if "unexpected end" in str(error):
        reason = "a quote opens a cell and is never closed"
    elif "expected after" in str(error):
        reason = f"text follows the closing quote of a cell, where {delimiter!r} or the line's end should be"
    else:
        reason = f"not readable as CSV: {error}"
    return Broken(line, reason, value=first.rstrip("\r\n"))
