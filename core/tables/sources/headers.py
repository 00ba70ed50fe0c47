"""Where a table begins: which of its first lines is the header, below titles of a report."""

from collections.abc import Sequence
from typing import Any, Final

from fewsight.tables.columns.names import names_of
from fewsight.tables.words import squash

_ROLES: Final = ("customer_id", "time", "kind", "text", "product", "amount", "currency", "channel", "event_id")
_OTHERS: Final = frozenset(("id", "name", "email", "label"))
"""Names of columns that have no role."""
_LOOKED_AT: Final = 40
"""Lines among which the header is."""
_LONGEST_NAME: Final = 60
_FIT: Final = 0.8
"""Share of rows below a header that are as wide as it is."""


def header_at(rows: Sequence[Sequence[Any]]) -> int:
    """The place of the header among the first rows, which hold as many cells as are not empty at their end.

    It is the first row, unless that one is much narrower than the table and a row further down looks like a header: it
    has more names of columns that are known, or stands alone below a blank line and the first row has none.
    """
    first = next((at for at, row in enumerate(rows) if _filled(row)), 0)
    if not rows:
        return first
    in_first = known_names(rows[first])
    for at in range(first + 1, min(len(rows), _LOOKED_AT)):
        width = len(rows[at])
        if 2 * _filled(rows[first]) > width or width < 2 or not _looks_like_header(rows[at]):
            continue
        below = [row for row in rows[at + 1 :] if _filled(row)]
        fits = sum(len(row) == width or _filled(row) >= width - 1 for row in below)
        is_alone = not in_first and width > 2 and not _filled(rows[at - 1])
        if below and fits >= _FIT * len(below) and (known_names(rows[at]) > in_first or is_alone):
            return at
    return first


def _filled(row: Sequence[Any]) -> int:
    return sum(cell is not None and str(cell).strip() != "" for cell in row)


def known_names(row: Sequence[Any]) -> int:
    """How many cells are names of columns that are known."""
    return sum(isinstance(cell, str) and _is_known(squash(cell)) for cell in row)


def _is_known(name: str) -> bool:
    return name in _OTHERS or any(name in names_of(role) for role in _ROLES)


def _looks_like_header(row: Sequence[Any]) -> bool:
    """Whether all cells are short texts that begin with no figure, and most of them differ (a name may repeat)."""
    cells = [cell.strip() for cell in row if isinstance(cell, str)]
    return (
        len(cells) == len(row) < 2 * len(set(cells))
        and all(cell and len(cell) <= _LONGEST_NAME for cell in cells)
        and not any(cell[0].isdecimal() for cell in cells)
    )
