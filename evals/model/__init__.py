"""What a report holds: figures, ids and labels as plain data, and no customer's text. It is written as report.json.

Shares are from 0 to 1, seconds and tokens are totals unless a name says otherwise, money is in the suite's currency.
`None` is what is not known or not defined; there are no infinities and no NaN. Others import the parts from here.
"""

from fewsight.evals.model.arm import ArmPart, Cost, Group
from fewsight.evals.model.choice import ALPHA_NOT_WORSE, Choice, Measure, Standing
from fewsight.evals.model.comparison import CurvePoint, Disagreement, EvenPoint, Pair
from fewsight.evals.model.figure import Figure, Part
from fewsight.evals.model.probability import BinPoint, Promise, ReliabilityPart, ScopePart, SetsPart
from fewsight.evals.model.report import DataFacts, FieldPart, Report, TaskPart
from fewsight.evals.model.rows import Flip, Gap, LabelAudit, LabelFigures, LabelShare, Slice, SuspectLabel

__all__ = [
    "ALPHA_NOT_WORSE",
    "ArmPart",
    "BinPoint",
    "Choice",
    "Cost",
    "CurvePoint",
    "DataFacts",
    "Disagreement",
    "EvenPoint",
    "FieldPart",
    "Figure",
    "Flip",
    "Gap",
    "Group",
    "LabelAudit",
    "LabelFigures",
    "LabelShare",
    "Measure",
    "Pair",
    "Part",
    "Promise",
    "ReliabilityPart",
    "Report",
    "ScopePart",
    "SetsPart",
    "Slice",
    "Standing",
    "SuspectLabel",
    "TaskPart",
]
