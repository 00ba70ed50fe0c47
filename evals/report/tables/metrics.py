"""Metrics by arm, and arms against each other."""

from typing import Final

from fewsight.evals.report.model import FieldPart, Figure
from fewsight.pages.formats import number, points, share
from fewsight.pages.table import Table

WORDS: Final = {
    "accuracy": "accuracy",
    "macro_f1": "macro F1",
    "balanced_accuracy": "balanced accuracy",
    "micro_f1": "micro F1",
    "mcc": "Matthews' correlation",
    "calibrated_accuracy": "accuracy, calibrated",
    "schema_validity": "valid",
    "log_loss": "log loss",
    "brier": "Brier",
    "in_scope_accuracy": "in-scope accuracy",
    "out_of_scope_recall": "out-of-scope recall",
    "pearson": "Pearson's r",
    "spearman": "Spearman's rho",
    "mean_absolute_error": "mean error",
}
SHARES: Final = (
    "accuracy",
    "macro_f1",
    "balanced_accuracy",
    "calibrated_accuracy",
    "in_scope_accuracy",
    "out_of_scope_recall",
    "schema_validity",
)
"""Metrics that are written as percent. Micro F1 is left to the JSON: it is the accuracy where answers are valid."""

NUMBERS: Final = ("mcc", "log_loss", "brier", "pearson", "spearman", "mean_absolute_error")


def metrics(field: FieldPart) -> Table:
    """All metrics by arm, the best first; those that any arm has."""
    known = {metric for figures in field.figures.values() for metric in figures}
    names = [field.headline, *(metric for metric in (*SHARES, *NUMBERS) if metric != field.headline)]
    shown = [name for name in names if name in known]
    order = sorted(field.figures, key=lambda name: -field.figures[name][field.headline].value)
    rows = [[name, *(_written(metric, field.figures[name].get(metric)) for metric in shown)] for name in order]
    return Table(["Arm", *(WORDS[name] for name in shown)], rows)


def _written(metric: str, figure: Figure | None) -> str:
    if figure is None:
        return ""
    return share(figure) if metric in (*SHARES, "micro_f1") else number(figure)


def pairs(field: FieldPart) -> Table:
    """The row's figure less the column's in points; what is shown after Holm's correction stands out."""
    gaps = {}
    for pair in field.pairs:
        gaps[pair.first, pair.second] = pair.difference, pair.is_shown
        gaps[pair.second, pair.first] = pair.difference.turned, pair.is_shown
    rows, strong = [], set()
    for y, row in enumerate(field.figures):
        rows.append([row])
        for x, column in enumerate(field.figures, 1):
            gap, is_shown = gaps.get((row, column), (None, False))
            rows[-1].append("" if gap is None else points(gap))
            if is_shown:
                strong.add((y, x))
    return Table(["", *field.figures], rows, strong)
