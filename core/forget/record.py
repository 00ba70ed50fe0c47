"""What was removed, by digest: a file that holds nothing of the customer, not even an id."""

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

NAME: Final = "forgotten.jsonl"
_FINISHED: Final = "finished"


class Record:
    """A line for each file that something is removed from, written before that, and a last one when all is done.

    After a kill the last line is missing, and the next call says again what it still removes.

    Raises:
        OSError: it can't be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._path = folder, folder / NAME

    @property
    def is_unfinished(self) -> bool:
        """Whether an earlier call was killed."""
        if not self._path.exists():
            return False
        lines = self._path.read_text(encoding="utf-8").splitlines()
        return bool(lines) and _FINISHED not in lines[-1]

    def add(self, path: Path, what: str, digests: Sequence[str]) -> None:
        """Note what is removed from a file next."""
        self._write({"file": os.path.relpath(path, self._folder), "what": what, "digests": list(digests)})

    def finish(self) -> None:
        """Note that all is done."""
        self._write({_FINISHED: True})

    def _write(self, entry: dict[str, Any]) -> None:
        line = json.dumps({"time": datetime.now(UTC).isoformat(timespec="seconds"), **entry}) + "\n"
        if self._path.exists() and not self._path.read_bytes().endswith(b"\n"):
            line = "\n" + line
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0), 0o600)
        with os.fdopen(handle, "a", encoding="utf-8") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
