"""Messages whose customer column names the writer: replies are given to the customer of their conversation."""

from collections.abc import Iterator
from typing import Any

from fewsight.tables.mapping import ColumnMapping
from fewsight.tables.reading.readers import Authors
from fewsight.tables.reading.rows import identifier
from fewsight.tables.records import Broken, Record, Source
from fewsight.tables.words import CUSTOMER


class Conversations:
    """A source in which replies have the customer who wrote in the same conversation.

    Replies before the customer's first message wait for it; in a conversation without one, its id is the customer. What
    is kept is one customer for each conversation.
    """

    def __init__(self, source: Source, mapping: ColumnMapping) -> None:
        self._source = source
        self.name, self.columns = source.name, source.columns
        place = {name: at for at, name in enumerate(source.columns)}
        self._customer, self._author, self._talk = (
            place[mapping.columns[role]] for role in ("customer_id", "author", "conversation")
        )
        self._authors = Authors(mapping)

    def records(self) -> Iterator[Record]:
        """All rows; a reply that waited comes after the message that it waited for."""
        owners: dict[str, Any] = {}
        waiting: dict[str, list[tuple[int, list[Any]]]] = {}
        for line, cells in self._source.records():
            if isinstance(cells, Broken) or cells[self._talk] in (None, "") or cells[self._author] in (None, ""):
                yield line, cells
                continue
            talk = identifier(cells[self._talk])
            if self._authors.who(identifier(cells[self._author]), None) == CUSTOMER:
                owners.setdefault(talk, cells[self._customer])
                yield line, cells
                yield from ((at, self._given(row, owners[talk])) for at, row in waiting.pop(talk, ()))
            elif talk in owners:
                yield line, self._given(list(cells), owners[talk])
            else:
                waiting.setdefault(talk, []).append((line, list(cells)))
        for talk, rows in waiting.items():
            yield from ((at, self._given(row, talk)) for at, row in rows)

    def digest(self) -> str:
        """That of the source."""
        return self._source.digest()

    def _given(self, row: list[Any], owner: Any) -> list[Any]:  # noqa: ANN401 - a cell
        row[self._customer] = owner
        return row
