"""Tables and queries of SQL databases as rows, over connections that can only read."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fewsight.errors import InputError, did_you_mean
from fewsight.tables.records import MARK_BROKEN, Record, flat
from fewsight.tables.sources.frames import check_once

if TYPE_CHECKING:
    from sqlalchemy import Connection, CursorResult, Engine

_BATCH: Final = 5_000
_READ_ONLY: Final = {
    "sqlite": "PRAGMA query_only = ON",
    "postgresql": "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "mariadb": "SET SESSION TRANSACTION READ ONLY",
}
"""What makes a connection refuse to write, by database."""
_QUOTED: Final = re.compile(
    r"""
      --[^\n]*                              # a comment to the end of the line
    | /\*.*?\*/                             # a comment
    | \$(?P<tag>[A-Za-z_]\w*|)\$.*?\$(?P=tag)\$    # PostgreSQL's dollars
    | '(?:[^']|'')*' | "(?:[^"]|"")*" | `[^`]*` | \[[^\]\n]*\]
    """,
    re.VERBOSE | re.DOTALL,
)
_READS: Final = re.compile(r"\s*\(*\s*(select|with)\b", re.IGNORECASE)
_SHOWN: Final = 80


def check_reads(query: str) -> str:
    """A query without the semicolon at its end, where it is one SELECT (or WITH ... SELECT) statement.

    The connection is read-only besides: this says sooner and plainer what it would refuse.

    Raises:
        InputError: several statements, or one of another kind.
    """
    bare = _QUOTED.sub(lambda match: " " if match[0].startswith(("--", "/*")) else " x ", query)
    statements = [part for part in bare.split(";") if part.strip()]
    shown = query.strip()[:_SHOWN]
    if len(statements) > 1:
        raise InputError(f"The query holds {len(statements)} statements ({shown!r}); give one SELECT.")
    if not statements or not _READS.match(statements[0]):
        raise InputError(f"The query {shown!r} is no SELECT; only SELECT and WITH ... SELECT are run.")
    return query


class SqlSource:
    """The rows of a query, streamed; the line of a row is its number.

    Args:
        url: such as postgresql://user@host/shop or sqlite:///shop.db.
        query: a SELECT, or the name of a table.

    Raises:
        InputError: SQLAlchemy or the driver is not installed, no such database or table, the query does more than read,
            or fails.
    """

    def __init__(self, url: str, query: str | None) -> None:
        self._engine = _engine(url)
        self.name = self._engine.url.render_as_string(hide_password=True)
        self.notes: tuple[str, ...] = ()
        self._digest = ""
        self._query = self._statement(query)
        self._first: tuple[Connection, CursorResult[Any]] | None = self._run()
        self.columns = tuple(self._first[1].keys())
        check_once(self.name, self.columns)

    def records(self) -> Iterator[Record]:
        """All rows in the order of the query, which is run anew each time."""
        content = hashlib.sha256()
        connection, result = self._first or self._run()
        self._first = None
        row = 0
        try:
            for part in result.partitions(_BATCH):
                for found in part:
                    row += 1
                    cells = [flat(value) for value in found]
                    content.update(repr(cells).encode("utf-8", "backslashreplace"))
                    yield row, cells
            self._digest = content.hexdigest()
        finally:
            connection.close()
            self._engine.dispose()

    def digest(self) -> str:
        """SHA-256 (hex) of the rows, once all were read."""
        return self._digest

    def _run(self) -> "tuple[Connection, CursorResult[Any]]":
        from sqlalchemy import text

        connection = self._engine.connect().execution_options(stream_results=True, yield_per=_BATCH)
        try:
            # a colon names no parameter here, and a percent sign is one
            return connection, connection.execute(text(self._query.replace(":", r"\:")))
        except Exception as error:
            connection.close()
            self._engine.dispose()
            raise InputError(f"{self.name}: the query failed: {_first_line(error)}") from error

    def _statement(self, query: str | None) -> str:
        from sqlalchemy import inspect
        from sqlalchemy.exc import SQLAlchemyError

        is_name = query is None or re.fullmatch(r"[\w.]+", query.strip())
        if query is not None and not is_name:
            check_reads(query)
            if self._engine.dialect.name not in _READ_ONLY:
                known = ", ".join(sorted(_READ_ONLY))
                raise InputError(
                    f"{self.name}: a query is run only where the connection can be made read-only ({known}); name a "
                    "table or a view instead."
                )
        try:
            tables = inspect(self._engine)
            known_tables = [*tables.get_table_names(), *tables.get_view_names()]
        except (SQLAlchemyError, OSError) as error:
            raise InputError(f"Can't connect to {self.name}: {_first_line(error)}") from error
        if query is not None and not is_name:
            return query
        return self._table(query, known_tables)

    def _table(self, name: str | None, known: list[str]) -> str:
        if name is None:
            if len(known) != 1:
                raise InputError(f"{self.name}: which table? Give a query or a table name. It has: {', '.join(known)}.")
            name = known[0]
        if name not in known and "." not in name:
            raise InputError(f"{self.name} has no table {name!r}." + did_you_mean(name, known))
        quote = self._engine.dialect.identifier_preparer.quote
        return "SELECT * FROM " + ".".join(quote(part) for part in name.split("."))  # noqa: S608 - quoted and known


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
    event.listen(engine, "connect", _only_read(engine.dialect.name))
    return engine


def _only_read(database: str) -> Any:  # noqa: ANN401 - a listener of SQLAlchemy
    """What makes each new connection read-only, where the database can."""

    def listen(connection: Any, _: object) -> None:  # noqa: ANN401 - a connection of the driver
        if database == "sqlite":
            # otherwise one text that is no UTF-8 ends the whole query
            connection.text_factory = lambda raw: raw.decode("utf-8", MARK_BROKEN)
        if statement := _READ_ONLY.get(database):
            cursor = connection.cursor()
            cursor.execute(statement)
            cursor.close()
            connection.commit()

    return listen


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0] if str(error) else type(error).__name__
