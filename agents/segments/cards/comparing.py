"""By which facts a segment is unusual: medians, means and shares against all customers of segments."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fewsight.agents.segments.cards.model import Unusual
from fewsight.agents.segments.table import ROW, Facts, quoted

if TYPE_CHECKING:
    import pandas as pd

    from fewsight.agents.segments.clusters import Recipe
    from fewsight.agents.segments.clusters.features import Feature

MOST: Final = 8
LEAST_EFFECT: Final = 0.3
LEAST_LIFT: Final = 1.2
LIFTS: Final = ("product_share_", "category_share_", "channel_share_")
_ALIKE: Final = 0.9
"""A fact that goes with one that is shown already, in either direction, says nothing new."""

_NUMBERS: Final = """SELECT assigned.segment, count({fact}), count(*) FILTER ({fact} <> 0), median({fact}), avg({fact}),
    stddev_pop({fact}), max({fact}), min({fact})
    FROM facts JOIN assigned USING ({row}) WHERE assigned.segment >= 0
    GROUP BY GROUPING SETS ((assigned.segment), ())"""
_WORDS: Final = """SELECT assigned.segment, count({fact}), count(*) FILTER ({fact} = $1)
    FROM facts JOIN assigned USING ({row}) WHERE assigned.segment >= 0
    GROUP BY GROUPING SETS ((assigned.segment), ())"""


@dataclass(frozen=True, slots=True)
class _Sums:
    known: int
    counted: int
    median: float = 0.0
    mean: float = 0.0
    spread: float = 0.0
    most: float = 0.0
    least: float = 0.0


def compare(facts: Facts, recipe: "Recipe", min_size: int, about: Mapping[str, Any]) -> dict[int, list[Unusual]]:
    """By number of the segment, every difference that can be told without telling of a small group.

    `facts` needs a table `assigned` (ROW, segment) beside it; `about` is the data dictionary by name.
    """
    told: dict[int, list[Unusual]] = {}
    for feature in recipe.features:
        if feature.kind != "unknown":
            for segment, unusual in _differences(facts, feature, min_size).items():
                entry = about.get(feature.fact, {})
                words = {key: str(entry.get(key, "")) for key in ("words", "unit", "sql")}
                told.setdefault(segment, []).append(unusual.model_copy(update=words))
    return told


def unusual(differences: Iterable[Unusual], alike: Mapping[str, Sequence[str]]) -> list[Unusual]:
    """The largest differences, at most 8, none of which says another again; `alike` names facts that go together."""
    chosen: list[Unusual] = []
    for one in sorted(differences, key=lambda each: -abs(each.effect)):
        if len(chosen) == MOST or abs(one.effect) < LEAST_EFFECT:
            break
        if not one.fact.startswith(LIFTS) and not any(one.fact in alike[other.fact] for other in chosen):
            chosen.append(one)
    return chosen


def lifts(differences: Iterable[Unusual]) -> list[Unusual]:
    """Products, categories and channels that a segment has at least 1.2 times as much of as everyone, at most 8."""
    able = [one for one in differences if one.fact.startswith(LIFTS) and (one.lift or 0) >= LEAST_LIFT]
    return sorted(able, key=lambda one: -(one.lift or 0))[:MOST]


def alike(recipe: "Recipe", sample: "pd.DataFrame") -> dict[str, list[str]]:
    """For each fact of the recipe those that go with it (correlation of scaled values 0.9 or more), and itself."""
    facts = [feature.fact for feature in recipe.features]
    with np.errstate(invalid="ignore", divide="ignore"):  # a clipped feature may be constant
        together = np.abs(np.atleast_2d(np.corrcoef(recipe.scaled(sample), rowvar=False))) >= _ALIKE
    groups: dict[str, list[str]] = {fact: [fact] for fact in facts}
    for row, fact in zip(together, facts, strict=True):
        groups[fact] += [other for other, is_alike in zip(facts, row, strict=True) if is_alike]
    return groups


def _differences(facts: Facts, feature: "Feature", min_size: int) -> dict[int, Unusual]:
    query, values = (_NUMBERS, []) if feature.kind == "number" else (_WORDS, [feature.word])
    rows = facts.connection.execute(query.format(fact=f"facts.{quoted(feature.fact)}", row=ROW), values).fetchall()
    sums = {segment: _Sums(*(value or 0 for value in rest)) for segment, *rest in rows}
    everyone = sums.pop(None)
    compared = {segment: _compared(feature, own, everyone, min_size) for segment, own in sums.items()}
    return {segment: one for segment, one in compared.items() if one is not None}


def _compared(feature: "Feature", own: _Sums, everyone: _Sums, min_size: int) -> Unusual | None:
    others = everyone.known - own.known
    if own.known < min_size or 0 < others < min_size:
        return None
    if feature.kind == "word":
        groups = (own.counted, own.known - own.counted, everyone.counted - own.counted)
        if min(groups[:2]) < min_size or 0 < groups[2] < min_size:
            return None
        share, all_share = own.counted / own.known, everyone.counted / everyone.known
        effect = (share - all_share) / feature.scale
        return _told(feature, "share", share, all_share, effect)
    if everyone.least >= 0 and everyone.most <= 1:
        rest = everyone.counted - own.counted
        if own.counted < min_size or 0 < rest < min_size or not everyone.spread:
            return None
        return _told(feature, "mean", own.mean, everyone.mean, (own.mean - everyone.mean) / everyone.spread)
    effect = (_scaled(feature, own.median) - _scaled(feature, everyone.median)) / feature.scale
    return _told(feature, "median", own.median, everyone.median, effect)


def _told(feature: "Feature", statistic: Any, value: float, everyone: float, effect: float) -> Unusual:  # noqa: ANN401 - a word of Unusual
    rounded = [float(f"{number:.3g}") for number in (value, everyone, effect)]
    return Unusual(
        fact=feature.fact,
        statistic=statistic,
        value=rounded[0],
        everyone=rounded[1],
        effect=rounded[2],
        word=feature.word,
    )


def _scaled(feature: "Feature", value: float) -> float:
    return float(np.sign(value) * np.log1p(abs(value))) if feature.is_log else value
