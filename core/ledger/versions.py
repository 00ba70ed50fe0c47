"""Older versions of insights: a result that is asked anew moves to a table of its own, as it was recorded.

`results` holds the newest version of each insight; `older` those before it; `inputs` what a result was made from, and
when it was recorded. A ledger of before has the first table alone, and gets the others when it is written next.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fewsight.errors import LedgerError
from fewsight.insight import Insight, Status
from fewsight.ledger.rows import Result, Row, moment_text, read_insight

_KEY: Final = "run, arm, seed, customer_id, as_of, task"
_COLUMNS: Final = f"{_KEY}, answer_key, event_map, status, body, digest"

_TABLES: Final = f"""
CREATE TABLE IF NOT EXISTS inputs (
    run TEXT NOT NULL,
    arm TEXT NOT NULL,
    seed INTEGER NOT NULL,
    customer_id TEXT NOT NULL,
    as_of TEXT NOT NULL,
    task TEXT NOT NULL,
    history TEXT,
    recorded TEXT NOT NULL,
    PRIMARY KEY ({_KEY})
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS older (
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
    history TEXT,
    recorded TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS older_by_customer ON older ({_KEY});
CREATE INDEX IF NOT EXISTS older_by_answer ON older (answer_key);
"""

_PUT_INPUT: Final = """
INSERT INTO inputs SELECT run, arm, seed, customer_id, as_of, task, ?, ? FROM results
WHERE run = ? AND arm = ? AND seed = ? AND customer_id = ? AND as_of = ? AND task = ? AND digest = ?
ON CONFLICT DO UPDATE SET history = excluded.history, recorded = excluded.recorded
"""

_OF_ONE: Final = "run = ? AND arm = ? AND seed = ? AND customer_id = ? AND task = ?"

# A failure is no version: nothing was answered.
_KEEP: Final = f"""
INSERT INTO older SELECT {_COLUMNS}, history, recorded FROM results LEFT JOIN inputs USING ({_KEY})
WHERE {_OF_ONE} AND status <> 'failed'
"""  # noqa: S608 - names of our own

_GET_NEWEST: Final = f"""
SELECT task, as_of, status, history FROM results LEFT JOIN inputs USING ({_KEY})
WHERE run = ? AND arm = ? AND seed = ? AND customer_id = ? ORDER BY as_of
"""  # noqa: S608

_GET_NEWEST_BARE: Final = """
SELECT task, as_of, status, NULL FROM results
WHERE run = ? AND arm = ? AND seed = ? AND customer_id = ? ORDER BY as_of
"""

BY_CUSTOMER: Final = "rtrim(customer_id, '0123456789'), length(customer_id), customer_id"
"""The order of customers: numbers at the end of ids count as numbers, so that row-2 stands before row-10."""

_WANTED: Final = (
    "ifnull(run = :run, 1) AND ifnull(task = :task, 1) AND ifnull(arm = :arm, 1) AND ifnull(seed = :seed, 1)"
)
_GET_VERSIONS: Final = f"""
SELECT * FROM (SELECT {_COLUMNS}, recorded, 1 AS newest FROM results LEFT JOIN inputs USING ({_KEY}) WHERE {_WANTED}
UNION ALL SELECT {_COLUMNS}, recorded, 0 AS newest FROM older WHERE {_WANTED})
ORDER BY run, arm, seed, {BY_CUSTOMER}, task, newest, as_of, recorded
"""  # noqa: S608

_GET_BARE: Final = f"""
SELECT {_COLUMNS}, NULL, 1 FROM results WHERE {_WANTED} ORDER BY run, arm, seed, {BY_CUSTOMER}, task, as_of
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Newest:
    """What is known of the newest version of an insight: `history` is a digest of what it was made from."""

    as_of: datetime | None
    status: Status
    history: str | None


@dataclass(frozen=True, slots=True)
class Version:
    """An insight, when it was recorded (None where an earlier fewsight did not say), and whether it is the newest."""

    insight: Insight
    recorded: datetime | None
    newest: bool

    def to_dict(self) -> dict[str, Any]:
        """The insight's plain values, and `recorded` and `newest`."""
        recorded = self.recorded.isoformat() if self.recorded else None
        return {**self.insight.to_dict(), "recorded": recorded, "newest": self.newest}


def add_tables(database: sqlite3.Connection) -> None:
    """Make the tables of versions where a ledger has none."""
    if not has_tables(database):
        database.executescript(_TABLES)


def has_tables(database: sqlite3.Connection) -> bool:
    """Whether a ledger has the tables of versions."""
    return database.execute("SELECT 1 FROM sqlite_master WHERE name = 'older_by_answer'").fetchone() is not None


def retire(database: sqlite3.Connection, result: Result) -> None:
    """Move what stands for this customer and task to the older versions."""
    one = (result.run, result.arm, result.seed, result.customer_id, result.task)
    database.execute(_KEEP, one)
    for table in ("inputs", "results"):
        database.execute(f"DELETE FROM {table} WHERE {_OF_ONE}", one)  # noqa: S608


def note_inputs(database: sqlite3.Connection, result: Result, digest: str, recorded: str) -> None:
    """Note what a result was made from and when, if it is the one that was kept."""
    key = (result.run, result.arm, result.seed, result.customer_id, moment_text(result.as_of), result.task)
    database.execute(_PUT_INPUT, (result.history, recorded, *key, digest))


def newest_of(database: sqlite3.Connection, series: tuple[str, str, int], customer_id: str) -> dict[str, Newest]:
    """By task, the newest version of a customer's insights."""
    rows = database.execute(_GET_NEWEST if has_tables(database) else _GET_NEWEST_BARE, (*series, customer_id))
    return {task: Newest(_moment(as_of), status, history) for task, as_of, status, history in rows}


def all_versions(database: sqlite3.Connection, wanted: dict[str, str | int | None]) -> Iterator[tuple[Row, Version]]:
    """Rows as they were recorded, with what they say; a customer's versions of a task stand together, oldest first."""
    for row in database.execute(_GET_VERSIONS if has_tables(database) else _GET_BARE, wanted):
        *recorded, moment, newest = row
        _, _, _, customer_id, as_of, task, _, _, status, body, _ = recorded
        insight = read_insight(customer_id, as_of, task, status, body)
        yield tuple(recorded), Version(insight, _moment(moment), bool(newest))


def older_rows(database: sqlite3.Connection) -> Iterator[Row]:
    """The older versions as they were recorded."""
    if has_tables(database):
        yield from database.execute(f"SELECT {_COLUMNS} FROM older")  # noqa: S608


def count_older(database: sqlite3.Connection) -> int:
    """How many older versions there are."""
    return int(database.execute("SELECT count(*) FROM older").fetchone()[0]) if has_tables(database) else 0


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise LedgerError(
            f"The ledger is damaged or was changed: {text!r} stands where a moment should. Restore a copy of the file."
        ) from error
