"""Means over many rows of which few are labelled: prediction-powered inference (Angelopoulos et al., Science 382,
2023).

The answers of all rows are averaged, and their error is estimated on the labelled ones. How far the answers are trusted
is tuned so that the variance is least (PPI++, Angelopoulos, Duchi and Zrnic, arXiv 2311.01453). Nothing is assumed of
the classifier; the labelled customers must be a random sample of all.

The published interval is normal, and takes answers that were never seen to be wrong for perfect: of rare labels it held
far too seldom. So half a customer with a wholly wrong answer is added to the variance, the limits are of Wilson's form,
and of a label with too few labelled customers the labels alone count. Measured coverage: docs/evaluation.md.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from fewsight.statistics.arrays import Codes, Floats
from fewsight.statistics.intervals import Interval, cluster_interval, standard_error, t_quantile
from fewsight.statistics.shares import wilson_limits
from fewsight.statistics.statistic import mean, require_same_number, share_like

FEWEST: Final = 5
"""Labelled customers with the label, and without it, from which on answers are trusted at all."""

UNSEEN: Final = 0.5
"""Customers with a wholly wrong answer that are added to those seen."""


@dataclass(frozen=True, slots=True)
class PredictionPowered:
    """The mean with its interval; `trust` is the weight of the answers, from 0 (labels alone) to 1."""

    mean: Interval
    trust: float


def prediction_powered_mean(
    gold: Floats,
    labelled: Floats,
    labelled_clusters: Codes,
    unlabelled: Floats,
    unlabelled_clusters: Codes,
    confidence: float = 0.95,
) -> PredictionPowered:
    """The mean of `gold` over all rows, of numbers between 0 and 1; for a label's prevalence 1 where a row has it, else
    0.

    `gold` and `labelled` (the answers, or the label's probability) are of the labelled rows; `unlabelled` are the
    answers of the others. No customer may be in both. The standard error is robust to clusters. The limits are Wilson's
    with as many rows as have that error, and Student's quantile with one degree less than there are labelled customers.

    Where fewer than `FEWEST` labelled customers have the label, or lack it, the labels alone count: `trust` is 0. Of a
    single customer on either side nothing is known: the limits are 0 and 1.

    Raises:
        InputError: there are no rows, or their numbers differ.
    """
    require_same_number(len(gold), len(labelled), len(labelled_clusters))
    require_same_number(len(unlabelled), len(unlabelled_clusters))
    alone, rows = mean(gold), len(gold) + len(unlabelled)
    few = min(len(np.unique(labelled_clusters[gold > 0])), len(np.unique(labelled_clusters[gold < 1]))) < FEWEST
    trust = 0.0 if few else _trust(gold, labelled, labelled_clusters, unlabelled, unlabelled_clusters)
    corrected, answered = mean(gold - trust * labelled), mean(trust * unlabelled)
    value = min(max(corrected.value + answered.value, 0.0), 1.0)
    error, clusters = standard_error(corrected, labelled_clusters)
    rest, others = standard_error(answered, unlabelled_clusters)
    if min(clusters, others) < 2:
        return PredictionPowered(Interval(value, 0.0, 1.0, confidence, "one customer", rows, clusters), trust)
    if few:
        interval = cluster_interval(share_like(alone.columns, alone.of_sums), labelled_clusters, confidence)
        return PredictionPowered(interval, trust)
    variance = ((error * clusters) ** 2 + UNSEEN) / (clusters + UNSEEN) ** 2 + rest**2
    wider = t_quantile((1 + confidence) / 2, clusters - 1) / t_quantile((1 + confidence) / 2, math.inf)
    # Kept from 0 and 1, so that a share of 0 is not taken for one without spread.
    near = (value * clusters + 0.5) / (clusters + 1)
    effective = near * (1 - near) / (variance * wider**2)
    low, high = wilson_limits(value * effective, effective, confidence)
    return PredictionPowered(Interval(value, low, high, confidence, "prediction-powered Wilson", rows, clusters), trust)


def _trust(gold: Floats, labelled: Floats, clusters: Codes, unlabelled: Floats, others: Codes) -> float:
    """The weight that makes the variance least, of the variances of means over clusters; between 0 and 1."""
    both, _ = standard_error(mean(gold + labelled), clusters)
    apart, _ = standard_error(mean(gold - labelled), clusters)
    together = (both**2 - apart**2) / 4  # the covariance of both means
    spread, _ = standard_error(mean(labelled), clusters)
    rest, _ = standard_error(mean(unlabelled), others)
    whole = spread**2 + rest**2
    return float(np.clip(together / whole, 0, 1)) if whole else 0.0
