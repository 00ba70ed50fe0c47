"""CSV files as rows, however they are broken: one bad line costs one row and never the ones after it."""

import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import Final

from fewsight.errors import InputError
from fewsight.tables.columns.names import numbered
from fewsight.tables.records import MARK_BROKEN, Broken, Record, Short
from fewsight.tables.sources.dialect import find_dialect
from fewsight.tables.sources.encoding import detect, note
from fewsight.tables.sources.lines import LONGEST_RECORD, bounded
from fewsight.tables.sources.packing import TableFile

_SNIFFED: Final = 200
_SHOWN: Final = 60


class CsvSource:
    """A CSV file with a header. Delimiter, quotes and encoding are found out; quoted cells may hold line breaks.

    Raises:
        InputError: the file is empty.
    """

    def __init__(self, file: TableFile) -> None:
        self._file = file
        self.name = file.name
        self._encoding = detect(file)
        # Process-wide, and only ever raised: the default of 131,072 would cut a long text into lines.
        csv.field_size_limit(max(csv.field_size_limit(), 2 * LONGEST_RECORD))
        with self._open() as text:
            first = list(islice(bounded(text), _SNIFFED))
        if not "".join(first).strip("\ufeff\r\n "):
            raise InputError(f"{self.name} is empty; it needs a header line and rows.")
        self._dialect = find_dialect(first)
        with self._open() as text:
            header = next(self._dialect.records(bounded(text)))[1]
        if isinstance(header, Broken):
            raise InputError(f"{self.name}: the header can't be read: {header.reason}.")
        names = [name.strip("\ufeff \t\r\n") or f"column_{i}" for i, name in enumerate(header, 1)]
        self.columns = numbered(names)
        self.notes = (*note(self._encoding, self.name), *self._note_on_titles(first))

    def records(self) -> Iterator[Record]:
        """All rows after the header, with the lines on which they begin.

        A row that ends early is Short, with empty cells at its end; one with more cells than the header is Broken.
        """
        width, delimiter = len(self.columns), self._dialect.delimiter
        with self._open() as text:
            rows = self._dialect.records(bounded(text))
            next(rows)
            for line, cells in rows:
                if isinstance(cells, Broken) or len(cells) == width:
                    yield line, cells
                elif 0 < len(cells) < width:
                    yield line, Short(cells, width, delimiter)
                elif any(cell.strip() for cell in cells[width:]):
                    reason = f"{len(cells)} cells where the header has {width}"
                    yield line, Broken(line, reason, value=delimiter.join(cells))
                elif cells:
                    yield line, cells[:width]

    def digest(self) -> str:
        """SHA-256 (hex) of the file."""
        return self._file.digest()

    def _open(self) -> io.TextIOWrapper:
        return io.TextIOWrapper(self._file.open(), encoding=self._encoding, errors=MARK_BROKEN, newline="")

    def _note_on_titles(self, first: list[str]) -> tuple[str, ...]:
        above = [line.strip("\ufeff\r\n ")[:_SHOWN] for line in first[: self._dialect.skipped]]
        titles = [line for line in above if line and not line.lower().strip('"').startswith("sep=")]
        if not titles:
            return ()
        return (f"{self._dialect.skipped} lines above the header are no rows: {', '.join(map(repr, titles[:3]))}",)
