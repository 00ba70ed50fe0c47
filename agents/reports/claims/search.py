"""The search for claims: every scope times every statistic, with the share of false discoveries controlled."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from fewsight.agents.reports.claims.figures import Counted, counted, gap_figure
from fewsight.agents.reports.claims.frame import Frame, Measure, Scope
from fewsight.agents.reports.model import FEWEST, Condition, Figure, Statistic
from fewsight.statistics.arrays import Codes, Flags

ALIKE = 0.8
"""From this part of common customers on (Jaccard), two scopes are the same to a reader."""

_STILL = 0.05


@dataclass
class Candidate:
    """A claim that was looked at; `q` is its p-value adjusted for all of them."""

    measure: Measure
    scope: Scope
    about: Flags
    told: Flags
    counts: Counted
    q: float = 1.0
    gap: Figure | None = None
    money: float = 0.0
    like: list[Condition] = field(default_factory=list)

    @property
    def statistic(self) -> Statistic:
        """What is claimed."""
        return self.measure.statistic

    @property
    def size(self) -> float:
        """The end of the interval that is nearer to no difference: size and certainty in one; 0 where it holds 0."""
        assert self.gap is not None
        assert self.gap.low is not None
        assert self.gap.high is not None
        return max(self.gap.low, -self.gap.high, 0.0)

    @property
    def score(self) -> float:
        """Size and certainty times money."""
        return self.size * self.money


@dataclass
class Search:
    """What was kept, the best first, and counts of all else; `discoveries` are all that are significant."""

    kept: list[Candidate]
    discoveries: list[Candidate]
    tested: int
    small: int
    alike: int = 0
    other_side: int = 0


def search(frame: Frame, false_discoveries: float) -> Search:
    """Look at every claim that there may be.

    The share of false ones among the discoveries is held by Benjamini and Hochberg (JRSS B 57, 1995). Intervals of
    discoveries are as much wider as their choice asks for (Benjamini and Yekutieli, JASA 100, 2005).
    """
    from scipy.stats import false_discovery_control

    candidates, small = _candidates(frame)
    if not candidates:
        return Search([], [], 0, small)
    adjusted = false_discovery_control([one.counts.p for one in candidates])
    for one, q in zip(candidates, adjusted, strict=True):
        one.q = float(q)
    chosen = [one for one in candidates if one.q <= false_discoveries]
    confidence = 1 - false_discoveries * len(chosen) / len(candidates)
    for one in chosen:
        one.gap = gap_figure(one.about, one.told, one.scope.inside, confidence, frame.clusters)
        one.money = frame.money_of(one.scope.inside)
    chosen = [one for one in chosen if one.size > 0]  # an interval that holds 0 shows nothing
    result = Search([], chosen, len(candidates), small)
    for one in sorted(chosen, key=lambda one: one.counts.p):  # what is plainest explains the rest
        _keep(one, result, frame.clusters)
    result.kept.sort(key=lambda one: -one.score)
    return result


def _candidates(frame: Frame) -> tuple[list[Candidate], int]:
    candidates, small = [], 0
    for measure in frame.measures:
        for scope in frame.scopes:
            if scope.condition.kind in measure.skips:
                continue
            about, told = measure.about & scope.among, measure.told & scope.among
            counts = counted(about, told, scope.inside, frame.clusters)
            if min(counts.inside, counts.outside) < FEWEST:
                small += 1
            else:
                candidates.append(Candidate(measure, scope, about, told, counts))
    return candidates, small


def _keep(one: Candidate, result: Search, clusters: Codes | None) -> None:
    if (same := next((kept for kept in result.kept if _are_alike(one, kept)), None)) is not None:
        result.alike += 1
        if (one.counts.gap > 0) == (same.counts.gap > 0):
            same.like.append(one.scope.condition)
    elif _follows(one, result.kept, clusters):
        result.other_side += 1
    else:
        result.kept.append(one)


def _are_alike(one: Candidate, kept: Candidate) -> bool:
    """Whether both tell the same of nearly the same customers, or the opposite of nearly all others."""
    if one.statistic != kept.statistic:
        return False
    inside = one.scope.inside if (one.counts.gap > 0) == (kept.counts.gap > 0) else ~one.scope.inside
    mine, other = inside & one.about, kept.scope.inside & one.about
    return bool((mine & other).sum() >= ALIKE * (mine | other).sum())


def _follows(one: Candidate, kept: Sequence[Candidate], clusters: Codes | None) -> bool:
    """Whether a claim only says what claims already kept leave for it: it is no longer seen without them.

    In a column, where one value has more, the others have less; in a scope, where one reason is commoner, the others
    are rarer. What is so of all now and before need not be said of a group.
    """
    about = one.about.copy()
    for other in kept:
        if other.statistic == one.statistic and other.scope.condition.column == one.scope.condition.column:
            about &= ~other.scope.extent
        elif other.scope is one.scope and one.measure.is_exclusive and other.statistic.name == one.statistic.name:
            about &= ~other.told
    if np.array_equal(about, one.about):
        return False
    rest = counted(about, one.told & about, one.scope.inside, clusters)
    if min(rest.inside, rest.outside) == 0:
        return True
    return rest.p > _STILL or (rest.gap > 0) != (one.counts.gap > 0)
