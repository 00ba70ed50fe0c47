"""How a CSV file is written: delimiter, quotes, and where its header stands."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

from fewsight.tables.records import Broken
from fewsight.tables.sources.headers import header_at, known_names
from fewsight.tables.sources.lines import Lines, broken_record

_DELIMITERS: Final = ",;\t|"
_NO_DELIMITER: Final = "\x1f"
_SEP: Final = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
"""What Excel writes above a header to say its delimiter."""
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_LOOSE_QUOTE: Final = re.compile(r'\s+".*"\s*', re.DOTALL)

Row = tuple[int, list[str] | Broken]
"""The line on which a record begins, and its cells; a blank line has none."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """`skipped` lines stand above the header. With `backslash`, that sign makes the next one an ordinary one; with
    `spaced`, blanks follow delimiters and belong to no cell."""

    delimiter: str
    skipped: int = 0
    backslash: bool = False
    spaced: bool = False

    def records(self, lines: Iterator[str]) -> Iterator[Row]:
        """Cells of each record from the header on. One that breaks the rules costs its first line alone."""
        for _ in range(self.skipped):
            next(lines, None)
        taken = Lines(self._kept(lines) if self.backslash else lines)
        reader = csv.reader(
            taken,
            delimiter=self.delimiter,
            strict=True,
            escapechar="\\" if self.backslash else None,
            skipinitialspace=self.spaced,
        )
        line = 1 + self.skipped
        while True:
            taken.begin()
            cells: list[str] | Broken
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                cells = broken_record(line, error, self.delimiter, taken.give_back())
            yield line, cells
            line += len(taken.taken)

    def _kept(self, lines: Iterator[str]) -> Iterator[str]:
        r"""Lines in which \N, by which MySQL means nothing, stays what it is, and a written \n is a new line."""
        return (_ESCAPED.sub(_unescaped, line) if "\\" in line else line for line in lines)


def _unescaped(match: re.Match[str]) -> str:
    return {"N": r"\\N", "n": "\n"}.get(match[1], match[0])


def find_dialect(lines: list[str]) -> Dialect:
    """The dialect under which most of the first lines have as many cells as the header."""
    skipped = 0
    delimiters = _DELIMITERS
    if lines and (match := _SEP.fullmatch(lines[0].strip("\ufeff\r\n ,;\t"))):
        skipped, delimiters = 1, match[1]
    fits = [_fit(Dialect(delimiter, skipped), lines) for delimiter in delimiters]
    if any(dialect.skipped == skipped and names for dialect, _, names in fits):
        fits = [fit for fit in fits if fit[0].skipped == skipped]  # the first line is a header, under one of them
    best, score = Dialect(_NO_DELIMITER, skipped), 0.0
    for dialect, fit, _ in fits:
        if fit > score:
            best, score = dialect, fit
    return _styled(best, lines) if best.delimiter != _NO_DELIMITER else best


def _fit(plain: Dialect, lines: list[str]) -> tuple[Dialect, float, bool]:
    """The dialect with the lines above its header, how well lines fit it (0: one column), and whether it is known."""
    records = list(plain.records(iter(lines)))
    rows = [(line, cells) for line, cells in records if isinstance(cells, list)]
    if isinstance(next((cells for _, cells in records if cells), Broken(1, "no rows")), Broken):
        return plain, 0.0, False
    at = header_at([cells for _, cells in rows])
    line, header = rows[at]
    if len(header) < 2:
        return plain, 0.0, False
    below = [len(cells) for _, cells in rows[at + 1 :] if cells]
    fit = sum(width == len(header) for width in below) / max(len(below), 1)
    return (
        Dialect(plain.delimiter, line - 1 if at else plain.skipped),
        len(header) * fit + 1e-3,
        known_names(header) > 0,
    )


def _styled(plain: Dialect, lines: list[str]) -> Dialect:
    """The dialect with the style of quotes that breaks the fewest lines; the plain one where others are no better."""
    styles = [
        Dialect(plain.delimiter, plain.skipped, backslash, spaced)
        for backslash, spaced in product((False, True), (False, True))
    ]
    return min(styles, key=lambda style: _misfits(style, lines))


def _misfits(dialect: Dialect, lines: list[str]) -> int:
    rows = [cells for _, cells in dialect.records(iter(lines))]
    width = len(rows[0]) if rows and isinstance(rows[0], list) else 0
    return sum(
        isinstance(cells, Broken) or len(cells) > width or any(map(_LOOSE_QUOTE.fullmatch, cells)) for cells in rows
    )
