"""Everything that a report says about one closed field."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from fewsight.calibration import FieldCalibration
from fewsight.evals.predictions import Predictions
from fewsight.evals.report.model import Disagreement, FieldPart, Figure, LabelShare, Promise, ScopePart
from fewsight.evals.scores.calibrating import (
    Believed,
    believed,
    curve_points,
    fit,
    promises,
    reliability_part,
    thresholds,
)
from fewsight.evals.scores.curves import Learned, curve
from fewsight.evals.scores.figures import (
    METRICS,
    confusions,
    disagreeing,
    figures,
    label_table,
    least_detectable,
    pairs,
    without_rows,
)
from fewsight.evals.scores.label_sets import sets_parts
from fewsight.evals.scores.ordinal import score_figures
from fewsight.evals.scores.predicting import top_confidence
from fewsight.evals.scores.scope import scope_figures, scope_part
from fewsight.evals.suite.config import Score
from fewsight.prompts.answer.fields import ClosedField
from fewsight.statistics.intervals import cluster_interval
from fewsight.statistics.prevalence import Answered, corrected_prevalence
from fewsight.statistics.statistic import share

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
    score: Score | None = None
    numbers: Mapping[str, float] = dataclasses.field(default_factory=dict)
    out_of_scope: str | None = None
    fitted: dict[str, FieldCalibration] = dataclasses.field(default_factory=dict)


def score_field(answers: FieldAnswers, metric: str) -> FieldPart:
    """Score all arms. Fitted calibrations are put into `answers.fitted`."""
    arms = answers.test
    best = max(arms, key=lambda name: METRICS[metric](arms[name]).value)
    effect, warnings = least_detectable(arms, metric, best)
    sure = {name: rows for name, predictions in arms.items() if (rows := believed(predictions)) is not None}
    made = {name: figures(predictions) for name, predictions in arms.items()}
    if answers.score is not None:
        for name, predictions in arms.items():
            made[name] |= score_figures(predictions, answers.score, answers.numbers)
    none = answers.out_of_scope
    for name, predictions in arms.items() if none else ():
        made[name] |= scope_figures(predictions, str(none))
    after = _calibrated(answers, sure)
    for name, rows in after.items():
        made[name] |= _after(rows)
    return FieldPart(
        path=answers.field.path,
        labels=answers.field.labels,
        headline=metric,
        figures=made,
        best=best,
        pairs=pairs(arms, metric),
        detectable=effect,
        warnings=warnings,
        without_repeats=without_rows(arms, metric, answers.repeated),
        by_label={name: label_table(predictions) for name, predictions in arms.items()},
        confusion={best: confusions(arms[best])},
        reliability={name: reliability_part(rows) for name, rows in sure.items()},
        calibrated={name: reliability_part(rows) for name, rows in after.items()},
        risk_coverage={name: curve_points(rows) for name, rows in (sure | after).items()},
        promises=_promises(answers, after),
        curve=curve(answers.learned, arms, metric),
        prevalence=_prevalence(answers, best),
        disagreements=_disagreements(arms, best),
        sets={
            name: s for name, rows in sure.items() if (s := sets_parts(believed(answers.calibration.get(name)), rows))
        },
        out_of_scope=none,
        scope=_scope(answers),
    )


def _scope(answers: FieldAnswers) -> dict[str, ScopePart]:
    none, known = answers.out_of_scope, answers.calibration
    if none is None:
        return {}
    return {name: part for name, one in answers.test.items() if (part := scope_part(one, known.get(name), none))}


def _calibrated(answers: FieldAnswers, sure: Mapping[str, Believed]) -> dict[str, Believed]:
    made = {}
    for name, rows in sure.items():
        known = believed(answers.calibration.get(name))
        fitted = fit(known, is_prompt=name in answers.prompts)
        if known is not None and fitted is not None:
            chosen = thresholds(known.calibrated(fitted))
            answers.fitted[name] = fitted.model_copy(update={"thresholds": chosen})
            made[name] = rows.calibrated(fitted)
    return made


def _after(rows: Believed) -> dict[str, Figure]:
    """The accuracy after calibration: a division by the mean answer may change labels."""
    statistic = share(rows.right, np.ones(len(rows.gold), dtype=bool))
    return {"calibrated_accuracy": Figure.of(cluster_interval(statistic, rows.clusters))}


def _promises(answers: FieldAnswers, after: Mapping[str, Believed]) -> dict[str, tuple[Promise, ...]]:
    return {name: promises(answers.fitted[name].thresholds, rows) for name, rows in after.items()}


def _prevalence(answers: FieldAnswers, best: str) -> dict[str, tuple[LabelShare, ...]]:
    """Of the best arm: the test rows counted, corrected by the calibration rows, beside what was given."""
    if best not in answers.calibration:
        return {}
    known, counted = answers.calibration[best], answers.test[best]
    found = corrected_prevalence(
        known.gold,
        Answered(known.predicted, known.clusters),
        Answered(counted.predicted, counted.clusters),
        counted.labels,
    )
    given = np.bincount(counted.gold, minlength=len(counted.labels)) / len(counted)
    return {
        best: tuple(
            LabelShare(label=one.label, given=float(given[k]), answered=one.counted, corrected=Figure.of(one.corrected))
            for k, one in enumerate(found)
        )
    }


def _disagreements(arms: Mapping[str, Predictions], best: str) -> tuple[Disagreement, ...]:
    """Rows that arms answer differently; those first on which the best arm is most confidently wrong."""

    def badness(place: int) -> tuple[bool, float]:
        row = arms[best].rows[place]
        return row.predicted != row.gold, top_confidence(row) or 0.0

    places = sorted(disagreeing(arms), key=badness, reverse=True)[:SHOWN]
    return tuple(
        Disagreement(
            id=arms[best].rows[place].id,
            gold=arms[best].rows[place].gold,
            answers={name: p.rows[place].predicted for name, p in arms.items()},
            confidence={name: top_confidence(p.rows[place]) for name, p in arms.items()},
        )
        for place in places
    )
