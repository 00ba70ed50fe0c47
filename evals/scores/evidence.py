"""Whether answers name the right events."""

from collections.abc import Mapping, Sequence

import numpy as np

from fewsight.evals.arms.answers import RowAnswer
from fewsight.evals.model import Figure
from fewsight.evals.predictions import cluster_codes
from fewsight.prompts.answer.fields import open_fields
from fewsight.prompts.labelled import GoldRow
from fewsight.prompts.task import Task
from fewsight.statistics.arrays import Flags, Floats
from fewsight.statistics.intervals import cluster_interval
from fewsight.statistics.statistic import safe_divide, share, share_like


def evidence_figures(rows: Sequence[GoldRow], answers: Mapping[str, RowAnswer], task: Task) -> dict[str, Figure]:
    """Precision, recall and F1 of named events over all rows together, and support.

    Only rows count that give evidence; support is the share of those with any right event of which the answer names at
    least one. Empty where no row gives evidence, or the arm names none. An invalid answer names no event. Where nothing
    was named, or nothing is right, the figures are 0.
    """
    paths = [field.path for field in open_fields(task.output) if field.evidence is not None]
    given = [row for row in rows if any(path in row.values for path in paths) and row.id in answers]
    if not given or all(answers[row.id].evidence is None for row in given):
        return {}
    counts = np.array([_counts(row, answers[row.id], paths) for row in given], dtype=float)
    clusters = cluster_codes([row.cluster for row in given])
    hits: Flags = counts[:, 0] > 0
    wanted: Flags = counts[:, 1] > 0
    statistics = {
        "precision": share_like(counts, _precision),
        "recall": share_like(counts, _recall),
        "f1": share_like(counts, _f1),
        "support": share(hits, wanted),
    }
    return {name: Figure.of(cluster_interval(one, clusters)) for name, one in statistics.items()}


def _counts(row: GoldRow, answer: RowAnswer, paths: Sequence[str]) -> tuple[int, int, int]:
    """Events that are right and named, right, named."""
    right = {event for path in paths for event in row.values.get(path, ())}
    named = set(answer.evidence or ())
    return len(right & named), len(right), len(named)


def _precision(sums: Floats) -> Floats:
    return safe_divide(sums[..., 0], sums[..., 2])


def _recall(sums: Floats) -> Floats:
    return safe_divide(sums[..., 0], sums[..., 1])


def _f1(sums: Floats) -> Floats:
    return safe_divide(2 * sums[..., 0], sums[..., 1] + sums[..., 2])
