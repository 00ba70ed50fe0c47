"""Labelled rows as the input of a run."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from fewsight.digest import digest
from fewsight.evals.arms.answers import Parts
from fewsight.events import CustomerHistory, history_record
from fewsight.tables import Counts

SEPARATOR = "\x1f"


@dataclass(frozen=True)
class RowHistories:
    """All rows of all parts, each a customer of its own.

    A customer's id holds the part, the row's id and a digest of its content. So what a ledger knows is about this very
    content, and rows may come and go between two runs into one folder; therefore the digest says nothing of them.
    """

    parts: Parts
    newest: None = None
    digest: str = "each customer's id is of its content"

    @property
    def counts(self) -> Counts:
        """Rows as customers."""
        rows = sum(map(len, self.parts.values()))
        return Counts(rows=rows, events=rows, customers=rows)

    def __iter__(self) -> Iterator[CustomerHistory]:
        """The histories, part after part."""
        for part, rows in self.parts.items():
            for row in rows:
                content = digest(history_record(replace(row.history, customer_id="")))[:12]
                yield replace(row.history, customer_id=SEPARATOR.join((part, row.id, content)))


def part_and_row(customer_id: str) -> tuple[str, str, str]:
    """The part, the row's id and the digest of its content."""
    part, row, content = customer_id.split(SEPARATOR)
    return part, row, content
