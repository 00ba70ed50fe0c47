"""Shares from counts alone: the interval of one, and precision, recall and F1 of a label. Cheap to import."""

import math
from dataclasses import dataclass
from statistics import NormalDist


def wilson_limits(right: float, rows: float, confidence: float = 0.95) -> tuple[float, float]:
    """Both limits of a share of independent rows, by Wilson (JASA 22, 1927); holds for few rows too.

    `right` and `rows` may be effective numbers, so they need not be whole. Without rows nothing is known: 0 and 1.

    >>> [round(limit, 4) for limit in wilson_limits(8, 10)]
    [0.4902, 0.9433]
    >>> wilson_limits(0, 0)
    (0.0, 1.0)
    """
    if rows <= 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, spread = right / rows, z * z / rows
    middle = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / rows + spread / 4 / rows) / (1 + spread)
    # Rounding must not leave a share outside its own limits.
    return min(max(middle - half, 0.0), share), max(min(middle + half, 1.0), share)


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """One label: rows that have it, rows that got it, rows that both have and got it."""

    label: str
    rows: int
    predicted: int
    right: int

    @property
    def precision(self) -> float:
        """Share of the rows that got it which have it; 0 where none got it."""
        return self.right / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Share of the rows that have it which got it; 0 where none has it."""
        return self.right / self.rows if self.rows else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        return 2 * self.right / (self.rows + self.predicted) if self.rows + self.predicted else 0.0
