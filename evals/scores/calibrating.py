"""What calibration and abstention of an arm do on the test rows; fitting them is `fewsight.calibration`'s."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from fewsight.calibration import Threshold
from fewsight.calibration.rows import ProbabilityRows
from fewsight.evals.model import BinPoint, Promise, ReliabilityPart
from fewsight.evals.predictions import Predictions
from fewsight.statistics.abstention import feasibility
from fewsight.statistics.probabilities import brier, log_loss, reliability
from fewsight.statistics.risk_coverage import risk_coverage

POINTS: Final = 100
"""Points of a risk-coverage curve that the report keeps."""

_TOO_WRONG: Final = "Not possible: even the most confident answers are wrong too often on the calibration rows."


def probability_rows(predictions: Predictions | None) -> ProbabilityRows | None:
    """The rows with probabilities; None where there are none."""
    if predictions is None or not predictions.has_probabilities.any():
        return None
    known = predictions.has_probabilities
    return ProbabilityRows(
        predictions.labels, predictions.gold[known], predictions.clusters[known], predictions.probabilities
    )


def reliability_part(rows: ProbabilityRows) -> ReliabilityPart:
    """The reliability diagram of the top label, with log loss and Brier score."""
    diagram = reliability(rows.confidence, rows.right.astype(float))
    return ReliabilityPart(
        ece=diagram.ece,
        log_loss=log_loss(rows.probabilities, rows.gold).value,
        brier=brier(rows.probabilities, rows.gold).value,
        binning=f"{diagram.asked} {diagram.binning} bins",
        bins=tuple(BinPoint(confidence=b.confidence, right=b.right, rows=b.rows) for b in diagram.bins),
    )


def curve_points(rows: ProbabilityRows) -> tuple[tuple[float, float], ...]:
    """(share answered, share wrong of them), the most confident first; at most about 100 points."""
    curve = risk_coverage(rows.confidence, rows.right)
    kept = np.unique(np.linspace(0, len(curve.threshold) - 1, POINTS).round().astype(int))
    return tuple((float(curve.coverage[i]), float(curve.risk[i])) for i in kept)


def promises(chosen: Sequence[Threshold], test: ProbabilityRows) -> tuple[Promise, ...]:
    """What abstention promises, and what came of it on the test rows."""
    return tuple(_promise(one, test) for one in chosen)


def _promise(chosen: Threshold, test: ProbabilityRows) -> Promise:
    promise = Promise(risk=chosen.risk, confidence=chosen.confidence, threshold=chosen.threshold)
    if chosen.threshold is None:
        possible = feasibility(chosen.rows, chosen.risk, chosen.confidence)
        return promise.model_copy(update={"why": _TOO_WRONG if possible.is_possible else possible.message})
    answered = test.confidence >= chosen.threshold
    count = int(answered.sum())
    wrong = float((~test.right[answered]).mean()) if count else 0.0
    return promise.model_copy(update={"coverage": count / len(answered), "wrong": wrong})
