"""One profile of a customer from several rows, and where these disagree."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter

from fewsight.events import Scalar

Told = tuple[int, int, Mapping[str, Scalar]]
"""The number of a table, a line of it, and what it says of a customer."""


def one_profile(told: Iterable[Told], names: Sequence[str]) -> dict[str, Scalar]:
    """What rows say of one customer; where they disagree, every value with its table: 'Berlin (crm); Bonn (shop)'."""
    return {
        column: values[0][1] if len({str(value) for _, value in values}) == 1 else _beside(values, names)
        for column, values in _by_column((source, facts) for source, _, facts in told).items()
    }


def disagreements(rows: Iterable[tuple[str, Told]], names: Sequence[str]) -> Iterator[str]:
    """Notes on columns whose values disagree, each with an example; `rows` are sorted by customer."""
    counts: dict[str, int] = {}
    examples: dict[str, str] = {}
    for customer, same in groupby(rows, key=itemgetter(0)):
        told = [one for _, one in same]
        for column, values in _by_column((source, facts) for source, _, facts in told).items():
            if len({str(value) for _, value in values}) > 1:
                counts[column] = counts.get(column, 0) + 1
                examples.setdefault(column, f"customer {customer!r}: {_example(column, told, names)}")
    for column, count in sorted(counts.items()):
        yield (
            f"rows disagree about {column!r} of {count:,} customer{'s'[: count != 1]} ({examples[column]}); each value "
            "is shown with its table. Name the columns to show under [profile] of each table's mapping"
        )


def _by_column(told: Iterable[tuple[int, Mapping[str, Scalar]]]) -> dict[str, list[tuple[int, Scalar]]]:
    columns: dict[str, list[tuple[int, Scalar]]] = {}
    for source, facts in told:
        for column, value in facts.items():
            columns.setdefault(column, []).append((source, value))
    return columns


def _beside(values: Sequence[tuple[int, Scalar]], names: Sequence[str]) -> str:
    return "; ".join(sorted({f"{value} ({names[source]})" for source, value in values}))


def _example(column: str, told: Sequence[Told], names: Sequence[str]) -> str:
    said = [(facts[column], f"line {line} of {names[source]}") for source, line, facts in told if column in facts]
    other = next(one for one in said if str(one[0]) != str(said[0][0]))
    return ", ".join(f"{value!r} on {where}" for value, where in (said[0], other))
