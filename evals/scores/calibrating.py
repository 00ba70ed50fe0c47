"""Calibration and abstention of one arm and field: fitted on the calibration rows, measured on the test rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from fewsight.calibration import FieldCalibration, Threshold
from fewsight.calibration.fitting import apply_rows, fit_prior, fit_temperature, fitted_field
from fewsight.calibration.steps import Step
from fewsight.evals.predictions import Predictions
from fewsight.evals.report.model import BinPoint, Promise, ReliabilityPart
from fewsight.statistics.abstention import choose_threshold, feasibility
from fewsight.statistics.arrays import Codes, Flags, Floats
from fewsight.statistics.probabilities import brier, log_loss, reliability
from fewsight.statistics.risk_coverage import risk_coverage

RISKS: Final = (0.01, 0.02, 0.05, 0.1, 0.2)
PROMISED: Final = 0.95
FOLDS: Final = 5
LEAST_ROWS: Final = 20
"""Rows with probabilities from which on a calibration is fitted."""

POINTS: Final = 100
"""Points of a risk-coverage curve that the report keeps."""


@dataclass(frozen=True, eq=False)
class Believed:
    """An arm's rows with probabilities of shape (rows, labels); given labels and customers as codes."""

    labels: tuple[str, ...]
    gold: Codes
    clusters: Codes
    probabilities: Floats

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

    def calibrated(self, fitted: FieldCalibration) -> "Believed":
        """The same rows after calibration."""
        return Believed(self.labels, self.gold, self.clusters, apply_rows(fitted, self.probabilities, self.labels))


def believed(predictions: Predictions | None) -> Believed | None:
    """The rows with probabilities; None where there are none."""
    if predictions is None or not predictions.has_probabilities.any():
        return None
    known = predictions.has_probabilities
    return Believed(predictions.labels, predictions.gold[known], predictions.clusters[known], predictions.probabilities)


def fit(rows: Believed | None, *, is_prompt: bool) -> FieldCalibration | None:
    """A temperature; for prompts, first a division by the mean answer where that has less log loss on rows left out.

    None where there are fewer than 20 rows.
    """
    if rows is None or len(rows.gold) < LEAST_ROWS:
        return None
    with_prior = is_prompt and _held_out_loss(rows, prior=True) < _held_out_loss(rows, prior=False)
    return _fitted(rows, prior=with_prior)


def _fitted(rows: Believed, *, prior: bool) -> FieldCalibration:
    steps: list[Step] = []
    shares = rows.probabilities
    if prior:
        steps.append(fit_prior(shares, rows.labels, "batch"))
        shares = apply_rows(FieldCalibration(steps=tuple(steps), rows=len(rows.gold)), shares, rows.labels)
    steps.append(fit_temperature(shares, rows.gold))
    return fitted_field(steps, rows.probabilities, rows.gold, rows.labels)


def _held_out_loss(rows: Believed, *, prior: bool) -> float:
    """The mean log loss over folds of customers."""
    fold = np.random.default_rng(0).permutation(int(rows.clusters.max()) + 1)[rows.clusters] % FOLDS
    losses = []
    for number in range(FOLDS):
        mine, theirs = _only(rows, fold != number), _only(rows, fold == number)
        if len(mine.gold) and len(theirs.gold):
            after = theirs.calibrated(_fitted(mine, prior=prior))
            losses.append(log_loss(after.probabilities, after.gold).value)
    return float(np.mean(losses)) if losses else np.inf


def _only(rows: Believed, chosen: Flags) -> Believed:
    return Believed(rows.labels, rows.gold[chosen], rows.clusters[chosen], rows.probabilities[chosen])


def reliability_part(rows: Believed) -> ReliabilityPart:
    """The reliability diagram of the top label, with log loss and Brier score."""
    found = reliability(rows.confidence, rows.right.astype(float))
    return ReliabilityPart(
        ece=found.ece,
        log_loss=log_loss(rows.probabilities, rows.gold).value,
        brier=brier(rows.probabilities, rows.gold).value,
        binning=f"{found.asked} {found.binning} bins",
        bins=tuple(BinPoint(confidence=b.confidence, right=b.right, rows=b.rows) for b in found.bins),
    )


def curve_points(rows: Believed) -> tuple[tuple[float, float], ...]:
    """(share answered, share wrong of them), the most confident first; at most about 100 points."""
    curve = risk_coverage(rows.confidence, rows.right)
    kept = np.unique(np.linspace(0, len(curve.threshold) - 1, POINTS).round().astype(int))
    return tuple((float(curve.coverage[i]), float(curve.risk[i])) for i in kept)


def thresholds(calibration: Believed, risks: Sequence[float] = RISKS) -> tuple[Threshold, ...]:
    """What can be promised from the (calibrated) calibration rows, by risk."""
    made = []
    for risk in risks:
        found = choose_threshold(calibration.confidence, calibration.right, calibration.clusters, risk, PROMISED)
        made.append(
            Threshold(
                risk=risk,
                confidence=PROMISED,
                threshold=found.threshold,
                rows=found.customers,
                coverage=found.coverage,
            )
        )
    return tuple(made)


def promises(chosen: Sequence[Threshold], test: Believed) -> tuple[Promise, ...]:
    """What abstention promises, and what came of it on the test rows."""
    made = []
    for found in chosen:
        risk = found.risk
        if found.threshold is None:
            possible = feasibility(found.rows, risk, PROMISED)
            why = _TOO_WRONG if possible.is_possible else possible.message
            made.append(Promise(risk=risk, confidence=PROMISED, threshold=None, why=why))
            continue
        answered = test.confidence >= found.threshold
        count = int(answered.sum())
        made.append(
            Promise(
                risk=risk,
                confidence=PROMISED,
                threshold=found.threshold,
                coverage=count / len(answered),
                wrong=float((~test.right[answered]).mean()) if count else 0.0,
            )
        )
    return tuple(made)


_TOO_WRONG: Final = "Not possible: even the most confident answers are wrong too often on the calibration rows."
