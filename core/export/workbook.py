"""Insights as an Excel workbook of three sheets: insights, probabilities of all labels, and counts by label."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from fewsight.answers import label_text, labelled_values
from fewsight.export.sheets import Sheet, open_workbook
from fewsight.export.tables import Columns, Row, flat_cells

_PROBABILITIES: Final = ("customer_id", "task", "field", "label", "probability", "chosen")
_COUNTS: Final = ("task", "field", "label", "insights", "share")
_LONGEST_LABEL: Final = 64
_MOST_LABELS: Final = 300


def write_workbook(rows: Iterable[Row], path: Path, columns: Columns, work: Path) -> None:
    """Write insights, all their probabilities, and how many there are of each label; `work` is for what comes between.

    Labels are those of fields with probabilities; in a task without any, texts that look like labels.
    """
    counts: dict[tuple[str, str], Counter[str] | None] = {}
    with open_workbook(path, work) as book:
        names = columns.names()
        insights, probabilities = Sheet(book, "insights", names), Sheet(book, "probabilities", _PROBABILITIES)
        for row in rows:
            cells = flat_cells(row)
            insights.add([cells.get(name) for name in names])
            for line in _shares(row):
                probabilities.add(line)
            _count(row, counts)
        sheet = Sheet(book, "counts", _COUNTS)
        for (task, field), labels in counts.items():
            whole = labels.total() if labels else 0
            for label, count in labels.most_common() if labels else ():
                sheet.add([task, field, label, count, count / whole])


def _shares(row: Row) -> Iterator[Sequence[Any]]:
    values = labelled_values(row["answer"] or {}, row["probabilities"])
    for field, labels in row["probabilities"].items():
        chosen = label_text(values[field]) if field in values else None
        for label, share in sorted(labels.items(), key=lambda each: -each[1]):
            yield [row["customer_id"], row["task"], field, label, share, label == chosen]


def _count(row: Row, counts: dict[tuple[str, str], Counter[str] | None]) -> None:
    """Count a row's labels; None stands for a field of words, which are not counted."""
    scored = row["probabilities"]
    for field, value in labelled_values(row["answer"] or {}, scored).items():
        place, is_label = (row["task"], field), field in scored or (not scored and isinstance(value, str | bool))
        if not is_label or counts.get(place, 0) is None:
            continue
        labels = counts.setdefault(place, Counter())
        if labels is not None:
            labels[label_text(value)] += 1
            if field not in scored and (len(str(value)) > _LONGEST_LABEL or len(labels) > _MOST_LABELS):
                counts[place] = None
