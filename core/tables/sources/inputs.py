"""What a user names as tables: one or several, SQL URLs each with its query."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Union

from fewsight.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

TableLike = Union[str, Path, "pd.DataFrame"]
"""A file (packed or not), a SQL URL, or a DataFrame."""

_URL: Final = re.compile(r"[a-z][a-z0-9+]+://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """A table and, for a SQL URL, its query."""

    source: TableLike
    query: str | None = None


def asked_tables(sources: TableLike | Sequence[TableLike], query: str | Sequence[str] | None) -> list[Asked]:
    """Each table with its query: queries belong to the SQL URLs in their order, or all to the only one.

    Raises:
        InputError: no table, or another number of queries than of SQL URLs.
    """
    named: list[Any] = list(sources) if isinstance(sources, (list, tuple)) else [sources]
    queries: list[str] = [query] if isinstance(query, str) else list(query or ())
    if not named:
        raise InputError("No table is named; give a file, a SQL URL or a DataFrame.")
    if wrong := next((one for one in named if not isinstance(one, (str, Path)) and not hasattr(one, "iloc")), None):
        kind = type(wrong).__name__ if wrong is sources else f"{type(sources).__name__} with a {type(wrong).__name__}"
        raise InputError(
            f"Can't read a table from a {kind}; give a path, a SQL URL or a DataFrame, or a list of these."
        )
    if len(named) == 1 and (len(queries) < 2 or is_url(named[0])):
        return [Asked(named[0], one) for one in (queries or (None,))]
    urls = [at for at, source in enumerate(named) if is_url(source)]
    if len(queries) not in (0, len(urls)):
        raise InputError(
            f"{len(queries)} queries for {len(urls)} SQL URL{'s'[: len(urls) != 1]}: give one for each, in their "
            "order, or one URL with all queries."
        )
    own = dict(zip(urls, queries, strict=False))
    return [Asked(source, own.get(at)) for at, source in enumerate(named)]


def is_url(source: object) -> bool:
    """Whether a table is named by the URL of a database."""
    return isinstance(source, str) and bool(_URL.match(source))
