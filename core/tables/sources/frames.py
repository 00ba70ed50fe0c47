"""pandas DataFrames and SQL queries as rows."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fewsight.errors import InputError, did_you_mean
from fewsight.tables.records import MARK_BROKEN, Record, flat

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy import Engine

_BATCH = 5_000


class FrameSource:
    """A DataFrame; the line of a row is its position, counted from 1. The index is not read.

    Raises:
        InputError: a column name occurs twice.
    """

    def __init__(self, frame: "pd.DataFrame") -> None:
        self._frame = frame
        self._hash = hashlib.sha256()
        self.name = "the DataFrame"
        self.columns = tuple(str(name) for name in frame.columns)
        _check_once(self.name, self.columns)

    def records(self) -> Iterator[Record]:
        """All rows in order; NaN, NaT and NA are empty."""
        for start in range(0, len(self._frame), _BATCH):
            part = self._frame.iloc[start : start + _BATCH]
            columns = []
            for at in range(len(self.columns)):
                series = part.iloc[:, at]
                pairs = zip(series.tolist(), series.isna().tolist(), strict=True)
                columns.append([None if empty is True else flat(value) for value, empty in pairs])
            for row, cells in enumerate(zip(*columns, strict=True), start + 1):
                self._hash.update(repr(cells).encode("utf-8", "backslashreplace"))
                yield row, cells

    def digest(self) -> str:
        """SHA-256 (hex) of the rows that were read."""
        return self._hash.hexdigest()


class SqlSource:
    """The rows of a query, streamed; the line of a row is its number.

    Args:
        url: such as postgresql://user@host/shop or sqlite:///shop.db.
        query: a SELECT, or the name of a table.

    Raises:
        InputError: SQLAlchemy or the driver is not installed, no such database or table, or the query fails.
    """

    def __init__(self, url: str, query: str | None) -> None:
        self._engine = _engine(url)
        from sqlalchemy import text

        self.name = self._engine.url.render_as_string(hide_password=True)
        self._hash = hashlib.sha256()
        self._query = self._statement(query)
        self._connection = self._engine.connect().execution_options(stream_results=True, yield_per=_BATCH)
        try:
            # a colon names no parameter here, and a percent sign is one
            self._result = self._connection.execute(text(self._query.replace(":", r"\:")))
        except Exception as error:
            self.close()
            raise InputError(f"{self.name}: the query failed: {_first_line(error)}") from error
        self.columns = tuple(self._result.keys())
        _check_once(self.name, self.columns)

    def records(self) -> Iterator[Record]:
        """All rows in the order of the query."""
        row = 0
        try:
            for part in self._result.partitions(_BATCH):
                for found in part:
                    row += 1
                    cells = [flat(value) for value in found]
                    self._hash.update(repr(cells).encode("utf-8", "backslashreplace"))
                    yield row, cells
        finally:
            self.close()

    def digest(self) -> str:
        """SHA-256 (hex) of the rows that were read."""
        return self._hash.hexdigest()

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()
        self._engine.dispose()

    def _statement(self, query: str | None) -> str:
        from sqlalchemy import inspect
        from sqlalchemy.exc import SQLAlchemyError

        try:
            tables = inspect(self._engine)
            known = [*tables.get_table_names(), *tables.get_view_names()]
        except (SQLAlchemyError, OSError) as error:
            raise InputError(f"Can't connect to {self.name}: {_first_line(error)}") from error
        quote = self._engine.dialect.identifier_preparer.quote
        if query is None:
            if len(known) != 1:
                raise InputError(f"{self.name}: which table? Give a query or a table name. It has: {', '.join(known)}.")
            query = known[0]
        if not re.fullmatch(r"[\w.]+", query.strip()):
            return query
        if query not in known and "." not in query:
            raise InputError(f"{self.name} has no table {query!r}." + did_you_mean(query, known))
        return "SELECT * FROM " + ".".join(quote(part) for part in query.split("."))  # noqa: S608 - quoted and known


def _engine(url: str) -> "Engine":
    try:
        from sqlalchemy import create_engine, event
        from sqlalchemy.engine import make_url
        from sqlalchemy.exc import ArgumentError, NoSuchModuleError
    except ImportError:
        raise InputError("Reading from SQL needs SQLAlchemy: pip install 'fewsight[sql]'") from None
    try:
        address = make_url(url)
        if address.drivername == "postgresql":
            address = address.set(drivername="postgresql+psycopg")
        path = address.database if address.drivername.startswith("sqlite") else None
        if path and path != ":memory:" and not path.startswith("file:") and not Path(path).is_file():
            raise InputError(f"No SQLite database at {path!r}.")
        engine = create_engine(address)
    except (ArgumentError, NoSuchModuleError) as error:
        raise InputError(f"Not a database URL that can be used: {_first_line(error)}") from None
    except ModuleNotFoundError as error:
        raise InputError(f"This database needs the driver {error.name!r}: pip install 'fewsight[sql]'") from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _decode_by_row)
    return engine


def _decode_by_row(connection: Any, _: object) -> None:  # noqa: ANN401 - a sqlite3 connection
    # otherwise one text that is no UTF-8 ends the whole query
    connection.text_factory = lambda raw: raw.decode("utf-8", MARK_BROKEN)


def _check_once(table: str, columns: tuple[str, ...]) -> None:
    if twice := sorted({name for name in columns if columns.count(name) > 1}):
        raise InputError(f"{table} names {', '.join(map(repr, twice))} more than once.")


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0] if str(error) else type(error).__name__
