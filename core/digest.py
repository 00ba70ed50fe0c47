"""Digests of plain data: equal on every machine, different where anything differs."""

import hashlib
import json
from pathlib import Path
from typing import Any


def digest(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """SHA-256 (hex) of a JSON value in one canonical form (sorted keys, no white space, UTF-8).

    >>> digest({"b": 1, "a": [2]}) == digest({"a": [2], "b": 1})
    True
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 (hex) of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
