"""What leaves: replies and writes that the log holds, sent at least once each, and set aside after too many failures.

A row comes with its entry, in the same transaction. Whoever receives it must pass over a `key` that it knows: a process
that was killed after sending, and before it noted so, sends once more.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from fewsight.agents.copilot.case import DONE, QUESTION, REPLIED
from fewsight.agents.copilot.store import LOG, OUTBOX, Store
from fewsight.errors import CaseError

MOST_ATTEMPTS: Final = 8
FIRST_WAIT: Final = timedelta(seconds=5)
"""Before the second attempt; each wait is twice the one before."""
LEASE: Final = timedelta(minutes=2)
"""How long one attempt may take, before another process tries."""

_TABLE: Final = f"""
BEGIN;
CREATE TABLE IF NOT EXISTS {OUTBOX} (
    id INTEGER PRIMARY KEY,
    case_id TEXT NOT NULL,
    entry INTEGER NOT NULL UNIQUE,
    due TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'dead')),
    error TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX IF NOT EXISTS {OUTBOX}_due ON {OUTBOX} (due) WHERE state = 'queued';
CREATE TRIGGER IF NOT EXISTS {OUTBOX}_fill AFTER INSERT ON {LOG}
WHEN NEW.kind IN ('{REPLIED}', '{QUESTION}') OR (NEW.kind = '{DONE}' AND json_extract(NEW.body, '$.writes'))
BEGIN INSERT INTO {OUTBOX} (case_id, entry, due) VALUES (NEW.case_id, NEW.seq, NEW.time); END;
COMMIT;
"""  # noqa: S608 - our names


@dataclass(frozen=True, slots=True)
class Parcel:
    """A reply, question or write on its way: the log's entry, and a key that is the same at every attempt."""

    id: int
    key: str
    case_id: str
    customer_id: str
    kind: str
    body: Mapping[str, Any]
    attempts: int
    state: str = "queued"
    due: str = ""
    error: str = ""


Deliver = Callable[[Parcel], None]
"""Sends a parcel; whatever it raises is a failure that is tried again."""


class Outbox:
    """The outbox of a store's log; from when it was first made on, nothing of the log is left out."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.database.executescript(_TABLE)

    def send_due(self, deliver: Deliver, now: datetime | None = None) -> int:
        """Send what is due; how many were tried."""
        tried = 0
        while (parcel := self._claim(now or datetime.now(UTC))) is not None:
            tried += 1
            try:
                deliver(parcel)
            except Exception as error:  # a network, a disk, the user's code
                self._note_failure(parcel, f"{type(error).__name__}: {error}"[:300], now or datetime.now(UTC))
            else:
                self._set(parcel.id, "state = 'sent', error = ''")
        return tried

    def parcels(self, *states: str, most: int = 200) -> list[Parcel]:
        """The newest parcels in these states."""
        marks = ", ".join("?" * len(states))
        return self._read(f"state IN ({marks}) ORDER BY id DESC LIMIT ?", (*states, most))

    def try_again(self, parcel_id: int) -> None:
        """Queue a parcel that was set aside.

        Raises:
            CaseError: there is no such parcel.
        """
        if not self._read("id = ? AND state = 'dead'", (parcel_id,)):
            raise CaseError(f"No parcel {parcel_id} was set aside.")
        self._set(parcel_id, "state = 'queued', attempts = 0, due = ?", datetime.now(UTC).isoformat())

    def _claim(self, now: datetime) -> Parcel | None:
        if not self._read("state = 'queued' AND due <= ? LIMIT 1", (now.isoformat(),)):
            return None  # the common case takes no lock
        with self.store.transaction():
            due = self._read("state = 'queued' AND due <= ? ORDER BY due LIMIT 1", (now.isoformat(),))
            if not due:
                return None
            self._set(due[0].id, "attempts = attempts + 1, due = ?", (now + LEASE).isoformat())
            return self._read("id = ?", (due[0].id,))[0]

    def _note_failure(self, parcel: Parcel, error: str, now: datetime) -> None:
        if parcel.attempts >= MOST_ATTEMPTS:
            self._set(parcel.id, "state = 'dead', error = ?", error)
        else:
            due = now + FIRST_WAIT * 2 ** (parcel.attempts - 1)
            self._set(parcel.id, "due = ?, error = ?", due.isoformat(), error)

    def _set(self, parcel_id: int, change: str, *values: str) -> None:
        self.store.database.execute(f"UPDATE {OUTBOX} SET {change} WHERE id = ?", (*values, parcel_id))  # noqa: S608 - ours

    def _read(self, where: str, values: tuple[Any, ...]) -> list[Parcel]:
        columns = "id, case_id, entry, attempts, state, due, error"
        rows = self.store.database.execute(f"SELECT {columns} FROM {OUTBOX} WHERE {where}", values).fetchall()  # noqa: S608
        return [self._parcel(*row) for row in rows]

    def _parcel(self, key: int, case_id: str, entry: int, attempts: int, state: str, due: str, error: str) -> Parcel:
        first = f"SELECT body FROM {LOG} WHERE case_id = ? ORDER BY seq LIMIT 1"  # noqa: S608 - our name
        ((opened,),) = self.store.database.execute(first, (case_id,)).fetchall()
        query = f"SELECT kind, body FROM {LOG} WHERE seq = ?"  # noqa: S608 - our name
        ((kind, body),) = self.store.database.execute(query, (entry,)).fetchall()
        customer = json.loads(opened)["customer_id"]
        name = f"copilot-{case_id}-{entry}"
        return Parcel(key, name, case_id, customer, kind, json.loads(body), attempts, state, due, error)
