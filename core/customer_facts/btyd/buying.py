"""Both models of one table: how customers buy, and what is expected of each."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

import numpy as np

from fewsight.customer_facts.btyd.bgnbd import BgNbd, fit_bgnbd
from fewsight.customer_facts.btyd.gamma_gamma import GammaGamma, fit_gamma_gamma
from fewsight.statistics.arrays import Floats

LEAST: Final = 100
"""Customers with a repeat order below whom nothing is fitted."""

INTERVAL: Final = 0.9
"""Probability of the interval in which a customer's mean order lies."""

_WEEK: Final = 7.0


@dataclass(frozen=True, slots=True)
class Purchases:
    """Of each customer, NaN where there was no order with a time.

    `repeats`: days with orders after the first one; `span_days`: from the first to the last of them; `age_days`: from
    the first up to now; `valued`: repeats of which a value is known, NaN where that of no order is; `mean_value`: their
    mean, NaN where there is none.
    """

    repeats: Floats
    span_days: Floats
    age_days: Floats
    valued: Floats
    mean_value: Floats


@dataclass(frozen=True, slots=True)
class Buying:
    """Fitted parameters; a model that could not be fitted is None, and what it would tell is unknown (NaN).

    `currency` is that of the values, which are in its minor units; None where no order names one.
    """

    counts: BgNbd | None = None
    values: GammaGamma | None = None
    currency: str | None = None

    def expected(self, of: Purchases, days: int) -> dict[str, Floats]:
        """By fact name without its currency: alive, orders, order_value, order_value_low, order_value_high, spend."""
        groups, place = _distinct(of)
        x, t_x, age = groups.repeats, groups.span_days / _WEEK, groups.age_days / _WEEK
        unknown = np.full(len(x), np.nan)
        alive = self.counts.alive(x, t_x, age) if self.counts else unknown
        orders = self.counts.expected_orders(days / _WEEK, x, t_x, age) if self.counts else unknown
        values = self._of_values(groups)
        facts = {"alive": alive, "orders": orders, **values, "spend": orders * values["order_value"]}
        return {name: np.where(np.isnan(x), np.nan, column)[place] for name, column in facts.items()}

    def _of_values(self, of: Purchases) -> dict[str, Floats]:
        names = ("order_value", "order_value_low", "order_value_high")
        if self.values is None:
            return dict.fromkeys(names, np.full(len(of.repeats), np.nan))
        # a mean that is not positive is outside of the model
        usable = of.mean_value > 0
        x = np.where(usable, of.valued, np.where(of.valued == 0, 0.0, np.nan))
        mean = np.where(usable, of.mean_value, 0.0)
        tail = (1 - INTERVAL) / 2
        columns = (
            self.values.expected_value(x, mean),
            self.values.value_at(tail, x, mean),
            self.values.value_at(1 - tail, x, mean),
        )
        return dict(zip(names, columns, strict=True))

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """What `as_dict` wrote."""
        counts, values = data["counts"], data["values"]
        return cls(BgNbd(**counts) if counts else None, GammaGamma(**values) if values else None, data["currency"])


def fit_buying(of: Purchases, currency: str | None = None) -> Buying:
    """Fit both models; one is None where fewer than 100 customers have a repeat order, or the data do not tell it."""
    known = ~np.isnan(of.repeats)
    repeated = known & (of.repeats > 0)
    if repeated.sum() < LEAST:
        return Buying(currency=currency)
    nothing = np.zeros(int(known.sum()))
    groups, place = _distinct(Purchases(of.repeats[known], of.span_days[known], of.age_days[known], nothing, nothing))
    weight = np.bincount(place, minlength=len(groups.repeats)).astype(float)
    counts = fit_bgnbd(groups.repeats, groups.span_days / _WEEK, groups.age_days / _WEEK, weight)
    valued = repeated & (of.mean_value > 0)
    values = fit_gamma_gamma(of.valued[valued], of.mean_value[valued]) if valued.sum() >= LEAST else None
    return Buying(counts, values, currency)


def _distinct(of: Purchases) -> tuple[Purchases, Any]:
    """Customers that are equal to the models once, and the place of each customer among them."""
    columns = np.column_stack([of.repeats, of.span_days, of.age_days, of.valued, of.mean_value])
    groups, place = np.unique(np.nan_to_num(columns, nan=-1e300), axis=0, return_inverse=True)
    groups[groups == -1e300] = np.nan
    return Purchases(*groups.T), np.ravel(place)
