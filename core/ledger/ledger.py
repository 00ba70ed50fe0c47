"""The record of every answer: cache, resume and audit in one SQLite file.

Only masked text belongs in it: the ledger stores what it is given, and masks nothing. One process writes, any number
reads; one `Ledger` belongs to one thread. A batch is in the ledger as a whole or not at all, even after `kill -9`.
"""

import logging
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from fewsight.errors import LedgerError
from fewsight.insight import Insight
from fewsight.ledger.check import Summary, find_problems, summarise
from fewsight.ledger.erasure import Erasure
from fewsight.ledger.file import connect, explained, is_marked_writing, lost_batches, mark_closed, mark_writing
from fewsight.ledger.lock import WriterLock
from fewsight.ledger.rows import (
    Answer,
    AnswerKey,
    Result,
    Row,
    answer_row,
    moment_text,
    read_answer,
    read_insight,
    result_row,
    row_is_intact,
)
from fewsight.ledger.versions import (
    BY_CUSTOMER,
    Newest,
    Version,
    add_tables,
    all_versions,
    newest_of,
    note_inputs,
    retire,
)

__all__ = ["Answer", "AnswerKey", "Done", "Ledger", "Result"]

_log = logging.getLogger(__name__)

Pair = tuple[str, datetime | None]
"""A customer id and an as-of moment."""

_GET_ANSWER: Final = "SELECT * FROM answers WHERE key = ?"

_GET_DONE: Final = """
SELECT 1 FROM results
WHERE run = ? AND arm = ? AND seed = ? AND task = ? AND customer_id = ? AND as_of = ? AND status <> 'failed'
"""

_GET_INSIGHTS: Final = f"""
SELECT * FROM results
WHERE ifnull(run = :run, 1) AND ifnull(task = :task, 1) AND ifnull(arm = :arm, 1) AND ifnull(seed = :seed, 1)
ORDER BY run, arm, seed, {BY_CUSTOMER}, as_of, task
"""  # noqa: S608 - names of our own

_PUT_ANSWER: Final = "INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"

_PUT_RESULT: Final = """
INSERT INTO results VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET answer_key = excluded.answer_key, event_map = excluded.event_map,
    status = excluded.status, body = excluded.body, digest = excluded.digest
WHERE results.status <> 'ok'
"""


