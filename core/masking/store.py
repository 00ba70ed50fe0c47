"""The file that holds what pseudonyms stand for: one JSON line for each customer, readable by its owner only."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from fewsight.errors import LedgerError

PSEUDONYMS: Final = "pseudonyms.jsonl"
"""The name of the file in a run's folder."""

_MODE: Final = 0o600


class PseudonymFile:
    """An append-only store of each customer's map from pseudonyms to values.

    The file is created with mode 0600, never wider for a moment. A line is written whole by `add` before it returns,
    so it outlives a killed process; a torn line is passed over and counted in `damaged_lines`. The last map of a
    customer counts. The first `get` reads the whole file once and then holds one offset for each customer.

    Raises:
        LedgerError: the file is a link, is readable by others, or can't be opened.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.damaged_lines = 0
        self._offsets: dict[str, int] = {}
        self._read_to = 0
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
        try:
            self._file = os.open(self.path, flags, _MODE)
        except OSError as error:
            raise LedgerError(f"Can't open the pseudonym file {str(self.path)!r}: {error.strerror}.") from error
        mode = os.fstat(self._file).st_mode & 0o777
        if os.name == "posix" and mode & 0o077:
            os.close(self._file)
            raise LedgerError(
                f"The pseudonym file {str(self.path)!r} has mode {mode:o}, so others can read who is behind it;"
                f" run: chmod 600 {str(self.path)!r}"
            )

    def add(self, customer_id: str, pseudonyms: Mapping[str, str]) -> None:
        """Write a customer's map.

        Raises:
            LedgerError: the line can't be written whole, because the disk is full for instance.
        """
        line = json.dumps([customer_id, dict(pseudonyms)], separators=(",", ":")).encode() + b"\n"
        if self._ends_torn():
            line = b"\n" + line
        try:
            written = os.write(self._file, line)
        except OSError as error:
            raise LedgerError(f"Can't write to {str(self.path)!r}: {error.strerror}; free some space.") from error
        if written < len(line):
            raise LedgerError(f"Wrote {written} of {len(line)} bytes to {str(self.path)!r}; is the disk full?")

    def get(self, customer_id: str) -> dict[str, str]:
        """The latest map of a customer; empty where there is none."""
        self._read_new_lines()
        if customer_id not in self._offsets:
            return {}
        with self._reader(self._offsets[customer_id]) as file:
            found: dict[str, str] = json.loads(file.readline())[1]
        return found

    def close(self) -> None:
        """Close the file; safe to call twice."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ends_torn(self) -> bool:
        size = os.fstat(self._file).st_size
        return size > 0 and os.pread(self._file, 1, size - 1) != b"\n"

    def _reader(self, offset: int) -> BinaryIO:
        file = os.fdopen(os.dup(self._file), "rb")
        file.seek(offset)
        return file

    def _read_new_lines(self) -> None:
        with self._reader(self._read_to) as file:
            for line in file:
                if not line.endswith(b"\n"):  # still being written, or torn: looked at again next time
                    return
                try:
                    customer_id, pseudonyms = json.loads(line)
                    if not (isinstance(customer_id, str) and isinstance(pseudonyms, dict)):
                        raise ValueError(line)
                    self._offsets[customer_id] = self._read_to
                except ValueError:
                    self.damaged_lines += 1
                self._read_to += len(line)
