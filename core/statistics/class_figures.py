"""Precision, recall and F1 of one label, from counts of rows."""

from dataclasses import dataclass


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
