"""Whether a difference is small enough to be ignored, and how small a one the data could show."""

import math
from dataclasses import dataclass
from typing import Final, Literal

from fewsight.errors import ConfigError
from fewsight.statistics.arrays import Codes
from fewsight.statistics.intervals import Interval, standard_error, t_quantile
from fewsight.statistics.statistic import Statistic

FEW: Final = 30
"""Fewer customers than this get a warning: the coverage of intervals was measured from 50 on."""

Verdict = Literal["not worse", "worse", "undecided"]


@dataclass(frozen=True, slots=True)
class NonInferiority:
    """Whether a candidate is worse than a baseline by more than `margin`, with a one-sided error of `alpha`."""

    verdict: Verdict
    margin: float
    alpha: float
    difference: Interval


def non_inferiority(difference: Interval, margin: float) -> NonInferiority:
    """Judge the interval of candidate less baseline (higher is better; Piaggio et al., JAMA 308, 2012).

    'not worse' where all of it lies above -margin, 'worse' where all of it lies below, else 'undecided'. A 95 %
    interval gives a one-sided alpha of 2.5 %.

    Raises:
        ConfigError: the margin is not above 0.
    """
    _require_margin(margin)
    verdict: Verdict = "undecided"
    if difference.low > -margin:
        verdict = "not worse"
    elif difference.high < -margin:
        verdict = "worse"
    return NonInferiority(verdict, margin, (1 - difference.confidence) / 2, difference)


def _require_margin(margin: float) -> None:
    if not margin > 0:
        raise ConfigError(f"A margin must be above 0, and {margin!r} is not: no data can show that nothing was lost.")


def not_worse_p(difference: Statistic, clusters: Codes, margin: float) -> float:
    """The one-sided p-value of a candidate that is worse than a baseline by `margin` or more.

    At most 0.025 just where `non_inferiority` says 'not worse' of the 95 % interval of the same difference, which is
    candidate less baseline; 1 for a single customer.

    Raises:
        ConfigError: the margin is not above 0.
    """
    from scipy.stats import t

    _require_margin(margin)
    spread, count = standard_error(difference, clusters)
    if count < 2:
        return 1.0
    above = difference.value + margin
    if not spread:
        return 0.0 if above > 0 else 1.0
    return float(t.sf(above / spread, count - 1))


@dataclass(frozen=True, slots=True)
class Detectable:
    """The smallest true difference that a two-sided test at `alpha` would find with a chance of `power`."""

    effect: float
    power: float
    alpha: float
    clusters: int
    warnings: tuple[str, ...]


def detectable_effect(
    difference: Statistic, clusters: Codes, *, wanted: float | None = None, power: float = 0.8, alpha: float = 0.05
) -> Detectable:
    """The minimum detectable effect of paired data, from the spread that they show (Bloom, Evaluation Review 19, 1995).

    `wanted` is the difference that matters to the user: where it is smaller, a warning says about how many customers
    would show it. Where the arms differ on no row, one customer is taken to differ by 1.
    """
    spread, count = standard_error(difference, clusters)
    if count < 2:
        return Detectable(math.inf, power, alpha, count, ("There is one customer: no difference can be shown.",))
    warnings = []
    if not spread:
        spread = 1 / count
        warnings.append("The arms do not differ on any customer; the effect is a guess from one that does.")
    effect = spread * (t_quantile(1 - alpha / 2, count - 1) + t_quantile(power, count - 1))
    if count < FEW:
        warnings.append(f"There are {count} customers, fewer than {FEW}: intervals and tests are rough.")
    if wanted is not None and wanted < effect:
        needed = math.ceil(count * (effect / wanted) ** 2)
        warnings.append(
            f"A difference of {wanted:g} would likely be missed: these {count:,} customers show {effect:.3g} or more. "
            f"About {needed:,} customers are needed."
        )
    return Detectable(effect, power, alpha, count, tuple(warnings))
