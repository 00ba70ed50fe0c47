"""From what a user names to a table that can be read."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fewsight.errors import InputError
from fewsight.redaction import keep_url_secret
from fewsight.tables.records import OpenedSource
from fewsight.tables.sources.csv import CsvSource
from fewsight.tables.sources.frames import FrameSource
from fewsight.tables.sources.json import JsonSource
from fewsight.tables.sources.limits import Limits
from fewsight.tables.sources.packing import TableFile, packing_of
from fewsight.tables.sources.parquet import ParquetSource
from fewsight.tables.sources.sheets import SheetSource
from fewsight.tables.sources.sql import SqlSource

if TYPE_CHECKING:
    import pandas as pd

_URL: Final = re.compile(r"[a-z][a-z0-9+]+://", re.IGNORECASE)
_LOOKED_AT: Final = 4_096
_KNOWN: Final = (
    ".csv, .tsv, .txt, .json, .jsonl, .parquet, .xlsx, .xlsb, .xls, .ods, also in .gz, .bz2, .xz, .zst, .zip"
)
_BINARY: Final[dict[bytes, Callable[[TableFile], OpenedSource]]] = {
    b"PAR1": ParquetSource,
    b"PK\x03\x04": SheetSource,
    b"\xd0\xcf\x11\xe0": SheetSource,
}
_BY_SUFFIX: Final[dict[str, Callable[[TableFile], OpenedSource]]] = {
    **dict.fromkeys((".csv", ".tsv", ".tab"), CsvSource),
    **dict.fromkeys((".jsonl", ".ndjson", ".json"), JsonSource),
    **dict.fromkeys((".parquet", ".pq"), ParquetSource),
}
_NO_TEXT: Final = frozenset((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".pdf", ".doc", ".docx", ".db", ".sqlite"))
_REFUSED: Final = {
    b"SQLite format 3\0": "a SQLite database; name it as sqlite:///PATH, with --query for the table",
    b"%PDF": "a PDF; save the table as CSV",
    b"\x89HDF": "HDF5; save the table as Parquet",
    b"ARROW1": "a Feather file; save the table as Parquet",
    b"ORC": "an ORC file; save the table as Parquet",
    b"<": "HTML or XML; open it in a spreadsheet program, and save the table as CSV",
}


def open_source(
    source: "str | Path | pd.DataFrame", query: str | None = None, limits: Limits | None = None
) -> OpenedSource:
    """A table by path, SQL URL or as a DataFrame. What a file is shows by its content, then by its name.

    `orders.zip/may.csv` names a file in an archive, `book.xlsx/Sheet2` a sheet of a workbook.

    Raises:
        InputError: no such file, a folder, an unknown kind of file, an empty file, or a query beside a file.
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
    return _open_file(Path(source), limits or Limits())


def _named(source: "str | Path | pd.DataFrame") -> str:
    return repr(str(source)) if isinstance(source, (str, Path)) else f"a {type(source).__name__}"


def _open_file(path: Path, limits: Limits) -> OpenedSource:
    if path.is_dir():
        raise InputError(f"{str(path)!r} is a folder; name a file in it ({_KNOWN}).")
    try:
        file = TableFile.at(path, limits)
        return _reader(file)(file)
    except (OSError, EOFError) as error:
        raise InputError(f"Can't read {str(path)!r}: {error}.") from error


def _reader(file: TableFile) -> Callable[[TableFile], OpenedSource]:
    with file.open() as content:
        start = content.read(_LOOKED_AT)
    if not start:
        raise InputError(f"{file.name} is empty.")
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    for magic, reader in _BINARY.items():
        if start.startswith(magic):
            return reader
    if packing_of(start):
        raise InputError(
            f"{file.name} is packed twice ({packing_of(start)} inside); unpack it, and name the file in it."
        )
    for magic, what in _REFUSED.items():
        if text.startswith(magic):
            raise InputError(f"{file.name} is {what}.")
    if re.match(rb"\{\s*\"|\[\s*\{", text):
        return JsonSource
    if file.suffix in _BY_SUFFIX:
        return _BY_SUFFIX[file.suffix]
    if file.suffix in _NO_TEXT or _is_binary(start):
        raise InputError(f"Can't tell what {file.name} is; known are {_KNOWN}.")
    return CsvSource


def _is_binary(start: bytes) -> bool:
    """Whether there are control characters that no text has; zeros are of UTF-16."""
    return sum(byte < 9 or 13 < byte < 27 for byte in start if byte) * 20 > len(start)
