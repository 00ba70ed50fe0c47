"""Which calibration a field gets: the steps that do best on rows left out, and the thresholds that keep a promise."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from fewsight.calibration.calibration import FieldCalibration, Threshold
from fewsight.calibration.fitting import fit_prior, fit_temperature
from fewsight.calibration.rows import ProbabilityRows
from fewsight.calibration.steps import Step
from fewsight.statistics.abstention import choose_threshold
from fewsight.statistics.probabilities import log_loss

RISKS: Final = (0.01, 0.02, 0.05, 0.1, 0.2)
CONFIDENCE: Final = 0.95
"""Of a promise."""

FOLDS: Final = 5
LEAST_ROWS: Final = 20
"""Rows with probabilities from which on a calibration is fitted."""


def calibrate(rows: ProbabilityRows | None, *, is_prompt: bool) -> FieldCalibration | None:
    """A temperature; for prompts, first a division by the mean answer where that has less log loss on rows left out.

    With the thresholds that can be promised after it. None where there are fewer than 20 rows.
    """
    if rows is None or len(rows) < LEAST_ROWS:
        return None
    with_prior = is_prompt and _held_out_loss(rows, prior=True) < _held_out_loss(rows, prior=False)
    return fitted(_steps(rows, prior=with_prior), rows)


def fitted(steps: Sequence[Step], rows: ProbabilityRows) -> FieldCalibration:
    """Steps as a field's calibration, with the log loss before and after on these rows, and what they can promise."""
    field = FieldCalibration(steps=tuple(steps), rows=len(rows))
    after = rows.calibrated(field)
    return field.model_copy(
        update={
            "thresholds": thresholds(after),
            "log_loss_before": log_loss(rows.probabilities, rows.gold).value,
            "log_loss_after": log_loss(after.probabilities, after.gold).value,
        }
    )


def thresholds(rows: ProbabilityRows) -> tuple[Threshold, ...]:
    """What can be promised from these (calibrated) rows, by risk."""
    chosen = (choose_threshold(rows.confidence, rows.right, rows.clusters, risk, CONFIDENCE) for risk in RISKS)
    return tuple(
        Threshold(
            risk=one.risk, confidence=CONFIDENCE, threshold=one.threshold, rows=one.customers, coverage=one.coverage
        )
        for one in chosen
    )


def _steps(rows: ProbabilityRows, *, prior: bool) -> tuple[Step, ...]:
    if not prior:
        return (fit_temperature(rows.probabilities, rows.gold),)
    divided = fit_prior(rows.probabilities, rows.labels, "batch")
    after = rows.calibrated(FieldCalibration(steps=(divided,), rows=len(rows)))
    return divided, fit_temperature(after.probabilities, after.gold)


def _held_out_loss(rows: ProbabilityRows, *, prior: bool) -> float:
    """The mean log loss over folds of customers."""
    fold = np.random.default_rng(0).permutation(int(rows.clusters.max()) + 1)[rows.clusters] % FOLDS
    losses = []
    for number in range(FOLDS):
        seen, unseen = rows.only(fold != number), rows.only(fold == number)
        if len(seen) and len(unseen):
            after = unseen.calibrated(FieldCalibration(steps=_steps(seen, prior=prior), rows=len(seen)))
            losses.append(log_loss(after.probabilities, after.gold).value)
    return float(np.mean(losses)) if losses else np.inf
