"""Gamma-Gamma: what an order of a customer is worth, from the mean of a few.

Fader, Hardie (2013), The Gamma-Gamma Model of Monetary Value. Values of a customer's orders are gamma (p, nu), and nu
is gamma (q, gamma) over customers. A customer is told by x orders and the mean m of their values.
"""

from dataclasses import dataclass

import numpy as np

from fewsight.customer_facts.btyd.maximum import most_likely
from fewsight.statistics.arrays import Floats


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """Fitted parameters; `gamma` and values are in the unit of the values that it was fitted on."""

    p: float
    q: float
    gamma: float
    log_likelihood: float

    def expected_value(self, x: Floats, mean: Floats) -> Floats:
        """Expected mean value of the customer's orders (equation 5); NaN where q is at most 1 and x is 0."""
        shape = self.p * x + self.q - 1.0
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(shape > 0, self.p * (self.gamma + x * mean) / shape, np.nan)

    def value_at(self, share: float, x: Floats, mean: Floats) -> Floats:
        """The value below which the customer's mean order lies with probability `share`.

        Given the data, nu is gamma (p x + q, gamma + x m), and the mean order is p / nu.
        """
        from scipy.special import gammainccinv

        return self.p * (self.gamma + x * mean) / gammainccinv(self.p * x + self.q, share)


def fit_gamma_gamma(x: Floats, mean: Floats) -> GammaGamma | None:
    """The most likely parameters, or None where the data do not tell them; each x > 0, each mean positive."""
    if len(x) < 2 or np.all(mean == mean[0]):
        return None
    middle = float(np.median(mean))
    starts = [[2.0, 3.0, middle], [6.0, 4.0, middle / 2], [0.7, 1.5, middle]]
    fitted = most_likely(_Likelihood(x, mean), starts, float(len(x)), scale=2)
    if fitted is None:
        return None
    (p, q, gamma), highest = fitted
    return GammaGamma(float(p), float(q), float(gamma), highest)


class _Likelihood:
    """Equation 1a of the paper, and its gradient."""

    def __init__(self, x: Floats, mean: Floats) -> None:
        self.x, self.mean, self.total = x, mean, x * mean

    def __call__(self, parameters: Floats) -> tuple[float, Floats]:
        from scipy.special import digamma, gammaln

        p, q, gamma = parameters
        x, count = self.x, len(self.x)
        px, whole = p * x, np.log(gamma + self.total)
        terms = gammaln(px + q) - gammaln(px) + px * np.log(self.total) - (px + q) * whole
        value = terms.sum() - np.log(self.mean).sum() + count * (q * np.log(gamma) - gammaln(q))
        of_both = digamma(px + q)
        of_p = (x * (of_both - digamma(px) + np.log(self.total) - whole)).sum()
        of_q = (of_both - whole).sum() + count * (np.log(gamma) - digamma(q))
        of_gamma = count * q / gamma - ((px + q) / (gamma + self.total)).sum()
        return float(value), np.array([of_p, of_q, of_gamma])
