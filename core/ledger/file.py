"""Opening the ledger's SQLite file: its tables, its version, and how it survives a crash."""

import os
import sqlite3
from pathlib import Path
from typing import Final
from urllib.request import pathname2url

from fewsight.errors import LedgerError

VERSION: Final = 1
"""Version of the tables, kept in the file's `user_version`."""

WRITING: Final = 0x66735752
CLOSED: Final = 0x6673434C
"""Whether the file was closed by its writer ('fsCL') or not ('fsWR'), kept in its `application_id`; 0 where a fewsight
wrote it that did not say so. While it is written, the newest batches stand in the file beside it that ends in -wal."""

_WAL_MAGIC: Final = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")

# Results are found by customer first, so that reading in order brings a customer's tasks together.
_TABLES: Final = f"""
BEGIN;
CREATE TABLE answers (
    key TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    answer_tokens INTEGER NOT NULL,
    computed_tokens INTEGER NOT NULL,
    digest TEXT NOT NULL
) STRICT;
CREATE TABLE results (
    run TEXT NOT NULL,
    arm TEXT NOT NULL,
    seed INTEGER NOT NULL,
    customer_id TEXT NOT NULL,
    as_of TEXT NOT NULL,
    task TEXT NOT NULL,
    answer_key TEXT REFERENCES answers (key),
    event_map TEXT NOT NULL,
    status TEXT NOT NULL,
    body TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (run, arm, seed, customer_id, as_of, task)
) STRICT;
PRAGMA user_version = {VERSION};
COMMIT;
"""

# NORMAL under WAL: a killed process loses no committed batch; a power cut may lose the last ones, never half of one.
_WRITER: Final = (
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -16000",
    "PRAGMA wal_autocheckpoint = 4000",
    "PRAGMA journal_size_limit = 67108864",
)


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """A connection to a ledger of this version; a writer makes the tables where the file is new.

    Raises:
        LedgerError: the file can't be opened, is not a ledger, or was written by another version.
    """
    try:
        database = sqlite3.connect(_address(path, read_only), uri=True, isolation_level=None, timeout=30)
    except sqlite3.Error as error:
        raise LedgerError(f"Can't open the ledger {str(path)!r}: {error}. Does its folder exist?") from error
    try:
        if not read_only:
            _prepare(database, path)
        _check_version(database, path)
    except sqlite3.Error as error:
        database.close()
        raise LedgerError(
            f"Can't use {str(path)!r} as a ledger: {error}. Name another file, or move it away."
        ) from error
    except LedgerError:
        database.close()
        raise
    return database


def mark_writing(database: sqlite3.Connection) -> None:
    """Note in the main file, not only beside it, that a writer is at work."""
    database.execute(f"PRAGMA application_id = {WRITING}")
    database.execute("PRAGMA wal_checkpoint(PASSIVE)")


def mark_closed(database: sqlite3.Connection) -> None:
    """Bring everything into the main file, and note that nothing is missing from it."""
    database.execute(f"PRAGMA application_id = {CLOSED}")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def is_marked_writing(database: sqlite3.Connection) -> bool:
    """Whether a writer is at work, or was killed at it.

    Whoever closes such a file as the last brings it up to date and removes the one beside it, as SQLite does: without
    `mark_closed` before, it would look as if the newest batches were missing.
    """
    (state,) = database.execute("PRAGMA application_id").fetchone()
    return bool(state == WRITING)


def lost_batches(database: sqlite3.Connection, path: Path) -> str | None:
    """Why the newest batches may be missing, or None.

    A file that was not closed needs the one beside it, and SQLite takes a missing or unreadable one for an empty one.
    """
    beside = path.with_name(path.name + "-wal")
    try:
        with beside.open("rb") as file:
            start = file.read(4)
    except FileNotFoundError:
        start = b""
    if not is_marked_writing(database) or start in _WAL_MAGIC:
        return None
    return (
        f"the newest batches are missing: {path.name} was not closed by its writer, and {beside.name}, which held "
        f"them, is {'damaged' if start else 'gone'}. Copy both files together; or give the command that wrote the run "
        "again, which computes what is missing."
    )


def _address(path: Path, read_only: bool) -> str:
    address = "file:" + pathname2url(str(path.absolute()))
    if not read_only:
        return address
    # On a medium that can't be written SQLite can't make the file that readers share; nobody else writes there either.
    frozen = not os.access(path.parent, os.W_OK) and not path.with_name(path.name + "-wal").exists()
    return address + ("?mode=ro&immutable=1" if frozen else "?mode=ro")


def _prepare(database: sqlite3.Connection, path: Path) -> None:
    is_new = database.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    if is_new:
        (mode,) = database.execute("PRAGMA journal_mode = WAL").fetchone()
        if mode != "wal":
            raise LedgerError(f"The file system of {str(path)!r} can't hold a ledger (no WAL); use a local disk.")
        database.executescript(_TABLES)
    for setting in _WRITER:
        database.execute(setting)


def _check_version(database: sqlite3.Connection, path: Path) -> None:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version == VERSION:
        return
    if version:
        raise LedgerError(
            f"The ledger {str(path)!r} is of version {version}, this fewsight reads version {VERSION}; "
            "read it with the fewsight that wrote it, or write to another folder."
        )
    raise LedgerError(f"{str(path)!r} holds no ledger (nothing was written yet, or it is another SQLite file).")


def explained(error: sqlite3.Error, path: Path) -> str:
    """What went wrong with the file at `path`, and what to do, in words."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if name == "SQLITE_FULL" or name.startswith("SQLITE_IOERR"):
        return (
            f"Can't write the ledger {str(path)!r}: {error}. All batches before this one are kept. Make room (or move "
            "the whole run folder to a bigger disk), then give the same command again: it goes on from there."
        )
    if name.startswith("SQLITE_CONSTRAINT_FOREIGNKEY"):
        return f"A result for {str(path)!r} names an answer that was never recorded; record the answer with it."
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or "decode to UTF-8" in str(error):
        return f"The ledger {str(path)!r} is damaged: {error}. `fewsight ledger verify` names what is affected."
    return f"The ledger {str(path)!r} can't be used: {error}."
