"""What came out of a fine-tuning, as plain data: per-class figures, confusion, the curve, what it cost."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fewsight.adapter_manifest import Metric
from fewsight.finetune.gate.scoring import Belief
from fewsight.prompts.answer.fields import ClosedField
from fewsight.prompts.labelled import GoldRow
from fewsight.statistics.shares import ClassFigures

MOST_CONFUSED: Final = 12
"""Fields with more labels than this get no confusion matrix, only their worst pairs."""


@dataclass(frozen=True, slots=True)
class FieldReport:
    """One closed field on the held-back rows that give it. `confusion` counts (gold, predicted)."""

    path: str
    accuracy: Metric
    macro_f1: float
    classes: tuple[ClassFigures, ...]
    confusion: Mapping[tuple[str, str], int]

    @property
    def worst(self) -> list[tuple[tuple[str, str], int]]:
        """The most frequent mistakes."""
        wrong = Counter({pair: count for pair, count in self.confusion.items() if pair[0] != pair[1]})
        return wrong.most_common(10)

    @property
    def is_small(self) -> bool:
        """Whether the confusion is worth a matrix."""
        return len(self.classes) <= MOST_CONFUSED


def field_report(number: int, closed: ClosedField, gold: Sequence[GoldRow], beliefs: Sequence[Belief]) -> FieldReport:
    """Compare the chosen labels of closed field `number` with the given ones.

    Macro F1 is the mean over the labels that occur, in gold or predicted.
    """
    pairs = Counter(
        (closed.label_of(row.values[closed.path]), belief.chosen[number])
        for row, belief in zip(gold, beliefs, strict=True)
        if closed.path in row.values
    )
    have, got = Counter[str](), Counter[str]()
    for (expected, chosen), count in pairs.items():
        have[expected] += count
        got[chosen] += count
    classes = tuple(ClassFigures(x, have[x], got[x], pairs[x, x]) for x in closed.labels if have[x] or got[x])
    macro = sum(figures.f1 for figures in classes) / len(classes) if classes else 0.0
    right = sum(figures.right for figures in classes)
    return FieldReport(closed.path, Metric.of_share(right, pairs.total()), round(macro, 4), classes, pairs)


def rows_right(fields: Sequence[ClosedField], gold: Sequence[GoldRow], beliefs: Sequence[Belief]) -> list[bool]:
    """Whether every given label was chosen, of each row that `rows_with_labels` names."""
    return [
        all(
            belief.chosen[n] == one.label_of(row.values[one.path])
            for n, one in enumerate(fields)
            if one.path in row.values
        )
        for row, belief in zip(gold, beliefs, strict=True)
        if _gives_a_label(fields, row)
    ]


def rows_with_labels(fields: Sequence[ClosedField], gold: Sequence[GoldRow]) -> list[GoldRow]:
    """The rows that give a closed field."""
    return [row for row in gold if _gives_a_label(fields, row)]


def _gives_a_label(fields: Sequence[ClosedField], row: GoldRow) -> bool:
    return any(closed.path in row.values for closed in fields)
