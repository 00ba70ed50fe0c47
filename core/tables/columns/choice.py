"""The choice of columns while it is made: what is taken, and why."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from fewsight.tables.columns.names import rank
from fewsight.tables.columns.sheet import Sheet
from fewsight.tables.words import squash

BY_NAME = "by its name"


class Choice:
    """Roles and the columns that were chosen for them, each with its reason; notes say what else is assumed.

    `messages` are columns that hold the messages of a ticket, and have no role themselves.
    """

    def __init__(self, sheet: Sheet, messages: tuple[str, ...] = ()) -> None:
        self.sheet, self.messages = sheet, messages
        self.columns: dict[str, str] = {}
        self.reasons: dict[str, str] = {}
        self.notes: list[str] = []

    def take(self, role: str, column: str | None, reason: str = BY_NAME) -> None:
        """Choose a column, if there is one."""
        if column is not None:
            self.columns[role] = column
            self.reasons[role] = reason

    def drop(self, role: str) -> str | None:
        """Give a column back."""
        self.reasons.pop(role, None)
        return self.columns.pop(role, None)

    @property
    def free(self) -> list[str]:
        """Columns that no role has, in the order of the table."""
        taken = {*self.columns.values(), *self.messages}
        inside = tuple(f"{name}." for name in self.messages)
        return [name for name in self.sheet.columns if name not in taken and not name.startswith(inside)]

    def ranked(self, role: str, names: Iterable[str] | None = None) -> list[str]:
        """Free columns whose name has a role, the surest first."""
        asked = [name for name in (self.free if names is None else names) if name not in self.sheet.nested]
        found = [(place, name) for name in asked if (place := rank(role, name))]
        return [name for _, name in sorted(found, key=lambda pair: pair[0])]

    def best(self, role: str, plausible: Callable[[Sequence[Any]], bool]) -> str | None:
        """The free column whose name has a role most surely and whose values can be it.

        Where there is none, a column that is named just as its role is one, whatever it holds: its bad values are to be
        seen.
        """
        ranked = self.ranked(role)
        fitting = (name for name in ranked if plausible(self.sheet.sample[name]))
        return next(fitting, None) or next((name for name in ranked if squash(name) == squash(role)), None)

    def named(self, *words: str) -> str | None:
        """The first free column with one of these squashed names."""
        return next((name for name in self.free if squash(name) in words), None)
