"""Collect everything that is wrong before refusing, so that one run shows all there is to mend."""

from fewsight.errors import TaskError

_SHOWN = 20


class Problems:
    """A list of what is wrong with one subject, raised as a single TaskError."""

    def __init__(self, subject: str) -> None:
        self._subject = subject
        self._problems: list[str] = []
        self._more = 0

    def add(self, where: str, what: object) -> None:
        """Note a problem; beyond the first 20 they are only counted."""
        if len(self._problems) < _SHOWN:
            self._problems.append(f"{where}: {what}" if where else str(what))
        else:
            self._more += 1

    def __bool__(self) -> bool:
        return bool(self._problems)

    def raise_any(self) -> None:
        """Raise what was noted.

        Raises:
            TaskError: there is at least one problem.
        """
        if self._problems:
            more = [f"... and {self._more} more"] if self._more else []
            count = len(self._problems) + self._more
            head = f"{self._subject} has {count} problem{'s' if count > 1 else ''}:"
            raise TaskError("\n  - ".join([head, *self._problems, *more]))
