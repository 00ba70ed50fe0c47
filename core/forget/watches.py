"""The state of a watch (SQLite) without the rows of one customer, from every table that has a column of customers."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from fewsight.errors import LedgerError
from fewsight.forget.who import COLUMNS, Who
from fewsight.ledger.lock import WriterLock


def digests(path: Path, who: Who) -> list[str]:
    """SHA-256 (hex) of each of the customer's rows, as text.

    Raises:
        LedgerError: it is being written.
    """
    lock = WriterLock(path)
    try:
        with closing(_connected(path)) as database:
            rows = [row for table, column, id_ in _owned(database, who) for row in _rows(database, table, column, id_)]
    finally:
        lock.close()
    return [hashlib.sha256(repr(row).encode("utf-8", "surrogatepass")).hexdigest() for row in rows]


def remove(path: Path, who: Who) -> None:
    """Remove the customer's rows in one transaction, then write the file anew, without anything that was deleted.

    Raises:
        LedgerError: it is being written or read.
    """
    lock = WriterLock(path)
    try:
        with closing(_connected(path)) as database:
            owned = list(_owned(database, who))
            database.execute("PRAGMA secure_delete = ON")
            with database:
                for table, column, id_ in owned:
                    database.execute(f"DELETE FROM {_quoted(table)} WHERE {_quoted(column)} = ?", (id_,))  # noqa: S608
            database.execute("VACUUM")
            (busy, *_) = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy:
                raise LedgerError(f"{str(path)!r} is being read by another process; close it, and try again.")
    finally:
        lock.close()


def _connected(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path)
    database.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    return database


def _owned(database: sqlite3.Connection, who: Who) -> Iterator[tuple[str, str, str]]:
    """Tables and columns with the ids that are the customer's."""
    tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        names = [row[1] for row in database.execute(f"PRAGMA table_info({_quoted(table)})")]
        for column in (name for name in names if name in COLUMNS):
            ids = database.execute(f"SELECT DISTINCT {_quoted(column)} FROM {_quoted(table)}").fetchall()  # noqa: S608
            yield from ((table, column, id_) for (id_,) in ids if who.is_id(id_))


def _rows(database: sqlite3.Connection, table: str, column: str, id_: str) -> list[tuple[object, ...]]:
    query = f"SELECT * FROM {_quoted(table)} WHERE {_quoted(column)} = ?"  # noqa: S608 - quoted
    return database.execute(query, (id_,)).fetchall()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
