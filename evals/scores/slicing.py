"""Figures of parts of the test rows: by a profile column, by language, or by the number of events."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from fewsight.errors import InputError, did_you_mean
from fewsight.evals.model import Figure, Gap, Slice
from fewsight.evals.predictions import Predictions
from fewsight.prompts.labelled import GoldRow
from fewsight.statistics.arrays import Flags
from fewsight.statistics.intervals import cluster_interval
from fewsight.statistics.statistic import difference, share

LEAST: Final = 10
"""Values with fewer rows are put together."""

MOST_VALUES: Final = 10
"""Numbers with more different values are cut at their quartiles."""

OTHER: Final = "(others)"
NONE: Final = "(none)"
BUILT_IN: Final = ("language", "events")


def slice_values(rows: Sequence[GoldRow], column: str) -> list[str]:
    """The value of each row in a column.

    Raises:
        InputError: no row's profile has the column.
    """
    if column == "language":
        return _gathered([row.language for row in rows])
    if column == "events":
        return _gathered([_count(len(row.history.events)) for row in rows])
    known = {name for row in rows for name in row.history.profile}
    if column not in known:
        raise InputError(f"No test row has {column!r} in its profile.{did_you_mean(column, [*known, *BUILT_IN])}")
    cells = [row.history.profile.get(column) for row in rows]
    numbers = [cell for cell in cells if isinstance(cell, int | float) and not isinstance(cell, bool)]
    if len(set(numbers)) > MOST_VALUES:
        edges = np.unique(np.quantile(np.array(numbers, dtype=float), [0, 0.25, 0.5, 0.75, 1]))
        return [_quartile(cell, edges) for cell in cells]
    return _gathered([NONE if cell is None else str(cell) for cell in cells])


def slice_parts(
    arms: Mapping[str, Predictions], values: Mapping[str, Mapping[str, str]]
) -> tuple[tuple[Slice, ...], tuple[Gap, ...]]:
    """The share of right rows in each slice by arm, and the gap between the best slice and the worst.

    `values` is by column and row id.
    """
    slices, gaps = [], []
    for column, by_id in values.items():
        any_arm = next(iter(arms.values()))
        values_of_rows = np.array([by_id[row.id] for row in any_arm.rows])
        names = sorted(set(values_of_rows.tolist()))
        inside = {name: values_of_rows == name for name in names}
        for name in names:
            figures = {arm: _figure(predictions, inside[name]) for arm, predictions in arms.items()}
            slices.append(Slice(column=column, value=name, rows=int(inside[name].sum()), figures=figures))
        if len(names) > 1:
            gaps += [_gap(column, arm, predictions, inside) for arm, predictions in arms.items()]
    return tuple(slices), tuple(gaps)


def _figure(predictions: Predictions, inside: Flags) -> Figure:
    return Figure.of(cluster_interval(share(predictions.gold == predictions.predicted, inside), predictions.clusters))


def _gap(column: str, arm: str, predictions: Predictions, inside: Mapping[str, Flags]) -> Gap:
    right = predictions.gold == predictions.predicted
    shares = {name: share(right, flags) for name, flags in inside.items()}
    best, worst = (pick(shares, key=lambda name: shares[name].value) for pick in (max, min))
    gap = cluster_interval(difference(shares[best], shares[worst]), predictions.clusters)
    return Gap(column=column, arm=arm, best=best, worst=worst, difference=Figure.of(gap))


def _gathered(values: Sequence[str]) -> list[str]:
    few = {value for value in set(values) if values.count(value) < LEAST}
    return [OTHER if value in few and len(few) > 1 else value for value in values]


def _count(events: int) -> str:
    return (
        "0 events"
        if not events
        else "1 event"
        if events == 1
        else "2 to 5 events"
        if events < 6
        else "6 events or more"
    )


def _quartile(cell: object, edges: np.ndarray) -> str:
    if not isinstance(cell, int | float) or isinstance(cell, bool):
        return NONE
    place = int(np.clip(np.searchsorted(edges, cell, side="left"), 1, len(edges) - 1))
    return f"{edges[place - 1]:g} to {edges[place]:g}"
