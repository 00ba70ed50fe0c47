"""Movements since the run before: a table of counts in which no small group can be worked out."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from fewsight.agents.segments.cards import Card, Cards
from fewsight.agents.segments.placing import OUTLIERS
from fewsight.agents.segments.privacy import hidden_cells
from fewsight.agents.segments.registry.events import changes, events
from fewsight.agents.segments.registry.model import Movements
from fewsight.statistics.arrays import Codes, Flags

NEW, GONE = "new", "gone"
_MOST_CELLS: Final = 400
"""A larger table takes too long to protect; it is not shown."""


def movements(before: Cards, after: Cards, counts: Codes) -> Movements:
    """What is told of the customers' way from one run to the next.

    Args:
        before: the cards of the run before.
        after: those of this run.
        counts: customers, of shape (segments before + outliers + new, segments now + outliers + gone).
    """
    rows, columns = [*_ids(before.segments), OUTLIERS], [*_ids(after.segments), OUTLIERS]
    known = _known(counts, before, after)
    # a hidden cell may be as small as before or after allows
    least = max(before.min_size, after.min_size)
    hidden = hidden_cells(counts, known, least) if counts.size <= _MOST_CELLS else None
    shown = None
    if hidden is not None:
        shown = [[None if hidden[cell] else int(counts[cell]) for cell in _row(counts, y)] for y in range(len(counts))]
    cells = {(old, new): shown[y][x] if shown else None for y, old in enumerate(rows) for x, new in enumerate(columns)}
    return Movements(
        since=before.run,
        shared=bool(counts[:-1, :-1].any()),
        before=[*rows, NEW],
        after=[*columns, GONE],
        counts=shown,
        events=events(cells, rows[:-1], columns[:-1]),
        changes=changes(before.segments, after.segments),
    )


def _known(counts: Codes, before: Cards, after: Cards) -> list[Flags]:
    """Sums that a reader knows: sizes that were shown, and the customers of each run."""
    known = []
    for y, size in enumerate([*_sizes(before.segments), before.outliers]):
        if size is not None:
            known.append(_mask(counts, rows=[y]))
    for x, size in enumerate([*_sizes(after.segments), after.outliers]):
        if size is not None:
            known.append(_mask(counts, columns=[x]))
    known.append(_mask(counts, rows=range(len(counts) - 1)))
    known.append(_mask(counts, columns=range(counts.shape[1] - 1)))
    return known


def _mask(counts: Codes, rows: Sequence[int] | None = None, columns: Sequence[int] | None = None) -> Flags:
    mask = np.zeros(counts.shape, dtype=bool)
    mask[list(rows) if rows is not None else slice(None), :] |= columns is None
    if columns is not None:
        mask[:, list(columns)] = True
    return mask


def _row(counts: Codes, y: int) -> list[tuple[int, int]]:
    return [(y, x) for x in range(counts.shape[1])]


def _ids(cards: Sequence[Card]) -> list[str]:
    return [card.id for card in cards]


def _sizes(cards: Sequence[Card]) -> list[int | None]:
    return [card.size for card in cards]
