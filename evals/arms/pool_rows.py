"""Answers of several arms as the rows of a pool, and back."""

from collections.abc import Mapping, Sequence

import numpy as np

from fewsight.evals.arms.answers import RowAnswer
from fewsight.evals.arms.pool_fitting import Pool, PoolRows, pooled
from fewsight.evals.fitting.rows import codes_of
from fewsight.evals.predictions.rows import cluster_codes
from fewsight.prompts.answer.fields import ClosedField
from fewsight.prompts.labelled import GoldRow
from fewsight.serving.answerers.fusion import LEAST
from fewsight.statistics.arrays import Floats

ByArm = Mapping[str, Mapping[str, RowAnswer]]
"""Answers to one part of the rows, by arm and row id. Pools take the arms in the order of this mapping."""


def pool_rows(rows: Sequence[GoldRow], answers: ByArm, field: ClosedField) -> PoolRows:
    """What the arms answered to rows that give the field; one that failed on a row says nothing of it there."""
    logs = np.zeros((len(answers), len(rows), len(field.labels)))
    for place, by_row in enumerate(answers.values()):
        for number, row in enumerate(rows):
            logs[place, number] = _logs(by_row[row.id], field)
    return PoolRows(logs, codes_of(rows, field), cluster_codes([row.cluster for row in rows]))


def pooled_answer(answers: Sequence[RowAnswer], fields: Sequence[ClosedField], pools: Mapping[str, Pool]) -> RowAnswer:
    """One row's answer: the most probable labels of the pools. A field of which no arm gives probabilities is invalid.

    Evidence and lists are not pooled, and are left out.
    """
    shares = {}
    for field in fields:
        if any(answer.probabilities.get(field.path) for answer in answers):
            logs = np.stack([_logs(answer, field) for answer in answers])[:, None]
            pool = pools[field.path]
            shares[field.path] = _by_label(field, pooled(logs, pool.weights, pool.temperature)[0])
    labels = {field.path: top(shares.get(field.path, {})) for field in fields}
    error = next((answer.error for answer in answers if answer.error), "no part gives probabilities")
    return RowAnswer(labels, shares, error=None if shares else error)


def crossed(
    answers: Mapping[str, RowAnswer], rows: Sequence[GoldRow], field: ClosedField, pool: Pool
) -> dict[str, RowAnswer]:
    """The answers to the rows that a pool was fitted on, the field's by weights that the row had no part in."""
    changed = dict(answers)
    given = [row for row in rows if field.path in row.values]
    for row, numbers in zip(given, pool.crossed, strict=True):
        before = answers[row.id]
        if field.path in before.probabilities:
            shares = _by_label(field, numbers)
            labels = {**before.labels, field.path: top(shares)}
            probabilities = {**before.probabilities, field.path: shares}
            changed[row.id] = RowAnswer(labels, probabilities, before.evidence, before.lists, before.error)
    return changed


def top(shares: Mapping[str, float]) -> str | None:
    """The first of the most probable labels; None where there is none."""
    return max(shares, key=lambda label: shares[label], default=None)


def share_right(rows: Sequence[GoldRow], answers: Mapping[str, RowAnswer], field: ClosedField) -> float:
    """Of the rows that give the field, at least one."""
    given = [row for row in rows if field.path in row.values]
    hits = [answers[row.id].labels.get(field.path) == field.label_of(row.values[field.path]) for row in given]
    return sum(hits) / len(hits)


def _logs(answer: RowAnswer, field: ClosedField) -> Floats:
    """Log probabilities of the field's labels; zeros, which change nothing, where the row has none."""
    shares = answer.probabilities.get(field.path)
    if not shares:
        return np.zeros(len(field.labels))
    kept: Floats = np.array([max(shares.get(label, 0.0), LEAST) for label in field.labels])
    return np.log(kept)


def _by_label(field: ClosedField, shares: Floats) -> dict[str, float]:
    return dict(zip(field.labels, shares.tolist(), strict=True))
