"""Metrics by arm, and arms against each other."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from fewsight.evals.metrics.base import METRICS, words_of
from fewsight.evals.model import FieldPart, Figure, Pair
from fewsight.pages.formats import limits, number, points, share, sized
from fewsight.pages.table import Table


def metrics(field: FieldPart) -> Table:
    """All metrics by arm, the best first; those that any arm has. An arrow marks those of which less is better."""
    shown = _shown(field)
    order = sorted(field.figures, key=lambda name: -field.figures[name][field.headline].value)
    rows = [[name, *(_written(metric, field.figures[name].get(metric)) for metric in shown)] for name in order]
    return Table(["Arm", *map(_head, shown)], rows)


def _shown(field: FieldPart) -> list[str]:
    """The headline, other shares, then other numbers; last what is not registered here."""
    entries = METRICS.entries
    present = dict.fromkeys(name for figures in field.figures.values() for name in figures)
    known = sorted((entries[name] for name in entries if name in present), key=lambda metric: not metric.is_share)
    names = [metric.name for metric in known if metric.is_in_tables and metric.name != field.headline]
    return [field.headline, *names, *(name for name in present if name not in entries and name != field.headline)]


def _head(name: str) -> str:
    metric = METRICS.entries.get(name)
    return words_of(name) if metric is None or metric.higher_is_better else f"{words_of(name)} ↓"


def _written(name: str, figure: Figure | None) -> str:
    if figure is None:
        return ""
    metric = METRICS.entries.get(name)
    return share(figure) if metric is not None and metric.is_share else number(figure)


def pairs(field: FieldPart) -> Table:
    """The row's figure less the column's in points; what is shown after Holm's correction stands out."""
    return _against(field, field.pairs, points)


def pairs_by_error(field: FieldPart) -> dict[str, Table]:
    """By words of an error: the row's less the column's, in units of the field's numbers."""
    return {words_of(name): _against(field, some, _signed) for name, some in field.pairs_by_error.items()}


def _signed(figure: Figure) -> str:
    low, high = ("?" if end is None else sized(end) for end in limits(figure))
    return f"{'+' if figure.value > 0 else ''}{sized(figure.value)} ({low} to {high})"


def _against(field: FieldPart, some: Sequence[Pair], written: Callable[[Figure], str]) -> Table:
    gaps = {}
    for pair in some:
        gaps[pair.first, pair.second] = pair.difference, pair.is_shown
        gaps[pair.second, pair.first] = pair.difference.turned, pair.is_shown
    rows, strong = [], set()
    for y, row in enumerate(field.figures):
        rows.append([row])
        for x, column in enumerate(field.figures, 1):
            gap, is_shown = gaps.get((row, column), (None, False))
            rows[-1].append("" if gap is None else written(gap))
            if is_shown:
                strong.add((y, x))
    return Table(["", *field.figures], rows, strong)


class PairLine(NamedTuple):
    """Two arms in words, the better one first, and whether the difference is shown after Holm's correction."""

    words: str
    is_shown: bool


def pair_lines(field: FieldPart) -> list[PairLine]:
    """The pairs one after the other, as a phone shows them: those of the best arm first, the closest rivals before."""
    order = sorted(
        field.pairs, key=lambda pair: (field.best not in (pair.first, pair.second), abs(pair.difference.value))
    )
    return [PairLine(_pair_in_words(pair), pair.is_shown) for pair in order]


def _pair_in_words(pair: Pair) -> str:
    first, second, gap = pair.first, pair.second, pair.difference
    if gap.value < 0:
        first, second, gap = second, first, gap.turned
    return f"{first} over {second}: {points(gap)}"
