"""From what a user names to a table that can be read."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fewsight.errors import InputError
from fewsight.redaction import keep_url_secret
from fewsight.tables.records import Source
from fewsight.tables.sources.csv import CsvSource
from fewsight.tables.sources.files import JsonlSource, ParquetSource
from fewsight.tables.sources.frames import FrameSource, SqlSource

if TYPE_CHECKING:
    import pandas as pd

_URL = re.compile(r"[a-z][a-z0-9+]+://", re.IGNORECASE)
_READERS: Final[dict[str, Callable[[Path], Source]]] = {
    ".csv": CsvSource,
    ".tsv": CsvSource,
    ".txt": CsvSource,
    ".jsonl": JsonlSource,
    ".ndjson": JsonlSource,
    ".parquet": ParquetSource,
    ".pq": ParquetSource,
}


def open_source(source: "str | Path | pd.DataFrame", query: str | None = None) -> Source:
    """A table by path, SQL URL or as a DataFrame.

    Raises:
        InputError: no such file, a folder, an unknown extension, an empty file, or a query beside a file.
    """
    if isinstance(source, str) and _URL.match(source):
        keep_url_secret(source)
        return SqlSource(source, query)
    if query is not None:
        raise InputError(
            f"A query needs a SQL URL such as postgresql://user@host/shop, but the input is {_named(source)}."
        )
    if not isinstance(source, (str, Path)):
        if not hasattr(source, "iloc"):
            raise InputError(
                f"Can't read a table from a {type(source).__name__}; give a path, a SQL URL or a DataFrame."
            )
        return FrameSource(source)
    return _open_file(Path(source))


def _named(source: "str | Path | pd.DataFrame") -> str:
    return repr(str(source)) if isinstance(source, (str, Path)) else f"a {type(source).__name__}"


def _open_file(path: Path) -> Source:
    if path.is_dir():
        raise InputError(f"{str(path)!r} is a folder; name a file in it ({', '.join(_READERS)}, .csv.gz).")
    if not path.exists():
        raise InputError(f"No such file: {str(path)!r}.")
    if path.stat().st_size == 0:
        raise InputError(f"{str(path)!r} is empty.")
    suffix = Path(path.stem).suffix if path.suffix.casefold() == ".gz" else path.suffix
    reader = _READERS.get(suffix.casefold())
    if reader is None or (reader is ParquetSource and path.suffix.casefold() == ".gz"):
        raise InputError(f"Can't tell what {str(path)!r} is; known are {', '.join(_READERS)}, and .csv.gz, .jsonl.gz.")
    try:
        return reader(path)
    except (OSError, EOFError) as error:
        raise InputError(f"Can't read {str(path)!r}: {error}.") from error
