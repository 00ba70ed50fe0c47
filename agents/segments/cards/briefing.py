"""What marketing is told of a segment: each line a mean of the segment against the others', with an interval."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import NormalDist
from typing import Any, Final

from fewsight.agents.segments.cards.model import Kind, Line
from fewsight.agents.segments.table import ROW, Facts, quoted

CONFIDENCE: Final = 0.95
LEAST_LIFT: Final = 1.2
_GROUPS: Final[Mapping[str, Kind]] = {
    "channel_share_": "channel",
    "weekday_share_": "time",
    "category_share_": "product",
    "product_share_": "product",
}
_MOST: Final[Mapping[Kind, int]] = {"responds": 3, "channel": 2, "time": 2, "product": 5, "avoid": 4}
RESPONDS: Final[Mapping[str, str]] = {
    "campaign_response_share": "campaigns bring orders",
    "campaign_opened_share": "campaigns are opened",
    "discount_share": "discounts are used",
}
AVOID: Final[Mapping[tuple[str, bool], str]] = {
    ("campaign_response_share", False): "campaigns bring fewer orders than with others: do not count on them",
    ("campaign_opened_share", False): "campaigns are opened less than by others: do not send more of them",
    ("discount_share", False): "discounts are used less than by others: do not give away what sells at full price",
    ("return_share", True): "more comes back than from others: do not push what is often returned",
    ("ticket_rate", True): "more orders need help than others': do not add offers before that is settled",
}
"""Facts that speak against something, where a segment has more (True) or less of them than others."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Customers of whom a fact is known, those of whom it is not 0, its mean and variance."""

    known: int
    counted: int
    mean: float
    variance: float


def briefs(facts: Facts, min_size: int) -> dict[int, list[Line]]:
    """By number of the segment, the lines whose difference from the other segments holds.

    Intervals are simultaneous: by Bonferroni over all facts and segments that were compared, so that 95 % hold
    together. A line tells of no small group: the fact is known of, and not 0 for, `min_size` customers in the segment
    and outside. Figures have two digits. `facts` needs a table `assigned` (ROW, segment) beside it.
    """
    groups = {name: _groups(facts, name) for name in facts.numbers if _is_told(name)}
    compared = sum(len(of) for of in groups.values())
    z = NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / 2 / max(compared, 1))
    told: dict[int, list[Line]] = {}
    for name, of in groups.items():
        for segment, own in of.items():
            others = _pooled([group for number, group in of.items() if number != segment])
            line = _line(name, own, others, z, min_size)
            if line is not None:
                told.setdefault(segment, []).append(line)
    return {segment: _chosen(lines) for segment, lines in told.items()}


def _is_told(name: str) -> bool:
    return name in RESPONDS or any(name == fact for fact, _ in AVOID) or any(map(name.startswith, _GROUPS))


def _groups(facts: Facts, name: str) -> dict[int, _Group]:
    query = f"""SELECT segment, count(fact), count(*) FILTER (fact <> 0), avg(fact), var_pop(fact)
        FROM (SELECT assigned.segment, facts.{quoted(name)} AS fact FROM facts JOIN assigned USING ({ROW}))
        WHERE segment >= 0 GROUP BY segment ORDER BY segment"""  # noqa: S608 - quoted
    rows: list[tuple[Any, ...]] = facts.connection.execute(query).fetchall()
    return {
        segment: _Group(known, counted, mean or 0.0, spread or 0.0) for segment, known, counted, mean, spread in rows
    }


def _pooled(groups: list[_Group]) -> _Group:
    known = sum(group.known for group in groups)
    mean = sum(group.known * group.mean for group in groups) / max(known, 1)
    squares = sum(group.known * (group.variance + group.mean**2) for group in groups) / max(known, 1)
    return _Group(known, sum(group.counted for group in groups), mean, max(squares - mean**2, 0.0))


def _line(name: str, own: _Group, others: _Group, z: float, min_size: int) -> Line | None:
    """The ratio of means with an interval by the delta method on its logarithm; None where it holds 1 or is small."""
    if min(own.counted, others.counted) < min_size or own.mean <= 0 or others.mean <= 0:
        return None
    lift = own.mean / others.mean
    error = sqrt(sum(group.variance / group.known / group.mean**2 for group in (own, others)))
    low, high = (exp(log(lift) + side * z * error) for side in (-1, 1))
    figures = {"value": own.mean, "others": others.mean, "lift": lift, "low": low, "high": high}
    rounded = {key: float(f"{number:.2g}") for key, number in figures.items()}
    told = _words(name, is_more=lift > 1, lift=rounded["lift"])
    if rounded["low"] <= 1 <= rounded["high"] or told is None:
        return None
    kind, words = told
    return Line(kind=kind, fact=name, words=words, **rounded)


def _words(name: str, *, is_more: bool, lift: float) -> tuple[Kind, str] | None:
    if (name, is_more) in AVOID:
        return "avoid", AVOID[name, is_more]
    if not is_more or lift < LEAST_LIFT:
        return None
    if name in RESPONDS:
        return "responds", RESPONDS[name]
    for beginning, kind in _GROUPS.items():
        if name.startswith(beginning) and (value := name.removeprefix(beginning)) != "unknown":
            return kind, value.replace("_", " ")
    return None


def _chosen(lines: list[Line]) -> list[Line]:
    """Of each kind the surest lines: those whose interval is farthest from 1."""
    chosen = []
    for kind, most in _MOST.items():
        own = [line for line in lines if line.kind == kind]
        chosen += sorted(own, key=lambda line: -max(log(line.low) if line.low > 0 else 0, -log(line.high)))[:most]
    return chosen
