"""Fields with several labels at once: lists of labels, and lists of words that a model writes."""

from collections.abc import Mapping, Sequence
from typing import get_origin

from fewsight.answers import list_key
from fewsight.evals.arms.answers import RowAnswer
from fewsight.evals.metrics.multilabel import multilabel_macro_f1, multilabel_micro_f1, multilabel_row_f1
from fewsight.evals.model import Figure
from fewsight.evals.predictions import cluster_codes
from fewsight.prompts.answer.fields import open_fields
from fewsight.prompts.answer.several import label_lists
from fewsight.prompts.labelled import GoldRow
from fewsight.prompts.task import Task
from fewsight.statistics.intervals import cluster_interval

METRICS = {"micro F1": multilabel_micro_f1, "macro F1": multilabel_macro_f1, "row F1": multilabel_row_f1}


def list_paths(task: Task) -> tuple[str, ...]:
    """The fields that are lists and name no events: of words that are written, then of labels."""
    written = tuple(
        field.path
        for field in open_fields(task.output)
        if field.evidence is None and get_origin(field.kind.core) is list
    )
    return written + tuple(labels.path for labels in label_lists(task.output))


def several_figures(
    rows: Sequence[GoldRow], answers: Mapping[str, RowAnswer], task: Task
) -> dict[str, dict[str, Figure]]:
    """F1 by field over the rows that give it; nothing for an arm that writes no lists. An invalid answer names none.

    Words are compared as they are, without regard to case and order; labels of a list as they are.
    """
    figures = {}
    of_labels = {labels.path: labels for labels in label_lists(task.output)}
    for path in list_paths(task):
        if path in of_labels:
            names = {f"{path}.{list_key(label)}" for label in of_labels[path].labels}
            given = [row for row in rows if names <= set(row.values) and row.id in answers]
            gold = [frozenset(name for name in names if row.values[name]) for row in given]
            answered = [frozenset(n for n in names if answers[row.id].labels.get(n) == "true") for row in given]
        else:
            given = [row for row in rows if path in row.values and row.id in answers]
            given = given if any(answers[row.id].lists is not None for row in given) else []
            gold = [_plain(row.values[path]) for row in given]
            answered = [_plain((answers[row.id].lists or {}).get(path, ())) for row in given]
        if not given:
            continue
        clusters = cluster_codes([row.cluster for row in given])
        figures[path] = {
            name: Figure.of(cluster_interval(metric(gold, answered), clusters)) for name, metric in METRICS.items()
        }
    return figures


def _plain(words: Sequence[str]) -> frozenset[str]:
    return frozenset(str(word).strip().casefold() for word in words)
