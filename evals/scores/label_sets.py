"""Sets of labels that hold the right one with a chosen chance: fitted on calibration rows, measured on test rows."""

from typing import Final

import numpy as np

from fewsight.calibration.choosing import LEAST_ROWS
from fewsight.calibration.rows import ProbabilityRows
from fewsight.evals.model import Figure, SetsPart
from fewsight.statistics.conformal import ConformalSets, fit_conformal
from fewsight.statistics.intervals import cluster_interval
from fewsight.statistics.statistic import share

COVERAGES: Final = (0.9, 0.95)


def sets_parts(calibration: ProbabilityRows | None, test: ProbabilityRows) -> tuple[SetsPart, ...]:
    """For each coverage the sets for all rows alike; and by label, where each has rows enough to leave it out.

    They are fitted on the model's own probabilities. Calibrated ones would have seen the calibration rows before, and
    then these were no longer exchangeable with test rows, on which the promise rests.
    """
    if calibration is None or len(calibration) < LEAST_ROWS:
        return ()
    parts = []
    for coverage in COVERAGES:
        for by_label in (False, True):
            fitted = fit_conformal(
                calibration.probabilities,
                calibration.gold,
                calibration.clusters,
                calibration.labels,
                coverage,
                by_label=by_label,
            )
            if all(fitted.least):
                parts.append(_measured(fitted, test, by_label))
    return tuple(parts)


def _measured(fitted: ConformalSets, test: ProbabilityRows, by_label: bool) -> SetsPart:
    inside = fitted.sets(test.probabilities)
    rows = np.arange(len(test.gold))
    sizes = inside.sum(axis=1)
    held = share(inside[rows, test.gold], np.ones(len(rows), dtype=bool))
    return SetsPart(
        coverage=fitted.coverage,
        by_label=by_label,
        held=Figure.of(cluster_interval(held, test.clusters)),
        size=float(sizes.mean()),
        single=float((sizes == 1).mean()),
        empty=float((sizes == 0).mean()),
    )
