"""Labels for numbers: bins of about equal numbers of training rows, each with the mean of its rows."""

import itertools
import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from fewsight.errors import InputError
from fewsight.outcomes.outcome import Outcome

NONE: Final = "nothing"
"""The label of no event, or of no money: what was spent less what went back is not above 0."""

_KEPT: Final = 100_000
_DIGITS: Final = 2


@dataclass
class Values:
    """A sample of bounded size in which each value is with the same probability.

    Vitter's algorithm R (ACM Transactions on Mathematical Software 11, 1985).
    """

    count: int = 0
    sample: list[int] = field(default_factory=list)
    _chance: Random = field(default_factory=lambda: Random(0))  # noqa: S311 - reproducible, no secret

    def add(self, value: int) -> None:
        """Take one more."""
        self.count += 1
        if len(self.sample) < _KEPT:
            self.sample.append(value)
        elif (place := self._chance.randrange(self.count)) < _KEPT:
            self.sample[place] = value


@dataclass
class Bins:
    """Bins of an outcome's values: up to 0, up to each of the `edges` (counts, or minor units), and above the last.

    Rows that are added give the means.
    """

    outcome: Outcome
    edges: tuple[int, ...]
    _rows: list[int] = field(init=False)
    _sums: list[int] = field(init=False)

    def __post_init__(self) -> None:
        """Begin without rows."""
        self._rows, self._sums = [0] * len(self.labels), [0] * len(self.labels)

    @property
    def labels(self) -> tuple[str, ...]:
        """Their names, from the lowest.

        >>> Bins(Outcome("count", "order", 90), (1, 2, 5)).labels
        ('nothing', '1', '2', '3 to 5', '6 or more')
        >>> Bins(Outcome("spend", "order", 90, currency="EUR"), (2500, 6000)).labels
        ('nothing', 'up to 25', 'over 25 up to 60', 'over 60')
        """
        if self.outcome.happens == "count":
            pairs = zip((0, *self.edges), self.edges, strict=False)
            between = [str(high) if high == low + 1 else f"{low + 1} to {high}" for low, high in pairs]
            return (NONE, *between, f"{self.edges[-1] + 1 if self.edges else 1} or more")
        named = [f"{self.outcome.units(edge):.15g}" for edge in self.edges]
        between = [f"over {low} up to {high}" for low, high in itertools.pairwise(named)]
        return (NONE, *(f"up to {named[0]}",), *between, f"over {named[-1]}") if named else (NONE, "some")

    def add(self, value: int) -> None:
        """Count a training row."""
        place = self._place(value)
        self._rows[place] += 1
        self._sums[place] += value

    def label(self, value: int) -> str:
        """The label of a value."""
        return self.labels[self._place(value)]

    @property
    def expected(self) -> dict[str, float]:
        """By label, the mean of its training rows in units; for a label without any, its lower edge."""
        lows = (0, 0, *self.edges)
        means = [total / rows if rows else low for total, rows, low in zip(self._sums, self._rows, lows, strict=True)]
        return {label: self.outcome.units(mean) for label, mean in zip(self.labels, means, strict=True)}

    def _place(self, value: int) -> int:
        return 0 if value <= 0 else 1 + bisect_left(self.edges, value)


def bins_of(outcome: Outcome, values: Sequence[int], most: int = 6) -> Bins:
    """Bins for an outcome's values in training rows: nothing, up to `most - 1` others at quantiles of those above 0.

    Edges of money are rounded to two digits that count.

    Raises:
        InputError: no value is above 0.
    """
    above = sorted(value for value in values if value > 0)
    if not above:
        raise InputError(f"No training row has any {outcome}, so there is nothing to predict.")
    parts = max(most - 1, 1)
    wanted = [above[math.ceil(len(above) * part / parts) - 1] for part in range(1, parts)]
    edges = sorted({_rounded(edge) if outcome.happens == "spend" else edge for edge in wanted})
    bins = [0, *edges]
    filled = [high for low, high in zip(bins, edges, strict=False) if any(low < value <= high for value in above)]
    return Bins(outcome, tuple(edge for edge in filled if edge < above[-1]))


def _rounded(value: int) -> int:
    return int(round(value, _DIGITS - len(str(value)))) if value >= 10**_DIGITS else value
