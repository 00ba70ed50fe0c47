"""Scores against yes or no: `curves` say how well they rank rows and whether their spread is right, `budget` what a
list of the highest holds.
"""

from fewsight.statistics.ranking.budget import lift_at, precision_at
from fewsight.statistics.ranking.curves import area, average_precision, calibration_slope

__all__ = ["area", "average_precision", "calibration_slope", "lift_at", "precision_at"]
