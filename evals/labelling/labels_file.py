"""A file of rows that were labelled by hand: JSON lines as training reads them, one for each answer, never half of one.

A line is `{"id", "customer_id", "events", "profile"?, "as_of"?, "answer": {...}, "labelling": {"task", "by", "at",
"unsure"?, "none_of_these"?}}`. What `labelling` says is not read by training; a row without any label in its answer is
left out there, and not asked again here.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from fewsight.console import echo
from fewsight.errors import ConfigError, InputError
from fewsight.files import replacing
from fewsight.prompts.labelled import read_gold
from fewsight.prompts.labelled.lines import ShotError, parse_object
from fewsight.prompts.task import Task

SUFFIX: Final = ".jsonl"
Row = Mapping[str, Any]


class LabelsFile:
    """The rows of a labels file by their id; held by one process at a time.

    Every change is on the disk when a method returns. A last line that was cut off, because a machine stopped in the
    middle of writing it, is taken out and said.

    Args:
        path: a .jsonl file, which need not exist; its folder must.
        task: whose labels they are.

    Raises:
        ConfigError: the name does not end in .jsonl, or there is no such folder.
        InputError: the file holds labels of another task, or what is no labelled row; or another process writes it.
        TaskError: it holds labels that the task does not have.
    """

    def __init__(self, path: Path, task: Task) -> None:
        from filelock import FileLock, Timeout

        if path.suffix != SUFFIX:
            raise ConfigError(f"{str(path)!r} does not end in {SUFFIX}, by which labelled rows are known.")
        if not path.parent.is_dir():
            raise ConfigError(f"There is no folder {str(path.parent)!r}; make it, or name another file.")
        self.path = path
        self._task = task
        self._lock = FileLock(path.with_name(f".{path.name}.lock"), timeout=0, thread_local=False)
        try:
            self._lock.acquire()
        except Timeout:
            raise InputError(
                f"Another `fewsight label serve` writes {str(path)!r}. Open a second tab of that one, stop it, or name "
                "another file."
            ) from None
        try:
            self._rows: dict[str, Row] = self._read()
        except BaseException:
            self.close()
            raise

    @property
    def rows(self) -> Mapping[str, Row]:
        """All rows by id, in the order in which they were written."""
        return self._rows

    def add(self, row: Row) -> bool:
        """Append a row; False, and nothing is written, where one with its id is there.

        Raises:
            OSError: the disk is full.
        """
        if row["id"] in self._rows:
            return False
        line = json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            try:
                _write(descriptor, line)
            except OSError:
                os.ftruncate(descriptor, size)
                raise
        finally:
            os.close(descriptor)
        self._rows[row["id"]] = row
        return True

    def remove(self, row_id: str) -> Row:
        """Take a row out again, and give it.

        Raises:
            KeyError: there is none.
            OSError: the disk is full; nothing changed then.
        """
        left = {name: row for name, row in self._rows.items() if name != row_id}
        with replacing(self.path, private=True) as temporary:
            descriptor = os.open(temporary, os.O_WRONLY)
            try:
                _write(descriptor, b"".join(line for line in self._lines() if parse_object(line)["id"] != row_id))
            finally:
                os.close(descriptor)
        removed, self._rows = self._rows[row_id], left
        return removed

    def close(self) -> None:
        """Let another process write."""
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _lines(self) -> list[bytes]:
        return [line for line in self.path.read_bytes().splitlines(keepends=True) if line.strip()]

    def _read(self) -> dict[str, Row]:
        if not self.path.exists() or not self.path.stat().st_size:
            return {}
        self._mend()
        rows: dict[str, Row] = {}
        for number, line in enumerate(self._lines(), 1):
            try:
                row = parse_object(line)
            except ShotError as error:
                raise InputError(
                    f"{str(self.path)!r}, line {number}: {error}. Mend it, or name another file."
                ) from None
            self._check(row, number)
            rows[row["id"]] = row
        if rows:
            read_gold(self.path, self._task)
        return rows

    def _check(self, row: Row, number: int) -> None:
        where = f"{str(self.path)!r}, line {number}"
        if not isinstance(row.get("id"), str) or not isinstance(row.get("answer"), dict):
            raise InputError(
                f"{where}: no 'id' or no 'answer', so it is no labelled row; name another file for labels."
            )
        noted = row.get("labelling")
        task = noted.get("task") if isinstance(noted, dict) else None
        if task is not None and task != self._task.name:
            raise InputError(f"{where} was labelled for task {task!r}, not {self._task.name!r}; name another file.")

    def _mend(self) -> None:
        """See to it that the file ends with a whole line."""
        content = self.path.read_bytes()
        whole, _, last = content.rpartition(b"\n")
        if not last.strip():
            return
        try:
            parse_object(last)
        except ShotError:
            kept = whole + b"\n" if whole else b""
            os.truncate(self.path, len(kept))
            echo(
                f"Warning: the last line of {str(self.path)!r} was cut off before it was whole ({len(last)} bytes); it "
                "was taken out, and its row is asked again.",
                err=True,
                fg="yellow",
            )
        else:
            with self.path.open("ab") as file:
                file.write(b"\n")


def _write(descriptor: int, content: bytes) -> None:
    """All of it, and on to the disk."""
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]
    os.fsync(descriptor)
