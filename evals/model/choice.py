"""Which arm to take: the cheapest that is shown to be good enough."""

from typing import Final, Literal

from fewsight.evals.model.figure import Figure, Part

ALPHA_NOT_WORSE: Final = 0.025
"""One-sided, as of a 95 % interval: the chance that an arm is called good enough though it is not, over all arms."""

Measure = Literal["price", "seconds", "kind"]
"""What arms are ordered by: the price, the seconds, or the kinds of arms where neither is known of all."""


class Standing(Part):
    """An arm against the one that it is least surely not worse than.

    `cost` is of 1,000 rows, in the suite's currency or in seconds; None where arms are ordered by kind. `difference` is
    the arm's figure less its rival's; `p` says how well data fit an arm that is worse by the margin, `p_holm` after
    Holm's correction over all standings.
    """

    arm: str
    cost: float | None
    rival: str
    difference: Figure
    p: float
    p_holm: float

    @property
    def is_shown(self) -> bool:
        """Whether the arm is shown not to be worse than any other by more than the margin."""
        return self.p_holm <= ALPHA_NOT_WORSE


class Choice(Part):
    """The cheapest arm that is shown not to be worse than any other by more than `margin` (a share).

    `standings` are all arms but the dearest, from the cheapest on; `best` has the highest figure.
    """

    margin: float
    measure: Measure
    best: str
    standings: tuple[Standing, ...]

    @property
    def within(self) -> str:
        """The margin in words."""
        return f"{100 * self.margin:g} point{'' if self.margin == 0.01 else 's'}"

    @property
    def shown(self) -> Standing | None:
        """The cheapest that is shown to be good enough; None where none is."""
        return next((one for one in self.standings if one.is_shown), None)

    @property
    def arm(self) -> str:
        """The arm to take: the cheapest that is shown to be good enough, else the one with the highest figure."""
        return self.shown.arm if self.shown else self.best
