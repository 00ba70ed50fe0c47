"""What passes between the readers of tables and what makes events of them."""

import codecs
import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Protocol

LONGEST_CELL: Final = 100_000
"""Characters of a cell; a longer one is quarantined."""

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
BROKEN: Final = "\udcff"
"""Stands for bytes that don't decode: no real text holds a lone surrogate."""


MARK_BROKEN: Final = "fewsight.broken"
"""An error handler for decoding, which puts BROKEN in the place of bytes that don't decode."""


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return BROKEN, error.end


codecs.register_error(MARK_BROKEN, _mark)


class BadValue(Exception):  # noqa: N818 - a reason on its way to the quarantine file, never seen by a user as an error
    """A cell that can't be used; the message is the reason, as the quarantine file says it."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A row for the quarantine file. `value` is what was found in `column`; the line is counted from 1."""

    line: int
    reason: str
    column: str | None = None
    value: object = None
    customer_id: str | None = None


Cells = Sequence[Any]
"""One row in the order of the columns; an empty cell is None or blank text."""


class Short(list[Any]):
    """A row that ends before the header does, filled up with empty cells; the first `given` ones stood in the table."""

    def __init__(self, cells: Sequence[str], width: int, delimiter: str) -> None:
        super().__init__([*cells, *[""] * (width - len(cells))])
        self.given = len(cells)
        self.raw = delimiter.join(cells)

    @property
    def reason(self) -> str:
        """Why it can't be used, where a cell is missing that every row needs."""
        return f"{self.given} cells where the header has {len(self)}"


Record = tuple[int, Cells | Broken]
"""Line (or row number, where there are no lines) and cells."""


class Source(Protocol):
    """A table that is read from the first row to the last, and once more where its values leave something open."""

    @property
    def name(self) -> str:
        """What to call it in a message; never holds a password."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, each once."""

    def records(self) -> Iterator[Record]:
        """All rows in order, each time; a row that can't be read is a Broken and never an exception."""

    def digest(self) -> str:
        """SHA-256 (hex) of the content; valid once all records were read."""


class OpenedSource(Source, Protocol):
    """A table as it is opened."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was decided to read it, for the user to check."""


def damage(cells: Cells, columns: Sequence[str]) -> tuple[str, str, str] | None:
    """Column, reason and value of the first cell that is no clean text: broken bytes, NUL, or far too long."""
    try:
        whole = "".join(cells)
    except TypeError:
        whole = "".join([cell for cell in cells if isinstance(cell, str)])
    if len(whole) <= LONGEST_CELL and "\0" not in whole and (whole.isascii() or not _SURROGATE.search(whole)):
        return None
    for column, cell in zip(columns, cells, strict=False):
        if isinstance(cell, str):
            if len(cell) > LONGEST_CELL:
                return column, f"text of {len(cell):,} characters; at most {LONGEST_CELL:,} are read", cell
            if "\0" in cell:
                return column, "NUL byte", cell
            if _SURROGATE.search(cell):
                return column, "broken encoding: bytes that are not text", cell
    return None


def is_finite(number: float | Decimal) -> bool:
    """Whether a number is neither NaN nor infinite, for any size and any kind of NaN."""
    if isinstance(number, Decimal):
        return number.is_finite()
    return isinstance(number, int) or math.isfinite(number)


_PLAIN: Final = frozenset((str, int, float, bool, type(None)))


def flat(cell: Any) -> Any:  # noqa: ANN401 - any cell
    """A cell of a typed table as plain Python: nested values as JSON, bytes as text (or BROKEN), periods as times."""
    if type(cell) in _PLAIN:
        return cell
    if isinstance(cell, (bytes, bytearray, memoryview)):
        return bytes(cell).decode("utf-8", MARK_BROKEN)
    if hasattr(cell, "tolist"):  # arrays and scalars of numpy
        return flat(cell.tolist())
    if isinstance(cell, (set, frozenset)):
        cell = sorted(map(str, cell))
    if isinstance(cell, (dict, list, tuple)):
        return json.dumps(cell, ensure_ascii=False, default=_plain)
    if hasattr(cell, "to_timestamp"):
        return cell.to_timestamp()
    return None if cell != cell else cell


def _plain(value: Any) -> Any:  # noqa: ANN401 - what JSON does not know
    if hasattr(value, "tolist"):
        return value.tolist()
    return sorted(map(str, value)) if isinstance(value, (set, frozenset)) else str(value)
