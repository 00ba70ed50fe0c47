"""Columns of profiles that tell an outcome: they are undated, and may hold what came only later."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from fewsight.events import Scalar

_MOST_VALUES: Final = 20
"""Different values of a column up to which each is looked at by itself."""

_LEAST: Final = 5
"""Customers of each answer, and on the average of each value, from which on a column that tells all is no chance."""

_OTHER: Final = "some other value"

_Counts = dict[object, list[int]]


@dataclass
class Telltales:
    """Looks at one labelled row of each customer for columns that know the answer or a later moment."""

    _rows: list[int] = field(default_factory=lambda: [0, 0])
    _values: dict[str, _Counts] = field(default_factory=dict)
    _later: dict[str, str] = field(default_factory=dict)

    def look(self, profile: Mapping[str, Scalar], is_case: bool, moment: datetime) -> None:
        """Take one more row: the profile as it is shown, its answer, and its moment (aware)."""
        self._rows[is_case] += 1
        for name, value in profile.items():
            counts = self._values.setdefault(name, {})
            key = value if value in counts or len(counts) < _MOST_VALUES else _OTHER
            counts.setdefault(key, [0, 0])[is_case] += 1
            if name not in self._later and isinstance(value, str) and (time := _time(value)) and time > moment:
                self._later[name] = value

    def telling(self) -> Iterator[tuple[str, str]]:
        """Columns that tell what came later, and how that shows."""
        for name, value in self._later.items():
            yield name, f"it holds {value!r}, later than the moment of a row"
        for name, counts in self._values.items():
            if name not in self._later and self._tells(counts):
                yield name, "rows with the same value always have the same answer"

    def _tells(self, counts: _Counts) -> bool:
        """Whether each value, or whether there is one, goes with one answer alone."""
        if min(self._rows) < _LEAST:
            return False
        given = [sum(count[place] for count in counts.values()) for place in (0, 1)]
        missing = [self._rows[place] - given[place] for place in (0, 1)]
        by_value = [*counts.values(), missing]
        # with many values each may be of one customer, who has one answer
        few = _OTHER not in counts and sum(self._rows) >= _LEAST * len(counts)
        return all(min(pair) == 0 for pair in ([*by_value] if few else [given, missing]))


def _time(text: str) -> datetime | None:
    """A date or time as ISO 8601 writes it; one without a zone counts as UTC."""
    if not text[:4].isdigit() or text[4:5] != "-":
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
