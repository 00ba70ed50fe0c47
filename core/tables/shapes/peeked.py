"""A source whose first rows are looked at before all are read."""

from collections.abc import Iterator
from itertools import chain
from typing import Final

from fewsight.tables.columns.sheet import Sheet
from fewsight.tables.records import Broken, Record, Source

_ROWS: Final = 1_000
_CHARACTERS: Final = 4_000_000


class Peeked:
    """A source and its first rows, which are read from it once; `head` is empty where it has none."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.name, self.columns = source.name, source.columns
        rows = source.records()
        self.head = list(_head(rows))
        self._rest: Iterator[Record] | None = rows

    @property
    def sheet(self) -> Sheet:
        """The first rows."""
        return sheet_through(Head(self))

    def records(self) -> Iterator[Record]:
        """All rows; the first call goes on where the look at the first rows ended."""
        rest, self._rest = self._rest, None
        return self.source.records() if rest is None else chain(self.head, rest)

    def digest(self) -> str:
        """That of the source."""
        return self.source.digest()


class Head:
    """The first rows of a source as a source."""

    def __init__(self, peeked: Peeked) -> None:
        self._peeked = peeked
        self.name, self.columns = peeked.name, peeked.columns

    def records(self) -> Iterator[Record]:
        """The first rows."""
        return iter(self._peeked.head)

    def digest(self) -> str:
        """That of the source."""
        return self._peeked.digest()


def sheet_through(source: Source) -> Sheet:
    """The rows of a source that can be read, to be looked at: of a few rows."""
    return Sheet(source.columns, [cells for _, cells in source.records() if not isinstance(cells, Broken)])


def _head(rows: Iterator[Record]) -> Iterator[Record]:
    size = 0
    for number, row in enumerate(rows, 1):
        yield row
        size += 0 if isinstance(row[1], Broken) else sum(len(cell) for cell in row[1] if isinstance(cell, str))
        if number >= _ROWS or size >= _CHARACTERS:
            return
