"""What a report computes with: an array for each thing that is known of every customer."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fewsight.agents.reports.model import FEWEST, Condition
from fewsight.statistics.arrays import Flags, Floats


@dataclass(frozen=True, slots=True)
class Scope:
    """A filter, whom it keeps, and of whom it is known whether it does (`among`): both of shape (customers,)."""

    condition: Condition
    inside: Flags
    among: Flags


@dataclass(frozen=True, slots=True)
class Frame:
    """Customers in the order of their ids, one row each.

    `reasons` are labels, `leaving` says who leaves, both of shape (customers,). `worth` is what each bought, in minor
    units of one currency; None where no amounts are known. `unseen` is the label of a reason that is not to be seen.
    """

    customers: tuple[str, ...]
    reasons: np.ndarray[tuple[int], np.dtype[np.object_]]
    leaving: Flags
    worth: Floats | None
    unseen: str
    scopes: tuple[Scope, ...]
    small_groups: int

    def of_reason(self, reason: str) -> Flags:
        """Who leaves for this reason."""
        flags: Flags = self.leaving & (self.reasons == reason)
        return flags

    def shown_reasons(self) -> list[str]:
        """The reasons that at least FEWEST customers leave for, the commonest first."""
        counts = {reason: int(self.of_reason(reason).sum()) for reason in sorted(set(self.reasons[self.leaving]))}
        shown = [reason for reason, count in counts.items() if count >= FEWEST and reason != self.unseen]
        return sorted(shown, key=lambda reason: -counts[reason])

    def money_of(self, rows: Flags) -> float:
        """What some of those who leave bought, as a part of what all did; by heads where no amounts are known."""
        weights = np.ones(len(self.leaving)) if self.worth is None else np.maximum(self.worth, 0)
        total = weights[self.leaving].sum()
        return float(weights[self.leaving & rows].sum() / total) if total else 0.0


Groups = Mapping[Condition, list[int]]
"""Rows by condition."""
