"""A figure with its interval, and what every part of a report is."""

import math
from typing import Self

from pydantic import BaseModel, ConfigDict

from fewsight.statistics.intervals import Interval


class Part(BaseModel):
    """A frozen part of a report."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Figure(Part):
    """A figure with the limits of its interval; None where nothing bounds it."""

    value: float
    low: float | None = None
    high: float | None = None
    rows: int = 0
    customers: int = 0
    method: str = ""

    @classmethod
    def of(cls, interval: Interval) -> Self:
        """The figure of an interval."""
        return cls(
            value=interval.value,
            low=_finite(interval.low),
            high=_finite(interval.high),
            rows=interval.rows,
            customers=interval.clusters,
            method=interval.method,
        )

    @property
    def turned(self) -> Self:
        """Of a difference, that the other way round."""
        low, high = (None if end is None else -end for end in (self.high, self.low))
        return self.model_copy(update={"value": -self.value, "low": low, "high": high})


def _finite(limit: float) -> float | None:
    return limit if math.isfinite(limit) else None
