"""Sheets of Excel workbooks in which no cell can run.

Texts are written as texts (never as formulas, links or numbers), and begin as in `CsvWriter`, for those who save the
sheet as CSV. Rows are streamed; a sheet that is full goes on in one with a number behind its name.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fewsight.export.spreadsheet import harmless

if TYPE_CHECKING:
    from xlsxwriter import Workbook

MOST_ROWS: Final = 1_048_576
"""Rows of a sheet in Excel, the head included."""

LONGEST: Final = 32_767
"""Characters of a cell in Excel."""

CUT: Final = " ... (cut; the whole text is in JSONL or Parquet)"
_LARGEST_INTEGER: Final = 2**53


@contextmanager
def open_workbook(path: Path, work: Path) -> "Iterator[Workbook]":
    """A workbook that is written to `path` at the end; `work` is a folder for what comes between."""
    import xlsxwriter

    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(work), **plain}) as book:
        yield book


class Sheet:
    """A sheet with a head, and those that follow it when it is full."""

    def __init__(self, book: "Workbook", name: str, head: Sequence[str]) -> None:
        self._book, self._name, self._head, self._number = book, name, head, 0
        self._open()

    def add(self, cells: Sequence[Any]) -> None:
        """Write a row of numbers, texts and Nones."""
        if self._row == MOST_ROWS:
            self._open()
        for column, cell in enumerate(cells):
            self._write(column, cell)
        self._row += 1

    def _open(self) -> None:
        self._number += 1
        self._sheet = self._book.add_worksheet(self._name + (f" {self._number}" if self._number > 1 else ""))
        self._sheet.freeze_panes(1, 0)
        bold = self._book.add_format({"bold": True})
        for column, name in enumerate(self._head):
            self._sheet.write_string(0, column, _text(name), bold)
        self._row = 1

    def _write(self, column: int, cell: Any) -> None:  # noqa: ANN401 - a number, a text or nothing
        if isinstance(cell, bool):
            self._sheet.write_boolean(self._row, column, cell)
        elif isinstance(cell, float) or (isinstance(cell, int) and abs(cell) <= _LARGEST_INTEGER):
            self._sheet.write_number(self._row, column, cell)
        elif cell is not None:
            self._sheet.write_string(self._row, column, _text(str(cell)))


def _text(text: str) -> str:
    text = harmless(text.encode("utf-8", "backslashreplace").decode())
    return text if len(text) <= LONGEST else text[: LONGEST - len(CUT)] + CUT
