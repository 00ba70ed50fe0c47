"""The one writer of CSV: no cell of it can run as a formula where a spreadsheet opens it."""

import csv
import re
from collections.abc import Iterable
from typing import IO, Any, Final

# What a spreadsheet may take for a formula, full-width signs included; plain numbers are none.
_FORMULA: Final = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


class CsvWriter:
    """Writes rows to an open text file; open it with `newline=""`.

    See OWASP, "CSV Injection": a text that begins like a formula gets an apostrophe in front.
    """

    def __init__(self, file: IO[str]) -> None:
        self._writer = csv.writer(file)

    def writerow(self, cells: Iterable[Any]) -> None:
        """Write one row of numbers, texts and Nones."""
        self._writer.writerow([harmless(cell) for cell in cells])

    def writerows(self, rows: Iterable[Iterable[Any]]) -> None:
        """Write many rows."""
        for cells in rows:
            self.writerow(cells)


def harmless(cell: Any) -> Any:  # noqa: ANN401 - a number, a text or nothing
    """A cell that no spreadsheet runs; numbers stay numbers.

    >>> [harmless(cell) for cell in ("=1+1", "-12.50", -3, "refund")]
    ["'=1+1", '-12.50', -3, 'refund']
    """
    if isinstance(cell, str) and _FORMULA.match(cell) and not _NUMBER.fullmatch(cell):
        return "'" + cell
    return cell
