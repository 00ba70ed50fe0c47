"""Everything that a report says about one closed field."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from fewsight.calibration import FieldCalibration
from fewsight.calibration.choosing import calibrate
from fewsight.calibration.rows import ProbabilityRows
from fewsight.evals.metrics.base import MetricInput, comparison
from fewsight.evals.model import Disagreement, FieldPart, Figure, LabelShare, Promise, ScopePart
from fewsight.evals.predictions import Predictions
from fewsight.evals.scores.calibrating import curve_points, probability_rows, promises, reliability_part
from fewsight.evals.scores.curves import Learned, curve
from fewsight.evals.scores.figures import (
    confusions,
    disagreeing,
    figures,
    label_table,
    least_detectable,
    pairs,
    pairs_by_error,
    without_rows,
)
from fewsight.evals.scores.label_sets import sets_parts
from fewsight.evals.scores.ordinal import LabelNumbers, number_pairs
from fewsight.evals.scores.scope import scope_part
from fewsight.prompts.answer.fields import ClosedField
from fewsight.statistics.prevalence import Answered, corrected_prevalence

SHOWN: Final = 20
"""Disagreements that a report lists."""


@dataclass(frozen=True)
class FieldAnswers:
    """What all arms answered for a field, by arm; `calibration` where there are such rows."""

    field: ClosedField
    test: Mapping[str, Predictions]
    calibration: Mapping[str, Predictions]
    prompts: frozenset[str]
    learned: tuple[Learned, ...]
    repeated: frozenset[str] = frozenset()
    score: LabelNumbers | None = None
    numbers: Mapping[str, float] = dataclasses.field(default_factory=dict)
    out_of_scope: str | None = None
    fitted: dict[str, FieldCalibration] = dataclasses.field(default_factory=dict)


def score_field(answers: FieldAnswers, metric: str) -> FieldPart:
    """LabelNumbers all arms. Fitted calibrations are put into `answers.fitted`."""
    arms, none = answers.test, answers.out_of_scope
    best = max(arms, key=lambda name: comparison(metric)(arms[name]).value)
    effect, warnings = least_detectable(arms, metric, best)
    before = {name: rows for name, predictions in arms.items() if (rows := probability_rows(predictions)) is not None}
    known = {name: rows for name in before if (rows := probability_rows(answers.calibration.get(name))) is not None}
    after = _calibrated(answers, before, known)
    inputs = {name: _metric_input(answers, name, after.get(name)) for name in arms}
    return FieldPart(
        path=answers.field.path,
        labels=answers.field.labels,
        headline=metric,
        figures={name: figures(given) for name, given in inputs.items()},
        best=best,
        pairs=pairs(arms, metric),
        pairs_by_error=pairs_by_error({name: one.numbers for name, one in inputs.items() if one.numbers is not None}),
        detectable=effect,
        warnings=warnings,
        without_repeats=without_rows(arms, metric, answers.repeated),
        by_label={name: label_table(predictions) for name, predictions in arms.items()},
        confusion={best: confusions(arms[best])},
        reliability={name: reliability_part(rows) for name, rows in before.items()},
        calibrated={name: reliability_part(rows) for name, rows in after.items()},
        risk_coverage={name: curve_points(rows) for name, rows in (before | after).items()},
        promises=_promises(answers, after),
        curve=curve(answers.learned, arms, metric),
        prevalence=_prevalence(answers, best),
        disagreements=_disagreements(arms, best),
        sets={name: parts for name, rows in before.items() if (parts := sets_parts(known.get(name), rows))},
        out_of_scope=none,
        scope=_scope(answers),
    )


def _scope(answers: FieldAnswers) -> dict[str, ScopePart]:
    none, known = answers.out_of_scope, answers.calibration
    if none is None:
        return {}
    return {name: part for name, one in answers.test.items() if (part := scope_part(one, known.get(name), none))}


def _metric_input(answers: FieldAnswers, arm: str, after: ProbabilityRows | None) -> MetricInput:
    predictions = answers.test[arm]
    numbers = None if answers.score is None else number_pairs(predictions, answers.score, answers.numbers)
    return MetricInput(predictions, after, answers.out_of_scope, numbers)


def _calibrated(
    answers: FieldAnswers, test: Mapping[str, ProbabilityRows], known: Mapping[str, ProbabilityRows]
) -> dict[str, ProbabilityRows]:
    """The test rows after the calibrations that the calibration rows allow, which are put into `answers.fitted`."""
    for name, rows in known.items():
        fitted = calibrate(rows, is_prompt=name in answers.prompts)
        if fitted is not None:
            answers.fitted[name] = fitted
    return {name: test[name].calibrated(fitted) for name, fitted in answers.fitted.items()}


def _promises(answers: FieldAnswers, after: Mapping[str, ProbabilityRows]) -> dict[str, tuple[Promise, ...]]:
    return {name: promises(answers.fitted[name].thresholds, rows) for name, rows in after.items()}


def _prevalence(answers: FieldAnswers, best: str) -> dict[str, tuple[LabelShare, ...]]:
    """Of the best arm: the test rows counted, corrected by the calibration rows, beside what was given."""
    if best not in answers.calibration:
        return {}
    known, counted = answers.calibration[best], answers.test[best]
    shares = corrected_prevalence(
        known.gold,
        Answered(known.predicted, known.clusters),
        Answered(counted.predicted, counted.clusters),
        counted.labels,
    )
    given = np.bincount(counted.gold, minlength=len(counted.labels)) / len(counted)
    return {
        best: tuple(
            LabelShare(label=one.label, given=float(given[k]), answered=one.counted, corrected=Figure.of(one.corrected))
            for k, one in enumerate(shares)
        )
    }


def _disagreements(arms: Mapping[str, Predictions], best: str) -> tuple[Disagreement, ...]:
    """Rows that arms answer differently; those first on which the best arm is most confidently wrong."""

    def badness(place: int) -> tuple[bool, float]:
        row = arms[best].rows[place]
        return row.predicted != row.gold, row.confidence or 0.0

    places = sorted(disagreeing(arms), key=badness, reverse=True)[:SHOWN]
    return tuple(
        Disagreement(
            id=arms[best].rows[place].id,
            gold=arms[best].rows[place].gold,
            answers={name: p.rows[place].predicted for name, p in arms.items()},
            confidence={name: p.rows[place].confidence for name, p in arms.items()},
        )
        for place in places
    )
