"""Traits that a table can tell: each one expression over the facts of a customer, and never a model's word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fewsight.agents.segments.table import Facts, quoted

FEW: Final = 3
"""Orders or events that are too few to show a habit below this."""

MOST_SHARE: Final = "2.0 / 3"
"""The least share of a habit."""


@dataclass(frozen=True, slots=True)
class Computed:
    """A trait as SQL over the facts, NULL where they don't tell; `of` are the facts that it needs."""

    trait: str
    sql: str
    of: tuple[str, ...]


def computed_traits(facts: Facts) -> list[Computed]:
    """The traits that this table's columns can tell."""
    makers = (_activity, _price_sensitivity, _channel, _interest)
    return [one for make in makers if (one := make(facts)) is not None]


_ACTIVITY: Final = """CASE
    WHEN order_recency_days IS NULL THEN NULL
    WHEN order_recency_days >= greatest(180, 3 * coalesce(gap_median_days, 0)) THEN 'lapsed'
    WHEN first_order_days <= 60 THEN 'new'
    WHEN orders_90_to_180d_count >= 2 AND orders_90d_count <= orders_90_to_180d_count / 2 THEN 'slowing'
    ELSE 'active' END"""


def _activity(facts: Facts) -> Computed | None:
    needed = (
        "order_recency_days",
        "gap_median_days",
        "first_order_days",
        "orders_90_to_180d_count",
        "orders_90d_count",
    )
    return Computed("activity", _ACTIVITY, needed) if {*needed} <= {*facts.numbers} else None


def _price_sensitivity(facts: Facts) -> Computed | None:
    """By the share of orders with a discount: two thirds are high; few are low only where discounts are to be had."""
    if not {"discount_share", "orders_count"} <= {*facts.numbers}:
        return None
    everyone = _means(facts, ["discount_share"])["discount_share"]
    low = f"WHEN orders_count >= 5 AND {everyone:.4g} >= 0.1 THEN 'low'"
    sql = f"""CASE
    WHEN discount_share IS NULL OR orders_count < {FEW} THEN NULL
    WHEN discount_share >= {MOST_SHARE} THEN 'high'
    WHEN discount_share >= 0.2 THEN 'medium'
    {low} END"""
    return Computed("price_sensitivity", sql, ("discount_share", "orders_count"))


def _channel(facts: Facts) -> Computed | None:
    names = _columns(facts, "channel_share_")
    if not names or "events_count" not in facts.numbers:
        return None
    cases = [f"WHEN {quoted(column)} >= {MOST_SHARE} THEN {_word(name)}" for column, name in names.items()]
    sql = f"CASE WHEN events_count < {FEW} THEN NULL\n    " + "\n    ".join(cases) + " END"
    return Computed("channel_preference", sql, ("events_count", *names))


def _interest(facts: Facts) -> Computed | None:
    """What a customer buys more of than others do: where everyone buys groceries, these tell nobody apart."""
    names = _columns(facts, "category_share_")
    if not names or "orders_count" not in facts.numbers:
        return None
    means = _means(facts, list(names))
    excess = {column: f"{quoted(column)} - {means[column]:.4g}" for column in names}
    most = f"greatest({', '.join(excess.values())}, 0.1)"
    cases = [
        f"WHEN {excess[column]} >= {most} AND {quoted(column)} >= 0.3 THEN {_word(name)}"
        for column, name in names.items()
    ]
    sql = f"CASE WHEN orders_count < {FEW} THEN NULL\n    " + "\n    ".join(cases) + " END"
    return Computed("main_interest", sql, ("orders_count", *names))


def _columns(facts: Facts, beginning: str) -> dict[str, str]:
    """Columns of shares with the names of what they are shares of; what a table does not name is none."""
    names = {name: name.removeprefix(beginning) for name in facts.numbers if name.startswith(beginning)}
    return {column: name for column, name in names.items() if name != "unknown"}


def _means(facts: Facts, columns: Sequence[str]) -> Mapping[str, float]:
    parts = ", ".join(f"avg({quoted(column)})" for column in columns)
    means = facts.connection.execute(f"SELECT {parts} FROM facts").fetchall()[0]  # noqa: S608 - names are quoted
    return {column: float(mean or 0) for column, mean in zip(columns, means, strict=True)}


def _word(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"
