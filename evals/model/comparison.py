"""Arms against each other."""

from typing import Final

from pydantic import Field

from fewsight.evals.model.figure import Figure, Part

ALPHA: Final = 0.05
"""Differences are shown where p, after Holm's correction, is at most this."""


class Pair(Part):
    """The first arm's headline figure less the second's; `p` of no difference, `p_holm` over all pairs of the field."""

    first: str
    second: str
    difference: Figure
    p: float
    p_holm: float
    mcnemar_p: float | None = None

    @property
    def is_shown(self) -> bool:
        """Whether the difference holds after Holm's correction over all pairs, at 5 %."""
        return self.p_holm <= ALPHA


class CurvePoint(Part):
    """A point of a learning curve: mean over seeds, with an interval that counts seeds and customers."""

    family: str
    labels: int
    figure: Figure
    seeds: int


class EvenPoint(Part):
    """From how many customers on the candidate is cheaper than the baseline; None: never."""

    candidate: str
    baseline: str
    customers: float | None
    low: float | None
    high: float | None
    ever: float
    sentence: str


class Disagreement(Part):
    """A row that arms answer differently, or confidently wrong: ids and labels only."""

    id: str
    gold: str
    answers: dict[str, str | None]
    confidence: dict[str, float | None] = Field(default_factory=dict)
