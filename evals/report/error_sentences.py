"""Fields of numbers in sentences: by which error which arm is best, and whether a classic model wins."""

from collections.abc import Mapping, Sequence

from fewsight.evals.metrics.base import words_of
from fewsight.evals.model import ArmPart, FieldPart, Figure, Pair
from fewsight.pages.formats import sized


def error_sentences(field: FieldPart, arms: Sequence[ArmPart]) -> tuple[str, ...]:
    """A sentence for each error (mean error, RMSE) of a field of numbers: the arm of least error against the next.

    Where it is a classic model that is shown to beat all arms of other kinds, the sentence says so, against the best of
    them. Empty for a field without numbers, or with one arm.
    """
    kinds = {arm.name: arm.kind for arm in arms}
    return tuple(_sentence(field, metric, pairs, kinds) for metric, pairs in field.pairs_by_error.items())


def _sentence(field: FieldPart, metric: str, pairs: Sequence[Pair], kinds: Mapping[str, str]) -> str:
    known = {name: figures[metric] for name, figures in field.figures.items() if metric in figures}
    best, *others = sorted(known, key=lambda name: known[name].value)
    rivals = [name for name in others if kinds[name] != "baseline"]
    words, figure = words_of(metric), f"{best}, {_units(known[best])}"
    if kinds[best] == "baseline" and rivals and all(_pair(pairs, best, rival).is_shown for rival in rivals):
        return f"By {words} a classic model wins: {figure}; {_less(pairs, best, rivals[0])}, the best of the others."
    pair = _pair(pairs, best, others[0])
    if pair.is_shown:
        return f"By {words} the best is {figure}; {_less(pairs, best, others[0])}, the next."
    return (
        f"By {words} the best is {figure}; its lead over {others[0]}, the next, is {_gap(pair)} and may be chance "
        f"(p = {pair.p_holm:.2g} after Holm's correction)."
    )


def _less(pairs: Sequence[Pair], best: str, rival: str) -> str:
    pair = _pair(pairs, best, rival)
    return f"that is {_gap(pair)} less than {rival} (p = {pair.p_holm:.2g} after Holm's correction)"


def _pair(pairs: Sequence[Pair], one: str, other: str) -> Pair:
    return next(pair for pair in pairs if {pair.first, pair.second} == {one, other})


def _gap(pair: Pair) -> str:
    """By how much the error of the better arm is less."""
    gap = pair.difference
    return _units(gap if gap.value >= 0 else gap.turned)


def _units(figure: Figure) -> str:
    low, high = ("unknown" if end is None else sized(end) for end in (figure.low, figure.high))
    return f"{sized(figure.value)} ({low} to {high})"
