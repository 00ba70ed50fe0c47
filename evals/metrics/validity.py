"""How often an answer is one at all."""

import numpy as np

from fewsight.evals.metrics.base import label_metric
from fewsight.evals.predictions import Predictions
from fewsight.statistics.arrays import INVALID
from fewsight.statistics.statistic import Statistic, share


@label_metric("valid", compares=False)
def schema_validity(predictions: Predictions) -> Statistic:
    """The share of rows with a valid answer."""
    return share(predictions.predicted != INVALID, np.ones(len(predictions), dtype=bool))
