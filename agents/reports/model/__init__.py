"""A report as data: what claims are made of (`claims`), and what stands around them (`report`).

All of reports use the names below; nothing here computes.
"""

from fewsight.agents.reports.model.claims import (
    FEWEST,
    MOST_WORDS,
    Claim,
    Condition,
    Direction,
    EventRef,
    Figure,
    Statistic,
    StatisticName,
    Why,
    Words,
)
from fewsight.agents.reports.model.options import Kind, Options
from fewsight.agents.reports.model.report import Counts, Earlier, Looked, Period, Quote, Reason, Report, SegmentPart

__all__ = [
    "FEWEST",
    "MOST_WORDS",
    "Claim",
    "Condition",
    "Counts",
    "Direction",
    "Earlier",
    "EventRef",
    "Figure",
    "Kind",
    "Looked",
    "Options",
    "Period",
    "Quote",
    "Reason",
    "Report",
    "SegmentPart",
    "Statistic",
    "StatisticName",
    "Why",
    "Words",
]
