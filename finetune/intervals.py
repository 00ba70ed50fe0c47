"""Intervals for shares of rows."""

import math
from typing import Final

from fewsight.adapter_manifest import Metric

Z: Final = 1.959963984540054
"""Standard normal quantile of a two-sided 95 % interval."""


def wilson(right: int, rows: int) -> Metric:
    """A share with its 95 % interval by Wilson (Probable inference, JASA 1927), which holds for few rows too.

    >>> wilson(8, 10)
    Metric(value=0.8, low=0.4902, high=0.9433, rows=10)
    >>> wilson(0, 0)
    Metric(value=0.0, low=0.0, high=1.0, rows=0)
    """
    if not rows:
        return Metric(value=0.0, low=0.0, high=1.0, rows=0)
    share, spread = right / rows, Z * Z / rows
    middle = (share + spread / 2) / (1 + spread)
    half = Z * math.sqrt(share * (1 - share) / rows + spread / 4 / rows) / (1 + spread)
    return Metric(
        value=round(share, 4), low=round(max(middle - half, 0.0), 4), high=round(min(middle + half, 1.0), 4), rows=rows
    )
