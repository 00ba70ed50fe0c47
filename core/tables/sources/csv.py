"""CSV files as rows, however they are broken: one bad line costs one row and never the ones after it."""

import csv
import io
from collections import deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from fewsight.digest import file_digest
from fewsight.errors import InputError
from fewsight.tables.records import MARK_BROKEN, Broken, Record
from fewsight.tables.sources.encoding import detect, open_binary

_DELIMITERS: Final = ",;\t|"
_NO_DELIMITER: Final = "\x1f"
_SNIFFED: Final = 200
_LONGEST_RECORD: Final = 32_000_000
"""Characters after which a quote that was opened counts as never closed."""
_LONGEST_AFTER_MANY: Final = 1_000


class CsvSource:
    """A CSV file with a header. Delimiter and encoding are found out; quoted cells may hold line breaks.

    Raises:
        InputError: the file is empty, or the header names a column twice.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = repr(str(path))
        self._encoding = detect(path)
        # Process-wide, and only ever raised: the default of 131,072 would cut a long text into lines.
        csv.field_size_limit(max(csv.field_size_limit(), 2 * _LONGEST_RECORD))
        with self._open() as file:
            first = list(islice(file, _SNIFFED))
        if not "".join(first).strip("\ufeff\r\n "):
            raise InputError(f"{self.name} is empty; it needs a header line and rows.")
        self._delimiter = _sniff(first)
        with self._open() as file:
            header = next(_read(_Lines(file), self._delimiter))[1]
        if isinstance(header, Broken):
            raise InputError(f"{self.name}: the header can't be read: {header.reason}.")
        self.columns = tuple(name.strip("\ufeff \t\r\n") or f"column_{i}" for i, name in enumerate(header, 1))
        if twice := sorted({name for name in self.columns if self.columns.count(name) > 1}):
            raise InputError(f"{self.name}: the header names {', '.join(map(repr, twice))} more than once.")

    def records(self) -> Iterator[Record]:
        """All rows after the header, with the lines on which they begin; rows with other lengths are Broken."""
        width, delimiter = len(self.columns), self._delimiter
        with self._open() as file:
            rows = _read(_Lines(file), delimiter)
            next(rows)
            for line, cells in rows:
                if isinstance(cells, Broken) or len(cells) == width:
                    yield line, cells
                elif cells:
                    reason = f"{len(cells)} cells where the header has {width}"
                    yield line, Broken(line, reason, value=delimiter.join(cells))

    def digest(self) -> str:
        """SHA-256 (hex) of the file."""
        return file_digest(self._path)

    def _open(self) -> io.TextIOWrapper:
        return io.TextIOWrapper(open_binary(self._path), encoding=self._encoding, errors=MARK_BROKEN, newline="")


class _Lines:
    """The lines of a file; those that the current record took can be given back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._waiting: deque[str] = deque()
        self._longest = _LONGEST_RECORD
        self._patience = 2 * _LONGEST_RECORD
        self._size = 0
        self.taken: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if self._size > self._longest:
            raise csv.Error("unexpected end of data")
        line = self._waiting.popleft() if self._waiting else next(self._lines)
        self.taken.append(line)
        self._size += len(line)
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


def _read(lines: _Lines, delimiter: str) -> Iterator[tuple[int, list[str] | Broken]]:
    """Cells of each record. One that breaks the rules costs its first line; reading goes on with the next."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    line = 1
    while True:
        lines.begin()
        cells: list[str] | Broken
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            cells = Broken(line, _reason(error, delimiter), value=lines.give_back().rstrip("\r\n"))
        yield line, cells
        line += len(lines.taken)


def _reason(error: csv.Error, delimiter: str) -> str:
    if "unexpected end" in str(error):
        return "a quote opens a cell and is never closed"
    if "expected after" in str(error):
        return f"text follows the closing quote of a cell, where {delimiter!r} or the line's end should be"
    return f"not readable as CSV: {error}"


def _sniff(lines: list[str]) -> str:
    """The delimiter under which most lines have as many cells as the header; none for a single column."""
    best, score = _NO_DELIMITER, 0.0
    for delimiter in _DELIMITERS:
        widths = [len(cells) for _, cells in _read(_Lines(iter(lines)), delimiter) if isinstance(cells, list) and cells]
        if widths and widths[0] > 1:
            fit = sum(width == widths[0] for width in widths[1:]) / max(len(widths) - 1, 1)
            best, score = max((best, score), (delimiter, widths[0] * fit + 1e-3), key=lambda pair: pair[1])
    return best
