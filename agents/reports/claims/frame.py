"""What claims are computed with: an array for each thing that is known of every customer."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fewsight.agents.reports.model import Condition, Statistic
from fewsight.statistics.arrays import Codes, Flags, Floats


@dataclass(frozen=True, slots=True)
class Scope:
    """A filter, whom it keeps, and of whom it is known whether it does (`among`): both of shape (rows,)."""

    condition: Condition
    inside: Flags
    among: Flags

    @property
    def extent(self) -> Flags:
        """Whom a claim explains for other claims of its column: those inside; of now and before, both."""
        return self.among if self.condition.kind == "time" else self.inside


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """A statistic of each row: whom it is about, and of whom of them it tells; both of shape (rows,).

    `skips` are kinds of scopes of which it says nothing. Labels of an `is_exclusive` statistic shut each other out, so
    that where one is commoner, others are rarer.
    """

    statistic: Statistic
    about: Flags
    told: Flags
    skips: frozenset[str] = frozenset()
    is_exclusive: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One row for each customer, in the order of their ids; of now and before, a row for each side.

    `worth` is what each bought, in minor units of one currency; None where no amounts are known. `weighed` says whose
    money counts where claims are ranked. `clusters` tells which rows are of one customer; None where none share one.
    """

    customers: tuple[str, ...]
    measures: tuple[Measure, ...]
    scopes: tuple[Scope, ...]
    small_groups: int
    weighed: Flags
    worth: Floats | None
    clusters: Codes | None = None

    def money_of(self, rows: Flags) -> float:
        """What some of those weighed bought, as a part of what all did; by heads where no amounts are known."""
        weights = np.ones(len(self.weighed)) if self.worth is None else np.maximum(self.worth, 0)
        total = weights[self.weighed].sum()
        return float(weights[self.weighed & rows].sum() / total) if total else 0.0


Groups = Mapping[Condition, list[int]]
"""Rows by condition."""
