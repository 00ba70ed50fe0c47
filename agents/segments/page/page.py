"""`segments.html`: cards, sizes, rules and movements on one page without a script."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fewsight.agents.segments.cards import Card, Cards, Line, Unusual
from fewsight.agents.segments.cards.places import ALIVE, SILENT_DAYS
from fewsight.agents.segments.page.map import money, value_map
from fewsight.agents.segments.privacy import Share
from fewsight.agents.segments.registry import Event, Movements
from fewsight.pages.environment import render
from fewsight.pages.formats import grouped, percent
from fewsight.pages.table import Table

HIDDEN = "hidden"


def page(cards: Cards, moved: Movements | None) -> str:
    """The page as HTML."""
    values: dict[str, Any] = {"cards": cards, "ordered": ordered(cards), "moved": moved, "view": VIEW}
    return render("segments.jinja", Path(__file__).parent, **values)


def ordered(cards: Cards) -> list[Card]:
    """Cards by their ids, S2 before S10."""
    return sorted(cards.segments, key=lambda card: int(card.id[1:]))


def share(value: Share | None) -> str:
    """A share in words.

    >>> share(Share(value=0.81, bound="at least")), share(None)
    ('at least 81.0 %', 'too few to say')
    """
    return "too few to say" if value is None else f"{value.bound} {percent(value.value)}".strip()


def number(one: Unusual, value: float) -> str:
    """A fact's value as people read it: shares as percent, minor units of money with two decimals.

    >>> number(Unusual(fact="a", statistic="mean", value=1, everyone=1, effect=1), 0.125)
    '12.5 %'
    """
    if one.statistic == "share" or (one.statistic == "mean" and one.unit in ("", "probability", "share, 0 to 1")):
        return percent(value)
    if one.unit.startswith("minor units of "):
        return f"{value / 100:,.2f} {one.unit.removeprefix('minor units of ').upper()}"
    written = f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:,.3g}"
    unit = "" if one.unit in ("probability", "share, 0 to 1", "own gaps") else one.unit
    return f"{written} {unit}".strip()


def name(one: Unusual) -> str:
    """What is compared, in words."""
    words = one.fact.replace("_minor", "").replace("_", " ")
    return f"{words}: {one.word}" if one.word else words


def sizes(cards: Cards) -> dict[str, float]:
    """Sizes that may be shown, by segment, for the chart."""
    shown = {card.id: card.size for card in ordered(cards)} | {"outliers": cards.outliers}
    return {id_: float(size) for id_, size in shown.items() if size}


def whole(value: float) -> str:
    """A number of customers for the chart."""
    return grouped(int(value))


def of_all(card: Card, cards: Cards) -> str:
    """A segment's size with its share of all customers."""
    return HIDDEN if card.size is None else f"{grouped(card.size)} ({percent(card.size / cards.customers)})"


def tried(cards: Cards) -> Table:
    """All divisions that were tried."""
    rows = []
    for one in cards.tried:
        how = f"{one.method}, {one.setting}" + (" members" if one.method == "hdbscan" else "")
        stability = one.reason if one.stability is None else f"{one.stability:.2f} (± {one.spread or 0:.2f})"
        rows.append([how, str(one.segments or ""), stability])
    chosen = {(y, 2) for y, one in enumerate(cards.tried) if one == cards.chosen}
    return Table(["method", "segments", "stability"], rows, chosen)


def table(moved: Movements) -> Table:
    """Customers from segment (row) to segment (column)."""
    counts, after = moved.counts or [], _in_order(moved.after)
    rows = [[moved.before[y], *(_cell(counts[y][x]) for x in after)] for y in _in_order(moved.before) if counts]
    return Table(["from \\ to", *(moved.after[x] for x in after)], rows)


def _cell(count: int | None) -> str:
    return "–" if count is None else grouped(count) if count else ""


def _in_order(names: Sequence[str]) -> list[int]:
    """Places of S2 before S10, and of other names at the end."""
    return sorted(range(len(names)), key=lambda place: int(names[place][1:]) if names[place][1:].isdigit() else 10**9)


def told_events(moved: Movements) -> list[Event]:
    """Events in the order of their segments."""
    return sorted(moved.events, key=lambda event: int((event.before or event.after)[0][1:]))


def sentence(event: Event) -> str:
    """What became of segments, as a line."""
    many = "" if event.customers is None else f" ({grouped(event.customers)} customers)"
    before, after = " and ".join(event.before), " and ".join(event.after)
    return {
        "kept": f"{after} goes on{many}.",
        "born": f"{after} is new.",
        "died": f"{before} is there no more.",
        "split": f"{before} was split into {after}{many}.",
        "merged": f"{before} went into {after}{many}.",
    }[event.kind]


def is_mapped(cards: Cards) -> bool:
    """Whether there are two segments or more to draw."""
    return sum(card.place is not None and card.size is not None for card in cards.segments) > 1


def axis(cards: Cards) -> str:
    """What the map's axes are, in words."""
    place = next(card.place for card in cards.segments if card.place is not None)
    value = place.value_fact.replace("_minor", "").replace("_", " ")
    risk = "1 - alive probability" if place.risk_fact == ALIVE else f"no order in the last {SILENT_DAYS} days"
    return (
        f"Value (right) is the mean of {value}, risk (up) that of {risk}; the area of a dot is the number of customers."
    )


def line(one: Line) -> str:
    """The figures of a brief's line."""
    plain = one.fact.endswith("_rate")
    value, others = (f"{number:.2g}" if plain else percent(number) for number in (one.value, one.others))
    return f"{value}, others {others}; lift {one.lift:.2g} ({one.low:.2g} to {one.high:.2g})"


def changes(moved: Movements) -> Table:
    """Lines of cards that changed."""
    rows = [
        [
            f"{one.segment}: {one.what}",
            *("–" if value is None else f"{value:,.4g}" for value in (one.before, one.after)),
        ]
        for one in moved.changes
    ]
    return Table(["card", "before", "now"], rows)


KINDS = {
    "responds": "Responds to",
    "channel": "Channel",
    "time": "When",
    "product": "Buys",
    "avoid": "What not to do",
}

VIEW = {
    "kinds": KINDS,
    "line": line,
    "is_mapped": is_mapped,
    "axis": axis,
    "value_map": value_map,
    "money": money,
    "share": share,
    "number": number,
    "name": name,
    "sizes": sizes,
    "whole": whole,
    "of_all": of_all,
    "tried": tried,
    "table": table,
    "sentence": sentence,
    "told_events": told_events,
    "changes": changes,
}
