"""Cases of the copilot in an SQLite file: all entries of a customer's cases leave, others stay as they are."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from fewsight.errors import InputError
from fewsight.forget.who import Who

LOG: Final = "copilot_log"
"""The table of cases. It refuses to lose an entry; erasure alone takes its triggers away, and puts them back."""

_PREFIX: Final = "copilot_"
_HEAD: Final = b"SQLite format 3\0"


def has_cases(path: Path) -> bool:
    """Whether a file is a database with cases of the copilot."""
    with path.open("rb") as file:
        if file.read(len(_HEAD)) != _HEAD:
            return False
    with closing(_open(path)) as database:
        return LOG in _tables(database)


def digests(path: Path, who: Who) -> list[str]:
    """SHA-256 (hex) of each entry of the customer's cases, as text."""
    with closing(_open(path)) as database:
        rows = [repr(row) for row in _rows(database, _cases(database, who))]
    return [hashlib.sha256(row.encode("utf-8", "surrogatepass")).hexdigest() for row in rows]


def require_free(path: Path) -> None:
    """Stop where another process writes the file, before anything is removed anywhere.

    Raises:
        InputError: it is in use, or can't be written.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        try:
            database.execute("BEGIN IMMEDIATE")
            database.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            raise InputError(f"{str(path)!r} is in use: {error}. Close what uses it; nothing was removed.") from error


def remove(path: Path, who: Who) -> None:
    """Remove the entries in one transaction, and write the file anew, so that their bytes are gone too.

    Raises:
        InputError: another process uses the file.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        cases = [(case,) for case in _cases(database, who)]
        try:
            database.execute("PRAGMA secure_delete = ON")
            database.execute("BEGIN IMMEDIATE")
            for table in _of_cases(database):
                guards = _guards(database, table)
                for name, _ in guards:
                    database.execute(f'DROP TRIGGER "{name}"')
                database.executemany(f'DELETE FROM "{table}" WHERE case_id = ?', cases)  # noqa: S608 - a name of ours
                for _, statement in guards:
                    database.execute(statement)
            database.execute("COMMIT")
            database.execute("VACUUM")
            (busy, *_) = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError as error:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise InputError(
                f"Can't take cases out of {str(path)!r}: {error}. Close what uses it, and give the same command again."
            ) from error
        if busy:
            raise InputError(
                f"{str(path)!r} is being read by another process; close it, and give the same command again."
            )


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _tables(database: sqlite3.Connection) -> list[str]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    return [name for (name,) in database.execute(query)]


def _of_cases(database: sqlite3.Connection) -> Iterator[str]:
    """The copilot's tables whose rows are of a case; customers' own tables are left."""
    for table in _tables(database):
        columns = [row[1] for row in database.execute(f'PRAGMA table_info("{table}")')]
        if table.startswith(_PREFIX) and "case_id" in columns:
            yield table


def _guards(database: sqlite3.Connection, table: str) -> list[tuple[str, str]]:
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
    return list(database.execute(query, (table,)))


def _cases(database: sqlite3.Connection, who: Who) -> list[str]:
    opened = database.execute(f"SELECT case_id, body FROM {LOG} ORDER BY seq")  # noqa: S608 - a name of ours
    return list(dict.fromkeys(case for case, body in opened if who.owns(json.loads(body))))


def _rows(database: sqlite3.Connection, cases: list[str]) -> Iterator[tuple[object, ...]]:
    for table in _of_cases(database):
        for case in cases:
            yield from database.execute(f'SELECT * FROM "{table}" WHERE case_id = ?', (case,))  # noqa: S608
