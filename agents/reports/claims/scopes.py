"""Groups of customers to look at: values, quarters of numbers, periods; none of them small, no two the same."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from fewsight.agents.reports.claims.frame import Groups, Scope
from fewsight.agents.reports.model import FEWEST, Condition
from fewsight.statistics.arrays import Flags

_MONTHS_AT_MOST: Final = 18
"""Longer spans are told by quarters."""


def scopes_of(
    groups: Groups, numbers: Mapping[Condition, Mapping[int, float]], customers: int, *, both_sides: bool = False
) -> tuple[list[Scope], int]:
    """Every group, and quarter of `numbers`, of at least FEWEST customers and as many others; how many were smaller.

    A group stands against those of whom the same column tells something else. Of groups that keep or leave out just the
    same customers the smaller stays; with `both_sides`, of those that keep the same.
    """
    among: dict[tuple[str, str], Flags] = defaultdict(lambda: np.zeros(customers, dtype=bool))
    for condition, rows in groups.items():
        among[condition.column][rows] = True
    for column, by_row in numbers.items():
        among[column.column][list(by_row)] = True
    scopes, known, small = [], set[bytes](), 0
    smaller_first = sorted((dict(groups) | quarters(numbers)).items(), key=lambda each: 2 * len(each[1]) > customers)
    for condition, rows in smaller_first:
        inside: Flags = np.zeros(customers, dtype=bool)
        inside[rows] = True
        known_of = among[condition.column]
        size = int(inside.sum())
        if min(size, int(known_of.sum()) - size) < FEWEST:
            small += 0 < size < FEWEST
            continue
        sides = (inside,) if both_sides else (inside, known_of & ~inside)
        marks = {np.packbits(side).tobytes() + np.packbits(known_of).tobytes() for side in sides}
        if not marks & known:
            known |= marks
            scopes.append(Scope(condition, inside, known_of))
    return scopes, small


def quarters(numbers: Mapping[Condition, Mapping[int, float]]) -> dict[Condition, list[int]]:
    """The lowest and the highest quarter of each column of numbers, of the customers who have one."""
    groups = {}
    for column, by_row in numbers.items():
        low, high = (float(end) for end in np.quantile(list(by_row.values()), (0.25, 0.75)))
        groups[column.model_copy(update={"at_most": low})] = [r for r, v in by_row.items() if v <= low]
        if high > low:
            groups[column.model_copy(update={"at_least": high})] = [r for r, v in by_row.items() if v >= high]
    return groups


def period_groups(newest: Mapping[int, tuple[int, int]]) -> dict[Condition, list[int]]:
    """Rows by the month or quarter of the newest event, in the order of time."""
    by_quarter = is_long(newest)
    groups: dict[Condition, list[int]] = {}
    for row, moment in sorted(newest.items(), key=lambda item: item[1]):
        groups.setdefault(Condition(kind="period", value=period_name(moment, by_quarter)), []).append(row)
    return groups


def is_long(newest: Mapping[int, tuple[int, int]]) -> bool:
    """Whether periods are quarters."""
    months = [12 * year + month for year, month in newest.values()]
    return bool(months) and max(months) - min(months) >= _MONTHS_AT_MOST


def period_name(moment: tuple[int, int], by_quarter: bool) -> str:
    """A month or quarter in words.

    >>> period_name((2025, 8), True), period_name((2025, 8), False)
    ('2025 Q3', '2025-08')
    """
    year, month = moment
    return f"{year} Q{(month + 2) // 3}" if by_quarter else f"{year}-{month:02}"


def all_periods(newest: Mapping[int, tuple[int, int]]) -> Iterator[str]:
    """Every period from the first to the last, those without any event too."""
    if not newest:
        return
    months = [12 * year + month - 1 for year, month in newest.values()]
    by_quarter = is_long(newest)
    names = (period_name((at // 12, at % 12 + 1), by_quarter) for at in range(min(months), max(months) + 1))
    yield from dict.fromkeys(names)
