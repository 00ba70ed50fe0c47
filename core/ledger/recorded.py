"""Results in the order in which they were recorded, for whoever follows a ledger that is being written."""

from collections.abc import Iterator
from typing import Final

from fewsight.insight import Insight
from fewsight.ledger.ledger import Ledger
from fewsight.ledger.rows import read_insight

_GET: Final = "SELECT rowid, * FROM results WHERE rowid > ? ORDER BY rowid LIMIT ?"


def recorded(ledger: Ledger, after: int = 0, most: int = -1) -> Iterator[tuple[int, Insight]]:
    """Insights with their numbers, from the one after number `after` on, `most` of them (-1: all).

    A result that failed and was asked again keeps its number, and erasing customers gives new ones.

    Raises:
        LedgerError: the file is damaged, or a row is not what was recorded.
    """
    with ledger._errors_named():
        for number, *row in ledger._database.execute(_GET, (after, most)):
            _, _, _, customer_id, as_of, name, _, _, status, body, _ = row
            ledger._check(tuple(row), f"task {name!r} of customer {customer_id!r}")
            yield number, read_insight(customer_id, as_of, name, status, body)


def count_results(ledger: Ledger) -> int:
    """How many results there are.

    Raises:
        LedgerError: the file is damaged.
    """
    with ledger._errors_named():
        return int(ledger._database.execute("SELECT count(*) FROM results").fetchone()[0])
