"""Positive parameters of highest likelihood."""

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from fewsight.statistics.arrays import Floats

LogLikelihood = Callable[[Floats], tuple[float, Floats]]
"""Parameters to the log-likelihood and its gradient."""

_OPTIONS: Final = {"maxiter": 500, "ftol": 1e-13, "gtol": 1e-9}
_SHAPE: Final = (math.log(1e-4), math.log(1e3))
_SCALE: Final = (math.log(1e-9), math.log(1e15))


def most_likely(
    log_likelihood: LogLikelihood, starts: list[list[float]], size: float, scale: int
) -> tuple[Floats, float] | None:
    """The positive parameters of highest likelihood and the log-likelihood there, or None where it is never finite.

    Searched over the logarithms of the parameters, from each start, by L-BFGS-B with the exact gradient. `size` is the
    number of customers: the search is of the mean, so that its tolerance does not depend on how many there are.
    Parameters stay between 1e-4 and 1e3, but for the one at place `scale`, which has a unit. One at a bound means that
    customers hardly differ in this respect; what is expected of them is then as good as elsewhere.
    """
    from scipy.optimize import minimize
    from threadpoolctl import threadpool_limits

    def loss(logs: Floats, /) -> tuple[float, Floats]:
        values = np.exp(logs)
        likelihood, gradient = log_likelihood(values)
        return -likelihood / size, -gradient * values / size

    bounds = [_SCALE if place == scale else _SHAPE for place in range(len(starts[0]))]
    search: Any = minimize  # its types can't tell a loss with its gradient
    best: Any = None
    for start in starts:
        with threadpool_limits(1, "blas"):  # threads gain nothing for sums, and wait for each other on a busy machine
            tried = search(loss, np.log(start), jac=True, method="L-BFGS-B", bounds=bounds, options=_OPTIONS)
        if np.isfinite(tried.fun) and (best is None or tried.fun < best.fun):
            best = tried
    return None if best is None else (np.exp(best.x), -float(best.fun) * size)
