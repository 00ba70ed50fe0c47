"""Cells that hold several labels: told from the other cells, and cut at their mark."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from fewsight.prompts.labelled.labels import plain_label, written_list

LISTS: Final = "[]"
"""Stands for cells that are lists, or lists written out."""

_MARKS: Final = (";", "|", "\n", ",")
_KNOWN: Final = 0.8
"""So many of the words between marks must stand in other cells, too; else the mark belongs to the labels."""


def guess_mark(cells: Iterable[Any]) -> str | None:
    """What stands between the labels of a column's different cells; None where each cell seems to hold one label.

    >>> guess_mark(["delivery;quality", "price", "delivery", "quality;delivery"])
    ';'
    >>> guess_mark(["refund, exchange", "refund", "delivery"])
    """
    cells = list(cells)
    if 2 * sum(written_list(cell) is not None for cell in cells) > len(cells):
        return LISTS
    for mark in _MARKS:
        parts = {plain_label(cell): set(split_cell(cell, mark)) for cell in cells}
        homes = Counter(word for words in parts.values() for word in words)
        marked = [word for words in parts.values() if len(words) > 1 for word in words]
        if marked and sum(homes[word] > 1 for word in marked) >= _KNOWN * len(marked):
            return mark
    return None


def split_cell(cell: Any, mark: str) -> list[str]:  # noqa: ANN401 - any cell
    """The labels of one cell, each once and in its order.

    >>> split_cell("late; broken ;late", ";"), split_cell("['late']", ";")
    (['late', 'broken'], ['late'])
    """
    listed = written_list(cell)
    words = listed if listed is not None else plain_label(cell).split(mark)
    return list(dict.fromkeys(word for word in map(plain_label, words) if word))
