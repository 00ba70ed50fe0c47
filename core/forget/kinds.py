"""What is done with which kind of file: rows leave tables and lines of JSON, pages go as a whole, all else is named."""

import sqlite3
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from fewsight.digest import file_digest
from fewsight.errors import FewsightError
from fewsight.forget import cases, parquet, rows, watches
from fewsight.forget.who import Who

_LINES: Final = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
_TABLES: Final = (".csv", ".tsv")
_PARQUET: Final = (".parquet", ".pq")
_PAGES: Final = (".html",)
_DATABASES: Final = (".db", ".sqlite", ".sqlite3")
_TEXTS: Final = (".json", ".toml", ".txt", ".md", ".log", ".yaml", ".yml", ".jinja", ".py")
_WEIGHTS: Final = (".safetensors", ".bin", ".pt", ".gguf", ".npz", ".npy", ".joblib")

WATCH: Final = "watch.sqlite"
UNFINISHED: Final = "scoring-"
"""The state of a watch, and what opens the name of a folder beside it: answers of a look that was killed, under names
that say nothing, so that they go as a whole.
"""

IN_WORDS: Final = (
    "*.jsonl (also .gz), *.csv, *.tsv, *.parquet, *.html, ledger.sqlite, watch.sqlite and the copilot's *.db"
)
"""The files that are changed."""


@dataclass(frozen=True)
class Trace:
    """What one file holds of a customer: `digests` of each row, and what removes them."""

    path: Path
    what: str
    digests: list[str]
    remove: Callable[[], None]


@dataclass(frozen=True)
class Finding:
    """What was found of a customer in a file: a trace to remove, and words where something is left to look at."""

    trace: Trace | None = None
    left: str | None = None


def is_known(path: Path) -> bool:
    """Whether a file is of a kind that is looked into."""
    return path.name.lower().endswith((*_LINES, *_TABLES, *_PARQUET, *_PAGES, *_DATABASES))


def look(path: Path, who: Who) -> Finding:
    """What there is of a customer in a file other than a ledger; one that can't be read is left, with the reason."""
    try:
        return _look(path, who)
    except FewsightError:
        raise
    except (
        OSError,
        EOFError,
        ValueError,
        sqlite3.Error,
        zlib.error,
    ) as error:  # ValueError: pyarrow's of a damaged file
        return Finding(left=f"it can't be read: {error}")


def _look(path: Path, who: Who) -> Finding:
    name = path.name.lower()
    if any(folder.name.startswith(UNFINISHED) and (folder.parent / WATCH).is_file() for folder in path.parents):
        return Finding(Trace(path, "unfinished answers", [file_digest(path)], partial(path.unlink, missing_ok=True)))
    if name.endswith(_LINES):
        return _rows(rows.lines, path, who)
    if name.endswith(_TABLES) and rows.has_customers(path):
        return _rows(rows.records, path, who)
    if name.endswith(_PARQUET):
        return _parquet(path, who)
    if path.name == WATCH:
        found = watches.digests(path, who)
        return Finding(Trace(path, "rows", found, partial(watches.remove, path, who)) if found else None)
    if name.endswith(_DATABASES) and cases.has_cases(path):
        return _cases(path, who)
    if name.endswith(_PAGES):
        return _page(path, who)
    if name.endswith(_WEIGHTS):
        return Finding(left="weights, which may have been trained on rows of this customer")
    if name.endswith((*_TEXTS, *_TABLES)) or not path.suffix:
        return _named(path, who)
    return Finding(left="not looked into")


def _rows(pieces: rows.Pieces, path: Path, who: Who) -> Finding:
    digests = rows.digests(pieces, path, who)
    named = any(not owned and who.is_named_in(piece) for piece, owned in pieces(path, who))
    left = "other rows name the id" if named else None
    if pieces is rows.records and (ids := rows.further_ids(path, who)):
        left = f"it said that {', '.join(map(repr, ids))} are the same customer; forget these too, and in the tables"
    trace = Trace(path, "rows", digests, partial(rows.remove, pieces, path, who)) if digests else None
    return Finding(trace, left)


def _parquet(path: Path, who: Who) -> Finding:
    if not parquet.has_customers(path):
        return Finding(left="not looked into: it has no column customer_id")
    digests = parquet.digests(path, who)
    return Finding(Trace(path, "rows", digests, partial(parquet.remove, path, who)) if digests else None)


def _cases(path: Path, who: Who) -> Finding:
    """Entries of the log; the tables of customers beside it are the user's own."""
    left = "its tables of customers and orders are left as they are"
    if not (digests := cases.digests(path, who)):
        return Finding(left=left if who.is_named_in(path.read_bytes()) else None)
    cases.require_free(path)
    return Finding(Trace(path, "entries of cases", digests, partial(cases.remove, path, who)), left)


def _page(path: Path, who: Who) -> Finding:
    """A page, which its command makes anew, goes where it names the customer; in their evaluation always."""
    of_evaluation = any(path.parent == folder and known for folder, known in who.rows.items())
    if not (of_evaluation or who.is_named_in(path.read_bytes())):
        return Finding()
    return Finding(Trace(path, "page", [file_digest(path)], partial(path.unlink, missing_ok=True)))


def _named(path: Path, who: Who) -> Finding:
    return Finding(left="it names the id" if who.is_named_in(path.read_bytes()) else None)
