"""The threshold of risk at which customers without the outcome are alerted no more often than was promised.

An order statistic of the risks of customers whose window has ended without it (Tong, Feng and Li, Science Advances 4,
2018: Neyman-Pearson classification by order statistics): if those of now are drawn like those of then, the rate of
false alarms is above the promise with a probability of at most `1 - confidence`, by the binomial distribution and
without any model. One row of each customer counts, since rows of a customer are alike. That customers go on as they
did is no mathematics: `judged` says how the rule did on past windows, each by what was known at its moment.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from fewsight.agents.watch.model import Share, Threshold, Window
from fewsight.statistics.abstention import one_row_each
from fewsight.statistics.arrays import Codes, Flags, Floats
from fewsight.statistics.intervals import cluster_interval
from fewsight.statistics.statistic import share

SEED: Final = 0
NONE: Final = 0.0
"""The threshold where none is wanted: every risk lies above it."""


@dataclass(frozen=True)
class Ended:
    """Questions whose windows have ended, of shape (rows,): customers as codes, moments (seconds since 1970), risks,
    and whether the outcome came.
    """

    customers: Codes
    moments: Floats
    risks: Floats
    came: Flags

    def among(self, rows: Flags) -> "Ended":
        """Some of the rows."""
        return Ended(self.customers[rows], self.moments[rows], self.risks[rows], self.came[rows])


def ended_of(rows: Sequence[tuple[str, datetime, float, bool]]) -> Ended:
    """Rows of (customer, moment, risk, whether the outcome came)."""
    _, codes = np.unique(np.array([row[0] for row in rows], dtype=object).astype(str), return_inverse=True)
    return Ended(
        codes.astype(np.int64),
        np.array([row[1].timestamp() for row in rows], dtype=float),
        np.array([row[2] for row in rows], dtype=float),
        np.array([row[3] for row in rows], dtype=bool),
    )


def needed(false_alarms: float, confidence: float) -> int:
    """The least number of customers without the outcome by whom a rate can be promised.

    >>> needed(0.05, 0.95)
    59
    """
    return math.ceil(math.log(1 - confidence) / math.log(1 - false_alarms))


def threshold_of(past: Ended, false_alarms: float, confidence: float) -> tuple[float | None, int]:
    """The lowest risk above which the promise holds, and by how many customers; None where these are too few."""
    from scipy.stats import binom

    if false_alarms >= 1:
        return NONE, 0
    negative = past.among(~past.came)
    rows = one_row_each(negative.customers, SEED) if len(negative.risks) else np.zeros(0, dtype=np.int64)
    count = len(rows)
    if count < needed(false_alarms, confidence):
        return None, count
    places = np.arange(1, count + 1)
    too_often = binom.sf(places - 1, count, 1 - false_alarms)
    place = int(np.argmax(too_often <= 1 - confidence))
    return float(np.sort(negative.risks[rows])[place]), count


def judged(past: Ended, false_alarms: float, confidence: float, span: timedelta) -> Threshold:
    """The threshold of now, and how thresholds of the same rule did on past windows.

    A window is judged by those alone whose end lies at or before its moment.
    """
    value, customers = threshold_of(past, false_alarms, confidence)
    windows, rows, alarms = [], [], []
    for moment in np.unique(past.moments):
        before = past.among(past.moments + span.total_seconds() <= moment)
        early, _ = threshold_of(before, false_alarms, confidence)
        if early is None or false_alarms >= 1:
            continue
        here = past.moments == moment
        alarm = past.risks[here] > early
        rows.append(np.flatnonzero(here))
        alarms.append(alarm)
        windows.append(_window(past.among(here), float(moment), early, alarm))
    realised = precision = None
    if rows:
        kept, raised = past.among(np.concatenate(rows)), np.concatenate(alarms)
        realised = share_of(raised, ~kept.came, kept.customers)
        precision = share_of(kept.came, raised, kept.customers)
    return Threshold(
        value=value,
        false_alarms=false_alarms,
        confidence=confidence,
        customers=customers,
        needed=0 if false_alarms >= 1 else needed(false_alarms, confidence),
        windows=tuple(windows),
        realised=realised,
        precision=precision,
    )


def _window(here: Ended, moment: float, early: float, alarm: Flags) -> Window:
    return Window(
        moment=datetime.fromtimestamp(moment, UTC),
        threshold=early,
        negatives=int((~here.came).sum()),
        false_alarms=int((alarm & ~here.came).sum()),
        positives=int(here.came.sum()),
        caught=int((alarm & here.came).sum()),
    )


def share_of(hits: Flags, among: Flags, customers: Codes) -> Share | None:
    """The share of the rows `among` that are hits, with its interval by customer; None where there are none."""
    if not among.any():
        return None
    interval = cluster_interval(share(hits, among), customers)
    return Share(
        value=interval.value,
        low=interval.low,
        high=interval.high,
        rows=int(among.sum()),
        customers=len(np.unique(customers[among])),
    )
