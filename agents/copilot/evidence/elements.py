"""Filling the list of an open call: of each group the likeliest element or none, by a logit over features.

The features speak of words and rows alone, not of one shop: whether the row was mentioned, whether what an element
changes was asked for, and whether it keeps what nobody asked to change.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel

from fewsight.agents.copilot.evidence.mentions import Said, words
from fewsight.agents.copilot.tools import Call, Element

ELEMENT_FEATURES: Final = (
    "taken", "fit", "rest", "only", "all", "named", "newest", "hit", "miss", "stale", "cheap",
)  # fmt: skip
RULES: Final[Mapping[str, float]] = {
    "taken": -1.5, "fit": 2.0, "rest": -4.0, "only": 1.5, "all": 3.0, "named": 5.0, "newest": 0.5,
    "hit": 3.0, "miss": -3.0, "stale": -3.0, "cheap": 0.5,
}  # fmt: skip
"""Weights that were written by hand, for copilots that have learned none."""

_ALL: Final = frozenset({"all", "everything", "whole", "entire", "both"})
_CHEAP: Final = frozenset({"cheap", "cheaper", "cheapest"})

Group = Sequence[Element]


def group_features(call: Call, groups: Sequence[Group], said: Said) -> list[list[list[float]]]:
    """For each group and each of its elements the features, in the order of `ELEMENT_FEATURES`; none has zeros."""
    firsts = [_row(call, group[0], 0) for group in groups]
    fits = said.fit(firsts)
    named = [said.has(str(getattr(row, "name", ""))) for row in firsts]
    newest = [float(bool(words(n := str(getattr(row, "name", ""))) and set(words(n)) <= said.last)) for row in firsts]
    wants_all = max(map(said.weight, _ALL))
    features = []
    for place, group in enumerate(groups):
        rest = max([fit for i, fit in enumerate(named) if i != place], default=0.0)
        shared = [1.0, fits[place], rest, float(len(groups) == 1), wants_all, named[place], newest[place]]
        changes = _changes(call, group, said)
        features.append([[*shared, *change] for change in changes])
    return features


def fill(call: Call, groups: Sequence[Group], said: Said, weights: Mapping[str, float] = RULES) -> tuple[Call, float]:
    """The call with its likeliest elements, at least one, and the mean log probability of what was chosen."""
    order = [weights.get(name, 0.0) for name in ELEMENT_FEATURES]
    chosen: list[tuple[float, Element | None, float, Element]] = []
    for group, rows in zip(groups, group_features(call, groups, said), strict=True):
        scores = [0.0, *(sum(w * f for w, f in zip(order, row, strict=True)) for row in rows)]
        total = _log_sum(scores)
        best = max(range(len(scores)), key=scores.__getitem__)
        first = max(range(1, len(scores)), key=scores.__getitem__)
        chosen.append(
            (scores[best] - total, group[best - 1] if best else None, scores[first] - total, group[first - 1])
        )
    if all(element is None for _, element, _, _ in chosen):
        place = max(range(len(chosen)), key=lambda i: chosen[i][2])
        _, _, log, element = chosen[place]
        chosen[place] = (log, element, log, element)
    mean = sum(log for log, *_ in chosen) / len(chosen)
    return call.with_elements([element for _, element, _, _ in chosen if element is not None]), mean


def _changes(call: Call, group: Group, said: Said) -> list[list[float]]:
    """Of each element, how much of what it changes was asked for, was not, and what it keeps against a wish."""
    pairs = [(_options(_row(call, one, 0)), _options(_row(call, one, 1))) for one in group]
    wished: dict[str, float] = {}
    for own, new in pairs:
        for key, value in new.items():
            if value != own.get(key):
                wished[key] = max(wished.get(key, 0.0), said.has(value))
    told = []
    for own, new in pairs:
        changed = {key for key, value in new.items() if value != own.get(key)}
        hits = [said.has(new[key]) for key in changed]
        hit = sum(hits)
        miss = sum(1 - h for h in hits)
        kept = sum(wished[key] for key in new if key not in changed and key in wished)
        beside = sum(max(wished[key] - said.has(new[key]), 0) for key in changed)
        told.append([hit, miss, kept + beside])
    cheap = max(map(said.weight, _CHEAP))
    prices = [getattr(_row(call, one, 1), "price", None) for one in group]
    known = sorted(p for p in prices if p is not None)
    ranks = [known.index(p) / len(known) if p is not None and known else 0.0 for p in prices]
    return [[*row, cheap * (1 - rank)] for row, rank in zip(told, ranks, strict=True)]


def _row(call: Call, element: Element, depth: int) -> BaseModel:
    """The row of the outermost further list (0), or of the one below it (1) where there is one."""
    further = [row for path, row in sorted(element.rows.items()) if path not in call.rows]
    return further[min(depth, len(further) - 1)]


def _options(row: BaseModel) -> dict[str, str]:
    values: dict[str, Any] = dict(row)
    return {key: str(text) for value in values.values() if isinstance(value, dict) for key, text in value.items()}


def _log_sum(scores: Sequence[float]) -> float:
    top = max(scores)
    return top + math.log(sum(math.exp(score - top) for score in scores))
