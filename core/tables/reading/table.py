"""One table while it is read: looked at, shaped as its mapping asks, and poured into a store."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import tzinfo
from typing import Any

from fewsight.errors import InputError
from fewsight.tables.columns import Sheet
from fewsight.tables.mapping import ColumnMapping
from fewsight.tables.quarantine import Quarantine
from fewsight.tables.reading.cleaning import Cleaner
from fewsight.tables.reading.guess import Sample
from fewsight.tables.reading.rows import Row, RowReader, identifier
from fewsight.tables.records import Broken, Cells, OpenedSource, Source
from fewsight.tables.several.identities import Identities
from fewsight.tables.shapes import Head, Nested, Peeked, dotted, reshape, sheet_through
from fewsight.tables.store import Store

_NO_ORDER = "no customer, and no number of an order by which it could be found"


def no_rows(name: str) -> str:
    """What is said of a table that has none."""
    return f"{name} has columns, but no rows."


class Table:
    """A source with its first rows looked at, to be read once.

    `name` is what it is called among several tables, None where it is alone. `mapping` is the one that it is read with,
    `beside` says whether it was given as the table of profiles. `opened` is the source as it was opened.

    Raises:
        InputError: it is alone, and has no rows.
    """

    def __init__(self, source: OpenedSource, name: str | None = None, beside: bool = False) -> None:
        self.name, self.beside, self.number = name, beside, 0
        self.opened, self.notes = source, list(source.notes)
        self._peeked = Peeked(source)
        self.is_empty = not self._peeked.head
        if self.is_empty and name is None:
            raise InputError(no_rows(source.name))
        self._shaped = ColumnMapping()
        self.mapping = ColumnMapping()
        self.zone: tzinfo | None = None
        self.source: Source = self._peeked
        self.inner = dotted(self._peeked.sheet)
        self.sheet = self._peeked.sheet
        self.good = self.bad = 0

    @property
    def sample(self) -> Sample:
        """The first values of each column, without empty ones."""
        return self.sheet.sample

    @property
    def whole(self) -> Sheet:
        """The first rows with all that stands in objects."""
        return sheet_through(Nested(Head(self._peeked), self.inner))

    @property
    def unfolded(self) -> int:
        """Messages that stood inside rows."""
        return getattr(self.source, "unfolded", 0)

    @property
    def are_profiles(self) -> bool:
        """Whether each row is a customer, without an event."""
        return self.mapping.rows == "profiles"

    def reshape(self, mapping: ColumnMapping) -> ColumnMapping:
        """Open objects and unfold messages as a mapping asks for; returns the mapping that fits."""
        self._shaped = mapping
        self.source, fitted = reshape(self._peeked, mapping, self.inner)
        self.sheet = sheet_through(reshape(Head(self._peeked), mapping, self.inner)[0])
        return fitted

    def column(self, name: str) -> Iterator[Any]:
        """All cells of a column, read anew from the source."""
        source, _ = reshape(self._peeked.source, self._shaped, self.inner)
        at = source.columns.index(name)
        return (cells[at] for _, cells in source.records() if not isinstance(cells, Broken))

    def pour(self, store: Store, bad: Quarantine, identities: Identities | None = None) -> None:
        """Read all rows into a store, and what is broken into the quarantine."""
        columns = self.source.columns
        cleaner = Cleaner(self.mapping, columns)
        reader = RowReader(self.mapping, columns, self.zone, self.name)
        role = "event_id" if self.mapping.rows == "lines" else "order"
        place = columns.index(self.mapping.columns[role]) if role in self.mapping.columns else None
        for number, (line, cells) in enumerate(self.source.records(), 1):
            row: Any = cells if isinstance(cells, Broken) else cleaner.clean(line, cells)
            order = None if place is None or isinstance(row, Broken) else row[place]
            row = row if isinstance(row, Broken) else reader.read(number, line, row)
            if not isinstance(row, Broken):
                row = self._placed(row, order, identities)
            if isinstance(row, Broken):
                self.bad += 1
                bad.add(self._as_it_stood(row, cells), "profiles: " if self.beside else "", self.name)
            else:
                self.good += 1
                store.add(row)
        self.notes += cleaner.notes()

    def _placed(self, row: Row, order: object, identities: Identities | None) -> Row | Broken:
        """A row with the number of its table, under the customer that it has among all tables."""
        if self.name is None:
            return (*row, self.number, None)
        line, customer, time, name, twin, *rest = row
        if customer is None and order is None:
            return Broken(line, _NO_ORDER)
        # what is double in one table is so among the rows of one of its ids
        twin = None if twin is None else hash((self.number, customer, twin))
        if customer is not None and identities is not None:
            customer = identities.of(self.name, customer)
        return (line, customer, time, name, twin, *rest, self.number, None if order is None else identifier(order))

    def _as_it_stood(self, row: Broken, cells: Cells | Broken) -> Broken:
        """With the value that the table had, where a word for nothing was taken for none."""
        if row.value is not None or row.column is None or isinstance(cells, Broken):
            return row
        return replace(row, value=cells[self.source.columns.index(row.column)])
