"""Mails of a mailbox: what the firm sent belongs to the history of whoever it was sent to."""

from collections.abc import Iterator

from fewsight.tables.mapping import ColumnMapping
from fewsight.tables.reading.rows import first_of_list, identifier
from fewsight.tables.records import Broken, Record, Source
from fewsight.tables.words import AGENT, CUSTOMER, squash


class Mailbox:
    """A source with a column of authors: the firm's addresses are named in the mapping, all others are customers'.

    A mail of the firm gets its recipient for the customer.
    """

    def __init__(self, source: Source, mapping: ColumnMapping) -> None:
        self._source = source
        self.name = source.name
        self.author = f"{mapping.columns['customer_id']} author"
        self.columns = (*source.columns, self.author)
        self._from, self._to = (source.columns.index(mapping.columns[role]) for role in ("customer_id", "recipient"))
        self._firm = {squash(address) for address, who in mapping.authors.items() if who == AGENT}

    def records(self) -> Iterator[Record]:
        """All rows."""
        for line, cells in self._source.records():
            if isinstance(cells, Broken) or cells[self._from] in (None, ""):
                yield line, cells if isinstance(cells, Broken) else [*cells, None]
                continue
            by_firm = squash(identifier(cells[self._from])) in self._firm
            row = [*cells, AGENT if by_firm else CUSTOMER]
            if by_firm and cells[self._to] not in (None, ""):
                row[self._from] = first_of_list(identifier(cells[self._to]))
            yield line, row

    def digest(self) -> str:
        """That of the source."""
        return self._source.digest()
