"""pandas DataFrames as rows."""

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from fewsight.errors import InputError
from fewsight.tables.records import Record, flat

if TYPE_CHECKING:
    import pandas as pd

_BATCH = 5_000


class FrameSource:
    """A DataFrame; the line of a row is its position, counted from 1. The index is not read.

    Raises:
        InputError: a column name occurs twice.
    """

    def __init__(self, frame: "pd.DataFrame") -> None:
        self._frame = frame
        self._digest = ""
        self.notes: tuple[str, ...] = ()
        self.name = "the DataFrame"
        self.columns = tuple(str(name) for name in frame.columns)
        check_once(self.name, self.columns)

    def records(self) -> Iterator[Record]:
        """All rows in order; NaN, NaT and NA are empty."""
        content = hashlib.sha256()
        for start in range(0, len(self._frame), _BATCH):
            part = self._frame.iloc[start : start + _BATCH]
            columns = []
            for at in range(len(self.columns)):
                series = part.iloc[:, at]
                pairs = zip(series.tolist(), series.isna().tolist(), strict=True)
                columns.append([None if empty is True else flat(value) for value, empty in pairs])
            for row, cells in enumerate(zip(*columns, strict=True), start + 1):
                content.update(repr(cells).encode("utf-8", "backslashreplace"))
                yield row, cells
        self._digest = content.hexdigest()

    def digest(self) -> str:
        """SHA-256 (hex) of the rows, once all were read."""
        return self._digest


def check_once(table: str, columns: tuple[str, ...]) -> None:
    """Refuse a table that names a column twice.

    Raises:
        InputError: names the columns.
    """
    if twice := sorted({name for name in columns if columns.count(name) > 1}):
        raise InputError(f"{table} names {', '.join(map(repr, twice))} more than once.")
