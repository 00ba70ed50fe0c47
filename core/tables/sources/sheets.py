"""Spreadsheets (.xlsx, .xlsb, .xls, .ods) as rows of one sheet."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any, Final

from fewsight.errors import InputError, did_you_mean
from fewsight.tables.columns.names import numbered
from fewsight.tables.records import Record, flat
from fewsight.tables.sources.headers import header_at
from fewsight.tables.sources.limits import shown
from fewsight.tables.sources.packing import TableFile

_GROWTH: Final = 4
"""Bytes of memory for each byte of a sheet's XML."""

_EXACT: Final = 2**53
"""From here on, fractions leave whole numbers out."""


class SheetSource:
    """One sheet of a workbook; the line of a row is its number in the sheet. Titles above the header are no rows.

    Raises:
        InputError: it can't be read, is larger than the memory limit, or several sheets hold rows (they are named).
    """

    def __init__(self, file: TableFile) -> None:
        self._file = file
        rows, sheet = _read(file)
        self.name = file.name if file.member else f"{file.name} (sheet {sheet!r})"
        at = header_at([_trimmed(row) for row in rows[:200]])
        self._rows, self._first = rows[at + 1 :], at + 2
        header = [str(cell).strip() for cell in rows[at]]
        used = [place for place, name in enumerate(header) if name or any(row[place] != "" for row in self._rows)]
        self._places = used
        self.columns = numbered([header[place] or f"column_{place + 1}" for place in used])
        above = [str(cell) for row in rows[:at] for cell in row if cell != ""]
        self.notes = (f"{at} rows above the header are no rows: {', '.join(map(repr, above[:3]))}",) if above else ()

    def records(self) -> Iterator[Record]:
        """All rows below the header that are not blank."""
        for line, row in enumerate(self._rows, self._first):
            if any(cell != "" for cell in row):
                yield line, [_cell(row[place]) for place in self._places]

    def digest(self) -> str:
        """SHA-256 (hex) of the file."""
        return self._file.digest()


def _cell(cell: Any) -> Any:  # noqa: ANN401 - any cell
    """None where it is empty; a whole number without the point that it has, because workbooks know only fractions."""
    if cell == "":
        return None
    return int(cell) if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT else flat(cell)


def _read(file: TableFile) -> tuple[list[list[Any]], str]:
    """All rows of the sheet that is meant, and its name."""
    from python_calamine import CalamineError, CalamineWorkbook

    _check_size(file)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(file.path.read_bytes() if file.is_plain else file.whole()))
        names = [file.member] if file.member else book.sheet_names
        if file.member and file.member not in book.sheet_names:
            raise InputError(
                f"{str(file.path)!r} has no sheet {file.member!r}." + did_you_mean(file.member, book.sheet_names)
            )
        sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in names}
    except (CalamineError, OSError) as error:
        raise InputError(f"{file.name} can't be read as a spreadsheet: {error}. Save it as CSV.") from error
    filled = {name: rows for name, rows in sheets.items() if sum(map(bool, map(_trimmed, rows))) > 1}
    if len(filled) > 1:
        example = str(file.path / next(iter(filled)))
        raise InputError(
            f"{file.name} has several sheets with rows: {', '.join(map(repr, filled))}. Name one: {example!r}."
        )
    if not filled:
        raise InputError(f"{file.name} has columns, but no rows." if any(sheets.values()) else f"{file.name} is empty.")
    name, rows = next(iter(filled.items()))
    return rows, name


def _check_size(file: TableFile) -> None:
    if file.packing != "workbook":
        return
    with zipfile.ZipFile(file.path) as archive:
        size = _GROWTH * sum(info.file_size for info in archive.infolist())
    if size > file.limits.memory_bytes:
        raise InputError(
            f"{file.name} takes about {shown(size)} in memory, more than memory_limit={file.limits.memory!r} "
            "(--memory-limit); allow more, or save it as CSV."
        )


def _trimmed(row: Sequence[Any]) -> list[Any]:
    """The row without empty cells at its end."""
    width = next((at for at in range(len(row), 0, -1) if row[at - 1] != ""), 0)
    return list(row[:width])
