"""Taking customers out of a ledger: their results and versions, and the answers that only these use."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Self

from fewsight.errors import LedgerError
from fewsight.ledger.versions import has_tables


@dataclass(frozen=True)
class Erasure:
    """The rows of some customers in a ledger."""

    database: sqlite3.Connection
    customers: frozenset[str]
    tables: tuple[str, ...]

    @classmethod
    def of(cls, database: sqlite3.Connection, belongs: Callable[[str], bool]) -> Self:
        """Of all customers whose ids belong to somebody."""
        tables = ("results", "older") if has_tables(database) else ("results",)
        queries = (f"SELECT DISTINCT customer_id FROM {table}" for table in tables)  # noqa: S608 - names of our own
        ids = (one for query in queries for (one,) in database.execute(query))
        return cls(database, frozenset(filter(belongs, ids)), tables)

    def digests(self) -> list[str]:
        """The digests of the rows: of results and versions, then of answers that nobody else uses."""
        rows = list(self._rows())
        answers = (self.database.execute("SELECT digest FROM answers WHERE key = ?", (key,)) for key in self._unused())
        return [digest for _, digest in rows] + [digest for found in answers for (digest,) in found]

    def remove(self) -> None:
        """Remove the rows in one transaction, then write the file anew, without anything that was ever deleted from it.

        Raises:
            LedgerError: somebody is reading it, so that the old file has to stay.
        """
        ids, keys = [(one,) for one in sorted(self.customers)], [(key,) for key in self._unused()]
        self.database.execute("PRAGMA secure_delete = ON")
        self.database.execute("BEGIN IMMEDIATE")
        try:
            for table in (*self.tables, *(["inputs"] if len(self.tables) > 1 else [])):
                self.database.executemany(f"DELETE FROM {table} WHERE customer_id = ?", ids)  # noqa: S608
            self.database.executemany("DELETE FROM answers WHERE key = ?", keys)
            self.database.execute("COMMIT")
        except BaseException:
            if self.database.in_transaction:
                self.database.execute("ROLLBACK")
            raise
        self.database.execute("VACUUM")
        (busy, *_) = self.database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise LedgerError("A ledger is being read by another process; close it, and give the same command again.")

    def _rows(self) -> Iterator[tuple[str | None, str]]:
        """Answer keys and digests of the customers' results and versions."""
        for table in self.tables:
            query = f"SELECT answer_key, digest FROM {table} WHERE customer_id = ?"  # noqa: S608
            for one in sorted(self.customers):
                yield from self.database.execute(query, (one,))

    def _unused(self) -> list[str]:
        """Keys of answers that nobody else uses."""
        keys = {key for key, _ in self._rows() if key is not None}
        return sorted(key for key in keys if not self._is_used_by_others(key))

    def _is_used_by_others(self, key: str) -> bool:
        queries = (f"SELECT DISTINCT customer_id FROM {table} WHERE answer_key = ?" for table in self.tables)  # noqa: S608
        return any(one not in self.customers for query in queries for (one,) in self.database.execute(query, (key,)))
