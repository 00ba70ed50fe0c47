"""Which queries are run: one statement that selects, and nothing that changes a database."""

import re
from typing import Final

from fewsight.errors import InputError

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
