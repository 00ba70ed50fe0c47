"""Rows before they are read: words for nothing become empty, ids are as in other tables, and only used cells count."""

from collections import Counter
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, Final

from fewsight.tables.mapping import ColumnMapping
from fewsight.tables.records import LONGEST_CELL, BadValue, Broken, Cells, Short, damage
from fewsight.tables.values.empties import NO_FACT, NO_TEXT, NOTHING
from fewsight.tables.values.ids import clean_id

_IDS: Final = ("customer_id", "event_id", "order")
_WORDY: Final = 12
"""Characters of the longest word for nothing."""


class Cleaner:
    """Cleans rows of one table under one mapping (as `ColumnMapping.for_table` gives it).

    A cell that the mapping does not use harms no row, whatever it holds. Of a text that is too long the end is kept,
    which in a conversation is its newest part; of another long cell the beginning. `cut` counts both by column.
    """

    def __init__(self, mapping: ColumnMapping, columns: Sequence[str]) -> None:
        self._columns = tuple(columns)
        place = {name: at for at, name in enumerate(columns)}
        roles = {role: place[name] for role, name in mapping.columns.items()}
        self._text = roles.get("text")
        self._id_columns = [roles[role] for role in _IDS if role in roles]
        facts = [place[name] for name in (*(mapping.attributes or ()), *(mapping.profile or ()))]
        self._words = [
            *((at, NO_TEXT if role == "text" else NOTHING) for role, at in roles.items() if role not in _IDS),
            *((at, NO_FACT) for at in facts),
        ]
        self._used = sorted({*roles.values(), *facts})
        self._names = [self._columns[at] for at in self._used]
        self._pick: Callable[[Cells], Cells] = itemgetter(*self._used) if len(self._used) > 1 else self._only
        self._last_needed = max(_needed(mapping, roles), default=-1)
        self.cut: Counter[str] = Counter()

    def clean(self, line: int, cells: Cells) -> Cells | Broken:
        """The row, or why it can't be used."""
        if isinstance(cells, Short) and cells.given <= self._last_needed:
            return Broken(line, cells.reason, value=cells.raw)
        cells = list(cells)
        if damage(self._pick(cells), self._names):
            self._shorten(cells)
            if bad := damage(self._pick(cells), self._names):
                return Broken(line, bad[1], bad[0], bad[2], self._customer(cells))
        for at, nothing in self._words:
            cell = cells[at]
            if type(cell) is str and len(cell) <= _WORDY and cell.strip() in nothing:
                cells[at] = None
        for at in self._id_columns:
            try:
                cells[at] = clean_id(cells[at])
            except BadValue as reason:
                return Broken(line, str(reason), self._columns[at], cells[at], self._customer(cells))
        return cells

    def notes(self) -> list[str]:
        """What was cut, for the user to know."""
        text = None if self._text is None else self._columns[self._text]
        return [
            f"{count:,} {'cell' if count == 1 else 'cells'} in {name!r} of more than {LONGEST_CELL:,} characters: only "
            f"the {'end' if name == text else 'beginning'} is kept"
            for name, count in self.cut.items()
        ]

    def _shorten(self, cells: list[Any]) -> None:
        for at in self._used:
            if isinstance(cells[at], str) and len(cells[at]) > LONGEST_CELL and at not in self._id_columns:
                self.cut[self._columns[at]] += 1
                cells[at] = cells[at][-LONGEST_CELL:] if at == self._text else cells[at][:LONGEST_CELL]

    def _customer(self, cells: Cells) -> str | None:
        try:
            name = clean_id(cells[self._id_columns[0]]) if self._id_columns else None
        except BadValue:
            return None
        return None if name is None else str(name)

    def _only(self, cells: Cells) -> Cells:
        return [cells[at] for at in self._used]


def _needed(mapping: ColumnMapping, roles: dict[str, int]) -> list[int]:
    """Places of cells without which a row is none: a text counts where nothing else says what happened."""
    names = {"customer_id", *(role for role in ("time", "kind") if not mapping.defaults.get(role))}
    if "kind" not in roles and mapping.rows != "profiles":
        names.add("text")
    return [at for role, at in roles.items() if role in names]
