"""Where rows go that can't be used: a file with line, reason and value, so that nothing is dropped in silence."""

import json
import os
from pathlib import Path
from types import TracebackType
from typing import IO, Final

from fewsight.errors import InputError
from fewsight.tables.records import Broken

LONGEST_VALUE: Final = 200


class Quarantine:
    """With a path, writes each bad row as a line of JSON: line, reason, column, value, customer_id.

    Where several tables are read, each line also names its `table`.

    The file is made anew, and only its owner may read it: it holds what customers wrote.

    Raises:
        InputError: the file can't be written.
    """

    def __init__(self, path: Path | None) -> None:
        self._file: IO[str] | None = None
        if path is not None:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.unlink(missing_ok=True)
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            except OSError as error:
                raise InputError(
                    f"Can't write the quarantine file {str(path)!r}: {error.strerror or error}."
                ) from error
            self._file = os.fdopen(handle, "w", encoding="utf-8")

    def add(self, row: Broken, where: str = "", table: str | None = None) -> None:
        """Write one bad row; `where` comes before the reason."""
        if self._file is None:
            return
        entry = ({} if table is None else {"table": table}) | {
            "line": row.line,
            "reason": where + row.reason,
            "column": row.column,
            "value": _cut(row.value),
            "customer_id": _cut(row.customer_id),
        }
        self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def __enter__(self) -> "Quarantine":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()


def _cut(value: object) -> str | None:
    if value is None:
        return None
    text = (value if isinstance(value, str) else str(value))[:LONGEST_VALUE]
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text