class Ledger:
    """An open ledger; make it with `Ledger.open`, use it as a context manager."""

    def __init__(self, path: Path, database: sqlite3.Connection, lock: WriterLock | None) -> None:
        self.path = path
        self._database = database
        self._lock = lock
        self._written = False
        with self._errors_named():
            self._lost = lost_batches(database, path)
            self._left_open = lock is not None and not self._lost and is_marked_writing(database)
        if lock and self._lost:
            _log.warning("ledger %r: %s", str(path), self._lost)

    @classmethod
    def open(cls, path: Path, *, create: bool = True, read_only: bool = False) -> Self:
        """Open `path`: a `ledger.sqlite`, or the run folder that holds one.

        Raises:
            LedgerError: it is being written by another process, is missing and `create` is off (or `read_only` is on),
                is not a ledger, or was written by another version.
        """
        path = path / "ledger.sqlite" if path.is_dir() else path
        if not path.exists() and (read_only or not create):
            raise LedgerError(f"There is no ledger at {str(path)!r}; name the folder that `fewsight run --out` wrote.")
        lock = None if read_only else WriterLock(path)
        try:
            return cls(path, connect(path, read_only=read_only), lock)
        except BaseException:
            if lock:
                lock.close()
            raise

    def get_answers(self, keys: Sequence[str]) -> dict[str, Answer]:
        """The answers that are known for these keys (`AnswerKey.digest`).

        Raises:
            LedgerError: the file is damaged.
        """
        answers = {}
        with self._errors_named():
            for key in keys:
                for row in self._database.execute(_GET_ANSWER, (key,)):
                    self._check(row, f"answer {key!r}")
                    answers[key] = read_answer(*row[1:5])
        return answers

    def record(self, answers: Mapping[str, Answer], results: Sequence[Result], *, anew: bool = False) -> None:
        """Write a batch in one transaction.

        Recording is idempotent: the first answer to a key stays, and so does a result that is ok; a result that is not
        ok gives way to a later one. Answers without a result are kept too. Results that were asked `anew` take the
        place of what stands for their customer and task, at whatever moment, and that becomes an older version.

        Raises:
            LedgerError: the disk is full, a result names an unknown answer, or a value is not plain JSON. Nothing of
                this batch is kept then, and everything of the earlier ones.
        """
        answer_rows = [answer_row(key, answer) for key, answer in answers.items()]
        result_rows = [result_row(result) for result in results]
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._errors_named():
            if not self._written:
                mark_writing(self._database)
                add_tables(self._database)
                self._written = True
            self._database.execute("BEGIN IMMEDIATE")
            try:
                self._database.executemany(_PUT_ANSWER, answer_rows)
                for result in results if anew else ():
                    retire(self._database, result)
                self._database.executemany(_PUT_RESULT, result_rows)
                for result, row in zip(results, result_rows, strict=True):
                    note_inputs(self._database, result, str(row[-1]), now)
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:  # a full disk makes SQLite roll back by itself
                    self._database.execute("ROLLBACK")
                raise

    def done(self, run: str, arm: str, seed: int, task: str) -> "Done":
        """What need not be computed again: results that are ok or invalid (failed ones are tried again)."""
        return Done(self, (run, arm, seed, task))

    def insights(
        self, run: str | None = None, task: str | None = None, *, arm: str | None = None, seed: int | None = None
    ) -> Iterator[Insight]:
        """All insights, or those of one run, task, arm or seed; streamed, ordered by run, arm, seed and customer.

        Of an insight that was asked anew it is the newest version.

        Raises:
            LedgerError: the file is damaged, a row is not what was recorded, or the newest batches are missing.
        """
        self._refuse_lost()
        with self._errors_named():
            for row in self._database.execute(_GET_INSIGHTS, {"run": run, "task": task, "arm": arm, "seed": seed}):
                _, _, _, customer_id, as_of, name, _, _, status, body, _ = row
                self._check(row, f"task {name!r} of customer {customer_id!r}")
                yield read_insight(customer_id, as_of, name, status, body)

    def versions(
        self, run: str | None = None, task: str | None = None, *, arm: str | None = None, seed: int | None = None
    ) -> Iterator[Version]:
        """`insights` with all older versions; those of a customer and task stand together, the newest one last.

        Raises:
            LedgerError: as for `insights`.
        """
        self._refuse_lost()
        with self._errors_named():
            wanted: dict[str, str | int | None] = {"run": run, "task": task, "arm": arm, "seed": seed}
            for row, version in all_versions(self._database, wanted):
                self._check(row, f"task {version.insight.task!r} of customer {version.insight.customer_id!r}")
                yield version

    def newest(self, run: str, arm: str, seed: int, customer_id: str) -> dict[str, Newest]:
        """By task, what is known of the newest version of a customer's insights; empty where nothing is."""
        with self._errors_named():
            return newest_of(self._database, (run, arm, seed), customer_id)

    def customers(self, run: str, arm: str, seed: int) -> int:
        """How many customers have results."""
        query = "SELECT count(DISTINCT customer_id) FROM results WHERE run = ? AND arm = ? AND seed = ?"
        with self._errors_named():
            return int(self._database.execute(query, (run, arm, seed)).fetchone()[0])

    def erasure(self, belongs: Callable[[str], bool]) -> Erasure:
        """What there is of the customers whose ids belong to somebody; nothing is removed yet."""
        with self._errors_named():
            return Erasure.of(self._database, belongs)

    def erase(self, erasure: Erasure) -> None:
        """Remove it, also its bytes.

        Raises:
            LedgerError: the disk is full, or another process is reading; the same call again finishes.
        """
        with self._errors_named():
            mark_writing(self._database)
            self._written = True
            erasure.remove()

    def series(self) -> list[tuple[str, str, int]]:
        """The (run, arm, seed) triples that have results.

        Raises:
            LedgerError: as for `insights`.
        """
        self._refuse_lost()
        with self._errors_named():
            return self._database.execute("SELECT DISTINCT run, arm, seed FROM results ORDER BY 1, 2, 3").fetchall()

    def summary(self, closed: Mapping[str, Collection[str]] | None = None) -> Summary:
        """Counts by task, status and label, and tokens. `closed` names each task's closed fields (see `Summary`)."""
        with self._errors_named():
            return summarise(self._database, self.insights(), closed or {})

    def verify(self) -> list[str]:
        """Everything that is wrong with the file, in words; an empty list where all is well.

        Damage and careless edits are found by a digest of each row. Someone who means harm can write new digests too,
        and rows that were removed are not missed.
        """
        return [*([self._lost] if self._lost else []), *find_problems(self._database)]

    def close(self) -> None:
        """Write what is left to the main file and let others write. Closing twice is fine."""
        marks = self._written or self._left_open
        self._written = self._left_open = False
        if marks:
            with suppress(sqlite3.Error):  # a full disk: the next writer does it
                mark_closed(self._database)
        self._database.close()
        if self._lock:
            self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _refuse_lost(self) -> None:
        if self._lost and self._lock is None:
            raise LedgerError(f"The ledger {str(self.path)!r} is not whole: {self._lost}")

    def _check(self, row: Row, where: str) -> None:
        if not row_is_intact(row):
            raise LedgerError(
                f"The ledger {str(self.path)!r} is damaged or was changed: {where} is not what was recorded. "
                "`fewsight ledger verify` names all that is affected."
            )

    @contextmanager
    def _errors_named(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise LedgerError(explained(error, self.path)) from error


class Done:
    """Which (customer, as-of) pairs are done; its size doesn't depend on the number of customers."""

    def __init__(self, ledger: Ledger, series: tuple[str, str, int, str]) -> None:
        self._ledger = ledger
        self._series = series

    def __contains__(self, pair: Pair) -> bool:
        return bool(self.among([pair]))

    def among(self, pairs: Iterable[Pair]) -> set[Pair]:
        """Those of `pairs` that are done."""
        with self._ledger._errors_named():
            return {pair for pair in pairs if self._find(*pair)}

    def _find(self, customer_id: str, as_of: datetime | None) -> bool:
        key = (*self._series, customer_id, moment_text(as_of))
        return self._ledger._database.execute(_GET_DONE, key).fetchone() is not None
