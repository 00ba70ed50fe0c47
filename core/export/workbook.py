"""Insights as an Excel workbook of three sheets: insights, probabilities of all labels, and counts by label.

No cell can run: texts are written as texts (never as formulas, links or numbers), and begin as in `CsvWriter`, for
those who save the sheet as CSV. Rows are streamed; a sheet that is full goes on in one with a number behind its name.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fewsight.answers import label_text, labelled_values
from fewsight.export.spreadsheet import harmless
from fewsight.export.tables import Columns, Row, flat_cells

if TYPE_CHECKING:
    from xlsxwriter import Workbook

MOST_ROWS: Final = 1_048_576
"""Rows of a sheet in Excel, the head included."""

LONGEST: Final = 32_767
"""Characters of a cell in Excel."""

CUT: Final = " ... (cut; the whole text is in JSONL or Parquet)"
_PROBABILITIES: Final = ("customer_id", "task", "field", "label", "probability", "chosen")
_COUNTS: Final = ("task", "field", "label", "insights", "share")
_LARGEST_INTEGER: Final = 2**53
_LONGEST_LABEL: Final = 64
_MOST_LABELS: Final = 300


def write_workbook(rows: Iterable[Row], path: Path, columns: Columns, work: Path) -> None:
    """Write insights, all their probabilities, and how many there are of each label; `work` is for what comes between.

    Labels are those of fields with probabilities; in a task without any, texts that look like labels.
    """
    import xlsxwriter

    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    counts: dict[tuple[str, str], Counter[str] | None] = {}
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(work), **plain}) as book:
        names = columns.names()
        insights, probabilities = _Sheet(book, "insights", names), _Sheet(book, "probabilities", _PROBABILITIES)
        for row in rows:
            cells = flat_cells(row)
            insights.add([cells.get(name) for name in names])
            for line in _shares(row):
                probabilities.add(line)
            _count(row, counts)
        sheet = _Sheet(book, "counts", _COUNTS)
        for (task, field), labels in counts.items():
            whole = labels.total() if labels else 0
            for label, count in labels.most_common() if labels else ():
                sheet.add([task, field, label, count, count / whole])


class _Sheet:
    """A sheet with a head, and those that follow it when it is full."""

    def __init__(self, book: "Workbook", name: str, head: Sequence[str]) -> None:
        self._book, self._name, self._head, self._number = book, name, head, 0
        self._open()

    def add(self, cells: Sequence[Any]) -> None:
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


def _shares(row: Row) -> Iterator[Sequence[Any]]:
    values = labelled_values(row["answer"] or {}, row["probabilities"])
    for field, labels in row["probabilities"].items():
        chosen = label_text(values[field]) if field in values else None
        for label, share in sorted(labels.items(), key=lambda each: -each[1]):
            yield [row["customer_id"], row["task"], field, label, share, label == chosen]


def _count(row: Row, counts: dict[tuple[str, str], Counter[str] | None]) -> None:
    """Count a row's labels; None stands for a field of words, which are not counted."""
    scored = row["probabilities"]
    for field, value in labelled_values(row["answer"] or {}, scored).items():
        place, is_label = (row["task"], field), field in scored or (not scored and isinstance(value, str | bool))
        if not is_label or counts.get(place, 0) is None:
            continue
        labels = counts.setdefault(place, Counter())
        if labels is not None:
            labels[label_text(value)] += 1
            if field not in scored and (len(str(value)) > _LONGEST_LABEL or len(labels) > _MOST_LABELS):
                counts[place] = None
