"""Fitting the single steps of a calibration, on rows that are not reported on afterwards.

Probabilities have shape (rows, labels) and sum to 1 in each row; `gold` are the given labels' codes, shape (rows,).
"""

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np

from fewsight.calibration.steps import LEAST, Isotonic, Platt, Prior, Temperature
from fewsight.errors import InputError
from fewsight.statistics.arrays import Codes, Floats
from fewsight.statistics.statistic import require_same_number

COLDEST: Final = 0.05
HOTTEST: Final = 20.0


def fit_temperature(probabilities: Floats, gold: Codes) -> Temperature:
    """The temperature between 0.05 and 20 with the least log loss. The loss is convex in 1 / temperature, so it is the
    only one. It is 1 where no other has less.

    Raises:
        InputError: there are no rows, or arrays do not belong together.
    """
    from scipy.optimize import minimize_scalar
    from scipy.special import log_softmax

    _require_rows(probabilities, gold)
    logs = np.log(np.maximum(probabilities, LEAST))

    def loss(coldness: float) -> float:
        return -float(log_softmax(coldness * logs, axis=1)[np.arange(len(gold)), gold].mean())

    best = minimize_scalar(loss, bounds=(1 / HOTTEST, 1 / COLDEST), method="bounded", options={"xatol": 1e-6})
    coldness = float(best.x)
    return Temperature(temperature=1 / coldness if loss(coldness) < loss(1.0) else 1.0)


def fit_platt(confidence: Floats, right: Floats, positive: str | None = None) -> Platt:
    """The logistic curve of `right` (0 or 1) over the log odds of `confidence`, both of shape (rows,).

    For the top label, or the probability of `positive` of two labels. Targets are smoothed as Platt did, so the curve
    is finite also where all are right.

    Raises:
        InputError: there are no rows, or arrays do not belong together.
    """
    from scipy.optimize import minimize

    _require_rows(confidence, right)
    kept = np.clip(confidence, LEAST, 1 - LEAST)
    odds = np.log(kept / (1 - kept))
    hits = float(right.sum())
    target = np.where(right > 0, (hits + 1) / (hits + 2), 1 / (len(right) - hits + 2))

    def loss(curve: Floats) -> tuple[float, Floats]:
        z = curve[0] * odds + curve[1]
        off = 1 / (1 + np.exp(-z)) - target
        return float((np.logaddexp(0, z) - target * z).mean()), np.array([(off * odds).mean(), off.mean()])

    best = minimize(loss, np.array([1.0, 0.0]), jac=True, method="BFGS")
    return Platt(slope=float(best.x[0]), intercept=float(best.x[1]), positive=positive)


def fit_isotonic(confidence: Floats, right: Floats, positive: str | None = None) -> Isotonic:
    """The rising step curve of `right` (0 or 1) over `confidence`, both of shape (rows,), with the least squared error.

    Its values keep 1 / (rows + 2) from 0 and 1, so that no row's log loss is infinite. It wants some hundred rows.

    Raises:
        InputError: there are no rows, or arrays do not belong together.
    """
    from sklearn.isotonic import IsotonicRegression

    _require_rows(confidence, right)
    fitted = IsotonicRegression().fit(confidence, right)
    edge = 1 / (len(right) + 2)
    y = np.clip(fitted.y_thresholds_, edge, 1 - edge)
    return Isotonic(x=tuple(map(float, fitted.X_thresholds_)), y=tuple(map(float, y)), positive=positive)


def fit_prior(probabilities: Floats, labels: Sequence[str], source: Literal["content-free", "batch"]) -> Prior:
    """The mean probabilities of answers to content-free inputs ("N/A", "", "[MASK]"), or of unlabelled rows of a batch.

    One row of even probabilities is added, so that a label that these rows never saw does not win wherever it has a
    trace of probability. Of few content-free inputs the prior is therefore weaker: of three, by a quarter.

    Raises:
        InputError: there are no rows, or arrays do not belong together.
    """
    _require_rows(probabilities)
    require_same_number(probabilities.shape[1], len(labels))
    smoothed = (probabilities.sum(axis=0) + 1 / len(labels)) / (len(probabilities) + 1)
    return Prior(source=source, shares=dict(zip(labels, map(float, smoothed / smoothed.sum()), strict=True)))


def _require_rows(*arrays: Floats | Codes) -> None:
    require_same_number(*(len(array) for array in arrays))
    if not len(arrays[0]):
        raise InputError("There are no rows to fit a calibration on.")
