"""Dates and times of day in two columns, as one column of moments."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, Final

from fewsight.tables.columns.sheet import is_empty
from fewsight.tables.mapping import ColumnMapping
from fewsight.tables.records import Broken, Record, Source

_MIDNIGHT: Final = re.compile(r"[T ]0{1,2}:00(?::00(?:\.0+)?)?$", re.ASCII)
"""What stands for no time of day behind a date."""

_DIGITS: Final = re.compile(r"^(\d\d)(\d\d)(\d\d)$", re.ASCII)


class Clocked:
    """A source whose dates have the time of day that stands beside them; dates without one stay as they are."""

    def __init__(self, source: Source, mapping: ColumnMapping) -> None:
        self._source = source
        self.name, self.columns = source.name, source.columns
        self._date = source.columns.index(mapping.columns["time"])
        self._clock = source.columns.index(mapping.columns["time_of_day"])

    def records(self) -> Iterator[Record]:
        """All rows, with moments in the place of dates."""
        for line, cells in self._source.records():
            if isinstance(cells, Broken) or is_empty(cells[self._date]) or is_empty(cells[self._clock]):
                yield line, cells
                continue
            row = list(cells)
            row[self._date] = joined(row[self._date], row[self._clock])
            yield line, row

    def digest(self) -> str:
        """That of the source."""
        return self._source.digest()


def joined(day: Any, clock: Any) -> Any:  # noqa: ANN401 - any cells
    """One cell of two.

    >>> joined("03/14/2024", "9:10 PM"), joined("2024-03-14 00:00:00", "21:10")
    ('03/14/2024 9:10 PM', '2024-03-14 21:10')
    """
    if isinstance(day, date) and isinstance(clock, time):
        return datetime.combine(day, clock)
    plain = day.strftime("%Y-%m-%d") if isinstance(day, date) else _MIDNIGHT.sub("", str(day).strip())
    return plain + " " + _DIGITS.sub(r"\1:\2:\3", str(clock).strip())
