"""Rows with probabilities: what calibrations are fitted on, and measured on."""

from dataclasses import dataclass

import numpy as np

from fewsight.calibration.calibration import FieldCalibration
from fewsight.statistics.arrays import Codes, Flags, Floats


@dataclass(frozen=True, eq=False)
class ProbabilityRows:
    """Rows of one field with probabilities of shape (rows, labels); given labels and customers as codes."""

    labels: tuple[str, ...]
    gold: Codes
    clusters: Codes
    probabilities: Floats

    def __len__(self) -> int:
        return len(self.gold)

    @property
    def confidence(self) -> Floats:
        """Of the most probable label, shape (rows,)."""
        top: Floats = self.probabilities.max(axis=1)
        return top

    @property
    def right(self) -> Flags:
        """Whether the most probable label is the given one, shape (rows,)."""
        hits: Flags = self.probabilities.argmax(axis=1) == self.gold
        return hits

    def only(self, chosen: Flags) -> "ProbabilityRows":
        """The chosen rows."""
        return ProbabilityRows(self.labels, self.gold[chosen], self.clusters[chosen], self.probabilities[chosen])

    def calibrated(self, fitted: FieldCalibration) -> "ProbabilityRows":
        """The same rows after calibration, which is applied to them exactly as to the answers of a run."""
        rows = (dict(zip(self.labels, row, strict=True)) for row in self.probabilities.tolist())
        after = [fitted.apply(row).probabilities for row in rows]
        shares = np.array([[row[label] for label in self.labels] for row in after]).reshape(self.probabilities.shape)
        return ProbabilityRows(self.labels, self.gold, self.clusters, shares)
