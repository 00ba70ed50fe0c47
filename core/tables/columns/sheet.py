"""The first rows of a table, to be looked at."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from fewsight.tables.records import Cells


def is_empty(cell: Any) -> bool:  # noqa: ANN401 - any cell
    """Whether a cell holds nothing."""
    return cell is None or (isinstance(cell, str) and (not cell or cell.isspace()))


def _is_nested(cell: Any) -> bool:  # noqa: ANN401 - any cell
    short = cell.strip() if isinstance(cell, str) else ""
    return (short[:2], short[-1:]) == ('{"', "}") or (short[:2], short[-2:]) == ("[{", "}]")


class Sheet:
    """Columns, and the cells of the first rows in their order."""

    def __init__(self, columns: Sequence[str], rows: Sequence[Cells]) -> None:
        self.columns = tuple(columns)
        self.rows = rows

    @cached_property
    def sample(self) -> dict[str, list[Any]]:
        """Column -> its first values without empty ones."""
        return {name: [row[at] for row in self.rows if not is_empty(row[at])] for at, name in enumerate(self.columns)}

    @cached_property
    def nested(self) -> frozenset[str]:
        """Columns whose cells are JSON objects or lists of them: what stands in them has names of its own."""
        return frozenset(name for name, values in self.sample.items() if values and all(map(_is_nested, values[:50])))

    def cells(self, name: str) -> list[Any]:
        """All first cells of a column, empty ones as None."""
        at = self.columns.index(name)
        return [None if is_empty(row[at]) else row[at] for row in self.rows]

    def filled(self, name: str) -> float:
        """Share of cells that hold something."""
        return len(self.sample[name]) / max(len(self.rows), 1)

    def groups(self, name: str) -> Iterator[list[int]]:
        """Row numbers of each value of a column, in order of first appearance; empty cells belong to none."""
        places: dict[str, list[int]] = {}
        for at, cell in enumerate(self.cells(name)):
            if cell is not None:
                places.setdefault(str(cell).strip(), []).append(at)
        yield from places.values()

    def is_unique(self, name: str) -> bool:
        """Whether no value stands in two rows that differ."""
        return all(
            len(places) == 1 or all(self._same(places[0], other) for other in places[1:])
            for places in self.groups(name)
        )

    def _same(self, one: int, other: int) -> bool:
        return tuple(self.rows[one]) == tuple(self.rows[other])
