"""Fields with several labels at once: lists that a model writes."""

from collections.abc import Mapping, Sequence
from typing import get_origin

from fewsight.evals.arms.answers import RowAnswer
from fewsight.evals.metrics.multilabel import multilabel_macro_f1, multilabel_micro_f1, multilabel_row_f1
from fewsight.evals.model import Figure
from fewsight.evals.predictions import cluster_codes
from fewsight.prompts.answer.fields import open_fields
from fewsight.prompts.labelled import GoldRow
from fewsight.prompts.task import Task
from fewsight.statistics.intervals import cluster_interval

METRICS = {"micro F1": multilabel_micro_f1, "macro F1": multilabel_macro_f1, "row F1": multilabel_row_f1}


def list_paths(task: Task) -> tuple[str, ...]:
    """The fields that are lists and name no events."""
    return tuple(
        field.path
        for field in open_fields(task.output)
        if field.evidence is None and get_origin(field.info.annotation) is list
    )


def several_figures(
    rows: Sequence[GoldRow], answers: Mapping[str, RowAnswer], task: Task
) -> dict[str, dict[str, Figure]]:
    """F1 by field over the rows that give it; nothing for an arm that writes no lists. An invalid answer names none.

    Words are compared as they are, without regard to case and order.
    """
    figures = {}
    for path in list_paths(task):
        given = [row for row in rows if path in row.values and row.id in answers]
        if not given or all(answers[row.id].lists is None for row in given):
            continue
        gold = [_plain(row.values[path]) for row in given]
        answered = [_plain((answers[row.id].lists or {}).get(path, ())) for row in given]
        clusters = cluster_codes([row.customer_id or row.id for row in given])
        figures[path] = {
            name: Figure.of(cluster_interval(metric(gold, answered), clusters)) for name, metric in METRICS.items()
        }
    return figures


def _plain(words: Sequence[str]) -> frozenset[str]:
    return frozenset(str(word).strip().casefold() for word in words)
