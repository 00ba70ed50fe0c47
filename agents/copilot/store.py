"""The log of cases, in the same SQLite file as the customers' tables, so that an act and its entry are one transaction.

The log is append-only: the file itself refuses to change or remove an entry. Under WAL with full synchronisation a
killed process or a torn last page loses no whole transaction, and never leaves half of one.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, get_type_hints

from pydantic import BaseModel

from fewsight.agents.copilot.case import Case, Entry, fold
from fewsight.errors import CaseError, PolicyError

VERSION: Final = 2
OURS: Final = "copilot_"
"""Before the names of our tables; tools can't write to them."""
LOG: Final = OURS + "log"
OUTBOX: Final = OURS + "outbox"

_TABLE: Final = f"""
BEGIN;
CREATE TABLE IF NOT EXISTS {LOG} (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    version INTEGER NOT NULL,
    case_id TEXT NOT NULL,
    time TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    key TEXT UNIQUE
) STRICT;
CREATE INDEX IF NOT EXISTS {LOG}_case ON {LOG} (case_id, seq);
CREATE TRIGGER IF NOT EXISTS {LOG}_update BEFORE UPDATE ON {LOG}
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER IF NOT EXISTS {LOG}_delete BEFORE DELETE ON {LOG}
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
COMMIT;
"""

_READS: Final = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
_WRITES: Final = {sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE}

ReadState = Callable[[str, sqlite3.Connection], BaseModel]


class Store:
    """Customers' tables and the log of their cases.

    Args:
        path: the SQLite file; it is made where it is missing.
        read_state: the state of a customer, from the file's tables; a KeyError says that there is no such customer.

    Raises:
        CaseError: the file can't be opened, is no database, or a later fewsight wrote its log.
        PolicyError: `read_state` does not say which model it returns.
    """

    def __init__(self, path: Path, read_state: ReadState) -> None:
        self._read_state = read_state
        self.model = state_model(read_state)
        try:
            self.database = sqlite3.connect(path, isolation_level=None, timeout=30)
            self.database.execute("PRAGMA journal_mode = WAL")
            self.database.execute("PRAGMA synchronous = FULL")
            self.database.executescript(_TABLE)
            (newest,) = self.database.execute(f"SELECT max(version) FROM {LOG}").fetchone()  # noqa: S608 - our name
        except sqlite3.Error as error:
            raise CaseError(f"Can't open the cases in {str(path)!r}: {error}. Name another file.") from error
        if (newest or 0) > VERSION:
            raise CaseError(f"{str(path)!r} holds a log of version {newest}; this fewsight reads up to {VERSION}.")

    def state(self, customer_id: str) -> BaseModel:
        """The customer's state as of now.

        Raises:
            CaseError: there is no such customer.
        """
        try:
            with self.limited(writes=False):
                return self._read_state(customer_id, self.database)
        except KeyError as error:
            raise CaseError(f"There is no customer {customer_id!r}.") from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; other writers wait. Inside another one it is a part of that."""
        is_part = self.database.in_transaction
        if is_part:
            yield
            return
        self.database.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.database.execute("COMMIT")
        except BaseException:
            if self.database.in_transaction:
                self.database.execute("ROLLBACK")
            raise

    @contextmanager
    def limited(self, *, writes: bool) -> Iterator[None]:
        """Let code that is not ours read, or also `writes`: no log, no transaction, no table and no setting changed."""

        def permit(action: int, first: str | None, *_: str | None) -> int:
            may = action in _READS or (writes and action in _WRITES and not (first or "").lower().startswith(OURS))
            return sqlite3.SQLITE_OK if may else sqlite3.SQLITE_DENY

        self.database.set_authorizer(permit)
        try:
            yield
        finally:
            self.database.set_authorizer(None)

    def append(self, case_id: str, kind: str, body: Mapping[str, Any], key: str | None = None) -> int:
        """Add an entry, and return its number. An entry whose `key` is there already is not added again."""
        if key is not None:
            known = self.database.execute(f"SELECT seq FROM {LOG} WHERE key = ?", (key,)).fetchone()  # noqa: S608
            if known is not None:
                return int(known[0])
        row = (VERSION, case_id, datetime.now(UTC).isoformat(), kind, json.dumps(body, ensure_ascii=False), key)
        cursor = self.database.execute(
            f"INSERT INTO {LOG} (version, case_id, time, kind, body, key) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608
            row,
        )
        return int(cursor.lastrowid or 0)

    def case(self, case_id: str) -> Case:
        """A case as its entries tell it.

        Raises:
            CaseError: there is no such case.
        """
        rows = self.database.execute(
            f"SELECT seq, time, kind, body FROM {LOG} WHERE case_id = ? ORDER BY seq",  # noqa: S608
            (case_id,),
        )
        entries = [Entry(seq, time, kind, json.loads(body)) for seq, time, kind, body in rows]
        if not entries:
            raise CaseError(f"There is no case {case_id!r}.")
        return fold(case_id, entries)

    def cases(self) -> list[str]:
        """Ids of all cases, oldest first."""
        return [row[0] for row in self.database.execute(f"SELECT case_id FROM {LOG} GROUP BY 1 ORDER BY min(seq)")]  # noqa: S608

    def close(self) -> None:
        """Close the file; closing twice is fine."""
        self.database.close()


def state_model(read_state: ReadState) -> type[BaseModel]:
    """The model that a function says it returns.

    Raises:
        PolicyError: it says none.
    """
    model = get_type_hints(read_state).get("return")
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        raise PolicyError("Write read_state(customer_id: str, database: Connection) -> A_PYDANTIC_MODEL.")
    return model
