"""Labels that a task doesn't have."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from fewsight.errors import did_you_mean
from fewsight.prompts.answer.fields import ClosedField
from fewsight.prompts.problems import Problems


class UnknownLabels:
    """Collects labels that the task doesn't have, so that each is named once with its count."""

    def __init__(self) -> None:
        self._count: Counter[tuple[str, str]] = Counter()
        self._line: dict[tuple[str, str], int] = {}
        self._labels: dict[str, tuple[str, ...]] = {}

    def check(self, values: Mapping[str, Any], fields: Iterable[ClosedField], line: int) -> bool:
        """Whether all labels among `values` are known; notes those that are not."""
        known = True
        for closed in fields:
            value = values.get(closed.path)
            if value is not None and not any(value == v and type(value) is type(v) for v in closed.values):
                key = (closed.path, str(value))
                self._count[key] += 1
                self._line.setdefault(key, line)
                self._labels[closed.path] = closed.labels
                known = False
        return known

    def report(self, problems: Problems) -> None:
        """One problem for each unknown label, the most frequent first."""
        for (path, label), count in self._count.most_common():
            where = f"line {self._line[path, label]}" + (f" and {count - 1} more" if count > 1 else "")
            problems.add(where, f"{path} is {label!r}, not a label.{did_you_mean(label, self._labels[path])}")
