"""What adapter, heads and both do on customers of an author who taught and chose nothing, as a table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from fewsight.statistics.arrays import Flags
from fewsight.statistics.intervals import Interval, cluster_interval
from fewsight.statistics.statistic import difference, mean, share


@dataclass(frozen=True)
class FieldResult:
    """A field of a task: whose rows, and which of them the adapter, the head and both have right."""

    task: str
    path: str
    customers: tuple[str, ...]
    adapter: Flags
    head: Flags
    both: Flags


def report(results: Sequence[FieldResult]) -> str:
    """A Markdown table in per cent: a line for each field, and one for those of a task together.

    Customers are the unit: intervals of 95 %, those of differences paired.
    """
    head = "| field | rows | adapter | heads | both | both less adapter |\n|---|---|---|---|---|---|\n"
    return head + "".join(_line(name, some) for name, some in _lines(results))


def _lines(results: Sequence[FieldResult]) -> Iterator[tuple[str, list[FieldResult]]]:
    groups: dict[str, list[FieldResult]] = {}
    for one in results:
        yield f"{one.task}: {one.path}", [one]
        group = "value" if one.path.endswith(".value") else "basis" if one.path.endswith(".basis") else "aspects"
        if "." in one.path:
            groups.setdefault(f"{one.task}: all {group}", []).append(one)
    yield from groups.items()


def _line(name: str, some: Sequence[FieldResult]) -> str:
    names = [customer for one in some for customer in one.customers]
    clusters = np.unique(names, return_inverse=True)[1]
    adapter, head, both = (
        np.concatenate([np.asarray(getattr(one, who), dtype=bool) for one in some])
        for who in ("adapter", "head", "both")
    )
    every = np.ones(len(names), dtype=bool)
    cells = [_cell(cluster_interval(share(right, every), clusters)) for right in (adapter, head, both)]
    gain = difference(mean(both.astype(float), 0.0, 1.0), mean(adapter.astype(float), 0.0, 1.0))
    cells.append(_cell(cluster_interval(gain, clusters), sign="+"))
    return f"| {name} | {len(names):,} | {' | '.join(cells)} |\n"


def _cell(one: Interval, sign: str = "") -> str:
    return f"{100 * one.value:{sign}.1f} ({100 * one.low:{sign}.1f} to {100 * one.high:{sign}.1f})"
