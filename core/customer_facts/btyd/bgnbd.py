"""BG/NBD: customers order at a rate of their own until they stop for good, which may happen after any order.

Fader, Hardie, Lee (2005), "Counting Your Customers" the Easy Way: An Alternative to the Pareto/NBD Model, Marketing
Science 24(2). Rates are gamma (r, alpha), chances to stop after an order beta (a, b). A customer is told by x repeat
orders, the time t_x of the last one and the time T up to now, both since the first order and in one unit, weeks here.
"""

from dataclasses import dataclass

import numpy as np

from fewsight.customer_facts.btyd.maximum import most_likely
from fewsight.statistics.arrays import Floats


@dataclass(frozen=True, slots=True)
class BgNbd:
    """Fitted parameters; times are in weeks. `log_likelihood` is that of the customers it was fitted on."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float

    def alive(self, x: Floats, t_x: Floats, age: Floats) -> Floats:
        """P(the customer has not stopped), by customer; 1 without repeat orders, as this model has it."""
        odds = self._log_odds_of_stopping(x, t_x, age)
        return np.where(x > 0, 1.0 / (1.0 + np.exp(odds)), 1.0)

    def expected_orders(self, weeks: float, x: Floats, t_x: Floats, age: Floats) -> Floats:
        """Expected number of orders in the next `weeks`, by customer (equation 10 of the paper)."""
        a = self.a if abs(self.a - 1.0) > 1e-7 else 1.0 + 1e-7  # the formula has a removable gap at a = 1
        share = self._share_of_rest(a, weeks, x, age)
        expected = (a + self.b + x - 1.0) / (a - 1.0) * (1.0 - share)
        return np.asarray(np.maximum(expected, 0.0) * self.alive(x, t_x, age))

    def _share_of_rest(self, a: float, weeks: float, x: Floats, age: Floats) -> Floats:
        """((alpha + T) / (alpha + T + t)) ^ (r + x) times the hypergeometric function.

        Taken after Euler's transformation, which stays in range for thousands of orders; where that does not (an `a` of
        hundreds), as the paper has it.
        """
        from scipy.special import hyp2f1

        now, then = self.alpha + age, self.alpha + age + weeks
        whole, past = a + self.b + x - 1.0, weeks / then
        with np.errstate(all="ignore"):
            turned = (now / then) ** (a - 1.0) * hyp2f1(a + self.b - 1.0 - self.r, a - 1.0, whole, past)
            plain = (now / then) ** (self.r + x) * hyp2f1(self.r + x, self.b + x, whole, past)
        return np.asarray(np.where(np.isfinite(turned), turned, plain), np.float64)

    def _log_odds_of_stopping(self, x: Floats, t_x: Floats, age: Floats) -> Floats:
        ratio = np.log(self.alpha + age) - np.log(self.alpha + t_x)
        odds = np.log(self.a / (self.b + np.maximum(x, 1.0) - 1.0)) + (self.r + x) * ratio
        return np.asarray(odds, np.float64)


def fit_bgnbd(x: Floats, t_x: Floats, age: Floats, count: Floats) -> BgNbd | None:
    """The most likely parameters, or None where the data do not tell them (such as no repeat order at all).

    Args:
        x: repeat orders (whole numbers), one entry for each group of equal customers.
        t_x: weeks from the first to the last order, 0 where x is 0.
        age: weeks from the first order up to now.
        count: customers in each group.
    """
    if not len(x) or not np.any(x > 0):
        return None
    rate = float(count @ x) / max(float(count @ age), 1e-9)
    likelihood = _Likelihood(x, t_x, age, count)
    starts = [[0.5, 0.5 / max(rate, 1e-6), 1.0, 2.5], [2.0, 2.0 / max(rate, 1e-6), 0.3, 1.0]]
    fitted = most_likely(likelihood, starts, float(count.sum()), scale=1)
    if fitted is None:
        return None
    (r, alpha, a, b), highest = fitted
    return BgNbd(float(r), float(alpha), float(a), float(b), highest)


class _Likelihood:
    """The log-likelihood and its gradient; gamma functions of x are looked up, because x takes few values."""

    def __init__(self, x: Floats, t_x: Floats, age: Floats, count: Floats) -> None:
        self.x, self.t_x, self.age, self.count = x, t_x, age, count
        self.levels, self.place = np.unique(x, return_inverse=True)
        self.at_level = np.bincount(self.place, weights=count)
        self.repeats = x > 0

    def __call__(self, parameters: Floats) -> tuple[float, Floats]:
        r, alpha, a, b = parameters
        x, count = self.x, self.count
        now, last = np.log(alpha + self.age), np.log(alpha + self.t_x)
        # log A3 + log(1 + A4 / A3), where A4 / A3 are the odds of having stopped
        odds = np.log(a / (b + np.maximum(x, 1.0) - 1.0)) + (r + x) * (now - last)
        odds = np.where(self.repeats, odds, -np.inf)
        total = count @ (np.logaddexp(0.0, odds) - (r + x) * now) + self._of_levels(r, alpha, a, b)
        stopped = np.exp(-np.logaddexp(0.0, -odds))
        return float(total), self._gradient(parameters, stopped, now, last)

    def _of_levels(self, r: float, alpha: float, a: float, b: float) -> float:
        from scipy.special import betaln, gammaln

        of_rate = gammaln(r + self.levels) - gammaln(r) + r * np.log(alpha)
        return float(self.at_level @ (of_rate + betaln(a, b + self.levels) - betaln(a, b)))

    def _gradient(self, parameters: Floats, stopped: Floats, now: Floats, last: Floats) -> Floats:
        from scipy.special import digamma

        r, alpha, a, b = parameters
        x, count, levels, at_level = self.x, self.count, self.levels, self.at_level
        total = count.sum()
        of_sum = digamma(a + b) - digamma(a + b + levels)
        of_r = at_level @ digamma(r + levels) - total * (digamma(r) - np.log(alpha))
        of_r += count @ (stopped * (now - last) - now)
        of_now, of_last = 1.0 / (alpha + self.age), 1.0 / (alpha + self.t_x)
        of_alpha = total * r / alpha + count @ ((r + x) * (stopped * (of_now - of_last) - of_now))
        share = float(count @ stopped)
        of_a = at_level @ of_sum + share / a
        of_b = at_level @ (of_sum + digamma(b + levels) - digamma(b))
        of_b -= count @ (stopped / (b + np.maximum(x, 1.0) - 1.0))
        return np.array([of_r, of_alpha, of_a, of_b])
