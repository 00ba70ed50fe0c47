"""Means over many rows of which few are labelled: prediction-powered inference (Angelopoulos et al., Science 382,
2023).

The answers of all rows are averaged, and their error is estimated on the labelled ones. How far the answers are trusted
is tuned so that the interval is no wider than without them (PPI++, Angelopoulos, Duchi and Zrnic, arXiv 2311.01453).
Nothing is assumed of the classifier; the labelled customers must be a random sample of all.
"""

import math
from dataclasses import dataclass

import numpy as np

from fewsight.evals.arrays import Codes, Floats
from fewsight.evals.intervals import Interval, standard_error, t_quantile
from fewsight.evals.statistic import mean, require_same_number


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
    answers of the others. No customer may be in both. The standard error is robust to clusters; quantiles are
    Student's, with one degree less than there are labelled customers.

    Raises:
        InputError: there are no rows, or their numbers differ.
    """
    require_same_number(len(gold), len(labelled), len(labelled_clusters))
    require_same_number(len(unlabelled), len(unlabelled_clusters))
    trust = _trust(gold, labelled, labelled_clusters, unlabelled, unlabelled_clusters)
    corrected = mean(gold - trust * labelled)
    value = corrected.value + trust * mean(unlabelled).value
    error, clusters = standard_error(corrected, labelled_clusters)
    rest, _ = standard_error(mean(trust * unlabelled), unlabelled_clusters)
    half = math.inf
    if clusters > 1:
        half = t_quantile((1 + confidence) / 2, clusters - 1) * math.hypot(error, rest)
    low, high = max(value - half, 0.0), min(value + half, 1.0)
    value = min(max(value, 0.0), 1.0)
    rows = len(gold) + len(unlabelled)
    return PredictionPowered(Interval(value, low, high, confidence, "prediction-powered t", rows, clusters), trust)


def _trust(gold: Floats, labelled: Floats, clusters: Codes, unlabelled: Floats, others: Codes) -> float:
    """The weight that makes the variance least, of the variances of means over clusters; between 0 and 1."""
    both, _ = standard_error(mean(gold + labelled), clusters)
    apart, _ = standard_error(mean(gold - labelled), clusters)
    together = (both**2 - apart**2) / 4  # the covariance of both means
    spread, _ = standard_error(mean(labelled), clusters)
    rest, _ = standard_error(mean(unlabelled), others)
    whole = spread**2 + rest**2
    return float(np.clip(together / whole, 0, 1)) if whole else 0.0
