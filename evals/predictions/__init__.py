"""What arms answered for one closed field: the input of every figure in this room, without any model.

Others use `Prediction` and `Predictions` from here; `file` and `folder` read and write them.
"""

from fewsight.evals.predictions.rows import Prediction, Predictions, cluster_codes, require_same_rows

__all__ = ["Prediction", "Predictions", "cluster_codes", "require_same_rows"]
