"""What a watch remembers, in one SQLite file: settings, risks, alerts with their delivery, and looks.

One process writes. What a look finds is there as a whole or not at all, also after `kill -9`. Customers stand in
columns named `customer_id`, from which `fewsight forget` removes them.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self

from fewsight.agents.watch.model import Alert, Look
from fewsight.agents.watch.questions.asking import Question
from fewsight.errors import InputError
from fewsight.ledger.lock import WriterLock

NAME: Final = "watch.sqlite"
VERSION: Final = 1

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS scores (answerer TEXT NOT NULL, customer_id TEXT NOT NULL, moment TEXT NOT NULL,
    risk REAL NOT NULL, answer INTEGER, PRIMARY KEY (answerer, customer_id, moment)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS alerts (id TEXT PRIMARY KEY, customer_id TEXT NOT NULL, moment TEXT NOT NULL,
    rank INTEGER NOT NULL, body TEXT NOT NULL, answer INTEGER, sent TEXT, tries INTEGER NOT NULL DEFAULT 0, error TEXT);
CREATE TABLE IF NOT EXISTS looks (moment TEXT PRIMARY KEY, body TEXT NOT NULL);
"""

_OPEN: Final = """SELECT customer_id, moment FROM scores WHERE answer IS NULL
UNION SELECT customer_id, moment FROM alerts WHERE answer IS NULL"""


