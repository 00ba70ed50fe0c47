"""Calibrated probabilities: plain data that evaluation fits, and how it is applied to the labels of one answer.

Others use what is named here; `fitting` holds what evaluation fits with.
"""

from fewsight.calibration.calibration import Calibration, Circumstances, FieldCalibration, Threshold, read_calibration

__all__ = ["Calibration", "Circumstances", "FieldCalibration", "Threshold", "read_calibration"]
