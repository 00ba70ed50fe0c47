"""The one owner of calibrated probabilities: the data, how it is applied to an answer, and how it is fitted.

- `calibration` and `steps`: the data that is written as a file, and how it is applied to the labels of one answer.
- `fitting` and `choosing`: fit single steps, and choose those of a field with the thresholds that keep a promise.
- `rows`: rows with probabilities, that a field is fitted on and measured on.

Others only use it: `evals.scores.calibrating` measures on test rows what was fitted on calibration rows, and
`serving.run.calibrated` applies files in a run and lists what a person should look at. Agents may do both.
What stands here is cheap to import; `fitting`, `choosing` and `rows` need numpy.
"""

from fewsight.calibration.calibration import Calibration, Circumstances, FieldCalibration, Threshold, read_calibration

__all__ = ["Calibration", "Circumstances", "FieldCalibration", "Threshold", "read_calibration"]