class State:
    """An open state; make it with `State.open`, use it as a context manager."""

    def __init__(self, path: Path, database: sqlite3.Connection, lock: WriterLock) -> None:
        self.path, self._database, self._lock = path, database, lock

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The state in a folder, which is made where it is not there; only its owner may read it.

        Raises:
            LedgerError: another process holds it.
            InputError: it is damaged or of another version.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / NAME
        lock = WriterLock(path)
        try:
            path.touch(mode=0o600)
            database = sqlite3.connect(path, isolation_level=None)
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = FULL")
            database.execute("PRAGMA secure_delete = ON")
            (version,) = database.execute("PRAGMA user_version").fetchone()
            if version not in (0, VERSION):
                raise InputError(f"{str(path)!r} has version {version}, and this fewsight reads {VERSION}.")
            database.executescript(_TABLES)
            database.execute(f"PRAGMA user_version = {VERSION}")
        except sqlite3.DatabaseError as error:
            lock.close()
            raise InputError(
                f"{str(path)!r} is no state of a watch, or damaged: {error}. Name a new --state."
            ) from error
        except BaseException:
            lock.close()
            raise
        return cls(path, database, lock)

    def setting(self, name: str) -> Any:  # noqa: ANN401 - any JSON value
        """What was kept under a name, or None."""
        row = self._database.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else None

    def keep(self, **settings: Any) -> None:  # noqa: ANN401 - any JSON values
        """Keep values under names."""
        rows = [(name, json.dumps(value)) for name, value in settings.items()]
        self._database.executemany("INSERT OR REPLACE INTO settings VALUES (?, ?)", rows)

    @property
    def last(self) -> datetime | None:
        """The moment of the newest look."""
        (text,) = self._database.execute("SELECT max(moment) FROM looks").fetchone()
        return datetime.fromisoformat(text) if text else None

    def looks(self) -> list[Look]:
        """All, the oldest first."""
        rows = self._database.execute("SELECT body FROM looks ORDER BY moment")
        return [Look.model_validate_json(body) for (body,) in rows]

    def add_scores(
        self, answerer: str, risks: Mapping[Question, float], answers: Mapping[Question, bool | None]
    ) -> None:
        """Keep risks, and whether the outcome came where that is known."""
        rows = [
            (answerer, who, _text(moment), risk, answers.get((who, moment))) for (who, moment), risk in risks.items()
        ]
        with self.writing():
            self._database.executemany("INSERT OR REPLACE INTO scores VALUES (?, ?, ?, ?, ?)", rows)

    def scored(self, answerer: str, moment: datetime) -> dict[str, float]:
        """Risks by customer at a moment."""
        query = "SELECT customer_id, risk FROM scores WHERE answerer = ? AND moment = ?"
        return dict(self._database.execute(query, (answerer, _text(moment))))

    def known(self, answerer: str) -> set[Question]:
        """All questions that were answered."""
        rows = self._database.execute("SELECT customer_id, moment FROM scores WHERE answerer = ?", (answerer,))
        return {(who, datetime.fromisoformat(text)) for who, text in rows}

    def open_questions(self) -> dict[str, list[datetime]]:
        """By customer, moments whose answer was not known yet."""
        waiting: dict[str, list[datetime]] = {}
        for who, text in self._database.execute(_OPEN):
            waiting.setdefault(who, []).append(datetime.fromisoformat(text))
        return waiting

    def settle(self, answers: Mapping[Question, bool]) -> None:
        """Note whether outcomes came."""
        rows = [(answer, who, _text(moment)) for (who, moment), answer in answers.items()]
        with self.writing():
            for table in ("scores", "alerts"):
                query = f"UPDATE {table} SET answer = ? WHERE customer_id = ? AND moment = ?"  # noqa: S608 - ours
                self._database.executemany(query, rows)

    def ended(self, answerer: str, since: datetime) -> Iterator[tuple[str, datetime, float, bool]]:
        """Customer, moment, risk and answer of questions whose answer is known, after a moment."""
        query = """SELECT customer_id, moment, risk, answer FROM scores
            WHERE answerer = ? AND answer IS NOT NULL AND moment > ? ORDER BY moment, customer_id"""
        for who, text, risk, answer in self._database.execute(query, (answerer, _text(since))):
            yield who, datetime.fromisoformat(text), risk, bool(answer)

    def add_look(self, look: Look, alerts: Iterable[Alert], settings: Mapping[str, Any], oldest: datetime) -> None:
        """Keep a look with its alerts, and forget risks from before `oldest`; all of it or nothing."""
        rows = [
            (one.id, one.customer_id, _text(one.moment), one.rank, one.model_dump_json(), None, None, 0, None)
            for one in alerts
        ]
        with self.writing():
            self._database.executemany(f"INSERT OR IGNORE INTO alerts VALUES ({', '.join('?' * 9)})", rows)  # noqa: S608
            self._database.execute("INSERT INTO looks VALUES (?, ?)", (_text(look.moment), look.model_dump_json()))
            self._database.execute("DELETE FROM scores WHERE moment < ?", (_text(oldest),))
            self.keep(**settings)

    def alerts(self, *, waiting: bool = False) -> list[Alert]:
        """All alerts, the newest look first and by rank; with `waiting` those that were not sent, the oldest first."""
        where = "WHERE sent IS NULL ORDER BY moment, rank" if waiting else "ORDER BY moment DESC, rank"
        rows = self._database.execute(f"SELECT body FROM alerts {where}")  # noqa: S608 - ours
        return [Alert.model_validate_json(body) for (body,) in rows]

    def answers(self) -> dict[str, bool]:
        """By alert, whether the outcome came, where that is known."""
        return {
            id_: bool(answer)
            for id_, answer in self._database.execute("SELECT id, answer FROM alerts WHERE answer IS NOT NULL")
        }

    def alerted(self, since: datetime) -> dict[str, datetime]:
        """Customers with an alert after a moment, and when the newest was."""
        rows = self._database.execute(
            "SELECT customer_id, max(moment) FROM alerts WHERE moment > ? GROUP BY 1", (_text(since),)
        )
        return {who: datetime.fromisoformat(text) for who, text in rows}

    def note_sent(self, id_: str) -> None:
        """An alert was taken by the other side."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._database.execute("UPDATE alerts SET sent = ?, tries = tries + 1, error = NULL WHERE id = ?", (now, id_))

    def note_failed(self, id_: str, error: str) -> None:
        """An alert could not be sent, and waits."""
        self._database.execute("UPDATE alerts SET tries = tries + 1, error = ? WHERE id = ?", (error, id_))

    @property
    def refused(self) -> int:
        """How many alerts wait that the other side was asked to take and did not."""
        (count,) = self._database.execute("SELECT count(*) FROM alerts WHERE sent IS NULL AND tries > 0").fetchone()
        return int(count)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All that is written in it is kept, or nothing.

        Raises:
            InputError: the disk is full, or the file damaged.
        """
        try:
            self._database.execute("BEGIN IMMEDIATE")
            yield
            self._database.execute("COMMIT")
        except BaseException as error:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise InputError(f"Can't write {str(self.path)!r}: {error}. Make room and try again.") from error
            raise

    def close(self) -> None:
        """Let others write."""
        self._database.close()
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _text(moment: datetime) -> str:
    """In UTC and of one length, so that texts sort as moments do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
