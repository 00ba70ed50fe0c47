"""`personas.html`: what is known of all customers, and the first cards, on one page without a script."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from fewsight.agents.personas.model import Fact, Known, PersonaCard, Summary, TraitSummary, Value
from fewsight.pages.environment import render
from fewsight.pages.formats import grouped, percent
from fewsight.pages.table import Table

_MOST_VALUES: Final = 8


def page(summary: Summary, cards: Sequence[PersonaCard]) -> str:
    """The page as HTML; it names customers."""
    return render("personas.jinja", Path(__file__).parent, summary=summary, cards=cards, view=VIEW)


def words(name: str) -> str:
    """A name as people read it.

    >>> words("price_sensitivity"), words("spend_eur_minor")
    ('price sensitivity', 'spend eur')
    """
    return name.replace("_minor", "").replace("_", " ")


def known(summary: Summary) -> Table:
    """Where the traits are known from."""
    rows = [
        [
            words(one.trait),
            *(_count(one.kinds.get(kind, 0), summary.customers) for kind in ("fact", "inferred", "unknown")),
            f"{percent(one.agreed / one.checked)} of {grouped(one.checked)}" if one.checked else "",
            {True: "proven", False: "unproven", None: "not asked"}[one.proven],
        ]
        for one in summary.traits
    ]
    return Table(["trait", "fact", "inferred", "unknown", "model agrees with facts", "model's answers"], rows)


def values(one: TraitSummary) -> dict[str, float]:
    """The commonest values of a trait for the chart."""
    return {words(name): float(count) for name, count in list(one.values.items())[:_MOST_VALUES]}


def whole(value: float) -> str:
    """A number of customers for the chart."""
    return grouped(int(value))


def value(one: Known) -> str:
    """A trait or fact as people read it: shares as percent, minor units of money with two decimals."""
    if not isinstance(one, Fact):
        return "unknown" if one.kind == "unknown" else words(one.value)
    if isinstance(one.value, str | bool):
        return words(str(one.value))
    if one.unit.startswith("minor units of "):
        return f"{one.value / 100:,.2f} {one.unit.removeprefix('minor units of ').upper()}"
    if one.unit in ("share, 0 to 1", "probability"):
        return percent(float(one.value))
    return f"{one.value:,.4g} {one.unit}".strip() if abs(one.value) < 1000 else f"{one.value:,.0f} {one.unit}".strip()


def used(of: Mapping[str, Value | None]) -> str:
    """The values that a trait was computed from; of many shares the largest."""
    shares = {name: float(number or 0) for name, number in of.items() if "_share_" in name}
    largest = [name for name in sorted(shares, key=lambda name: -shares[name])[:3] if shares[name]]
    kept = [name for name in of if name not in shares or name in largest]
    return ", ".join(f"{words(name)} {'unknown' if of[name] is None else of[name]}" for name in kept)


def _count(count: int, everyone: int) -> str:
    return f"{grouped(count)} ({percent(count / everyone)})" if count else "0"


VIEW: Final[Mapping[str, Any]] = {
    "words": words,
    "known": known,
    "values": values,
    "whole": whole,
    "value": value,
    "used": used,
}
