"""The card of every segment of a run."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from fewsight.agents.segments.cards.briefing import briefs
from fewsight.agents.segments.cards.comparing import alike, compare, lifts, unusual
from fewsight.agents.segments.cards.model import Card, Unusual
from fewsight.agents.segments.cards.places import places
from fewsight.agents.segments.cards.rules import measured, rule_sql
from fewsight.agents.segments.privacy import hidden_sizes
from fewsight.agents.segments.table import Facts
from fewsight.statistics.arrays import Codes

if TYPE_CHECKING:
    import pandas as pd

    from fewsight.agents.segments.clusters import Recipe


def make_cards(
    facts: Facts,
    recipe: "Recipe",
    sample: "pd.DataFrame",
    sampled: Codes,
    ids: Sequence[str],
    min_size: int,
    about: Mapping[str, Any],
) -> tuple[list[Card], int | None]:
    """Cards in the order of `ids`, all of version 1, and the number of outliers, or None where it must not be shown.

    Args:
        facts: with the table `assigned` (ROW, segment) beside it.
        recipe: what the segments were found by.
        sample: facts of some customers.
        sampled: the segment of each of them, by number.
        ids: names of the segments, by number.
        min_size: no smaller group is told of.
        about: the data dictionary by name of the fact.
    """
    counts = dict(facts.connection.execute("SELECT segment, count(*) FROM assigned GROUP BY segment").fetchall())
    sizes = [int(counts.get(number, 0)) for number in (*range(len(ids)), -1)]
    hidden = hidden_sizes(sizes, min_size)
    shown = [None if is_hidden else size for size, is_hidden in zip(sizes, hidden, strict=True)]
    differences, groups = compare(facts, recipe, min_size, about), alike(recipe, sample)
    told, where = briefs(facts, min_size), places(facts, min_size, about)
    cards = []
    for number, name in enumerate(ids):
        sql = rule_sql(recipe.features, sample, np.asarray(sampled == number), min_size)
        own = differences.get(number, [])
        rule = measured(facts, sql, number, min_size) if sql else None
        if any(hidden):
            own = [_coarse(one) for one in own]
        if hidden[number]:
            own = [one for one in own if one.statistic == "median"]
            rule = rule.model_copy(update={"coverage": None, "precision": None}) if rule else None
        cards.append(
            Card(
                id=name,
                version=1,
                size=shown[number],
                unusual=unusual(own, groups),
                lifts=lifts(own),
                rule=rule,
                brief=[] if hidden[number] else told.get(number, []),
                place=None if hidden[number] else where.get(number),
            )
        )
    return cards, shown[-1]


def _coarse(one: Unusual) -> Unusual:
    """With shares in whole percents: a precise one is a fraction that tells how many customers there are."""
    if one.statistic == "median":
        return one
    rounded = {name: round(getattr(one, name), 2) for name in ("value", "everyone")}
    return one.model_copy(update={**rounded, "effect": round(one.effect, 1)})
