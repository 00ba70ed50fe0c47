"""A report as data: what claims are made of (`claims`), and what stands around them (`report`).

All of reports use the names below; nothing here computes.
"""

from fewsight.agents.reports.model.actions import Action, ActionKind, Holdout
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
from fewsight.agents.reports.model.customer import CustomerPart, Given, Happened, Standing, Suggested
from fewsight.agents.reports.model.options import Kind, Options
from fewsight.agents.reports.model.quote import Quote
from fewsight.agents.reports.model.report import (
    Correction,
    Counts,
    Earlier,
    Looked,
    Period,
    Reason,
    Report,
    SegmentPart,
)
from fewsight.agents.reports.model.voice import Alert, Ranked, Spoken, Subject, Voice

__all__ = [
    "FEWEST",
    "MOST_WORDS",
    "Action",
    "ActionKind",
    "Alert",
    "Claim",
    "Condition",
    "Correction",
    "Counts",
    "CustomerPart",
    "Direction",
    "Earlier",
    "EventRef",
    "Figure",
    "Given",
    "Happened",
    "Holdout",
    "Kind",
    "Looked",
    "Options",
    "Period",
    "Quote",
    "Ranked",
    "Reason",
    "Report",
    "SegmentPart",
    "Spoken",
    "Standing",
    "Statistic",
    "StatisticName",
    "Subject",
    "Suggested",
    "Voice",
    "Why",
    "Words",
]
