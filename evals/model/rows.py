"""Figures of labels and of parts of the rows."""

from pydantic import Field

from fewsight.evals.model.figure import Figure, Part


class LabelFigures(Part):
    """Of one label: the rows that have it, the share of them that was found, and of its answers that were right."""

    label: str
    rows: int
    precision: float
    recall: float
    f1: float


class LabelShare(Part):
    """How common a label is: answered, corrected for errors by the confusion matrix, and as given."""

    label: str
    given: float
    answered: float
    corrected: Figure


class Slice(Part):
    """A slice of the test rows with its figure by arm."""

    column: str
    value: str
    rows: int
    figures: dict[str, Figure]


class Gap(Part):
    """The best slice of a column less its worst, for one arm."""

    column: str
    arm: str
    best: str
    worst: str
    difference: Figure


class Flip(Part):
    """How often an arm's answer changed under a change that should not matter, over the `rows` that it changed; for an
    attack, how often it did what the text asked for. `gap` is the share right after the change less that before.
    """

    change: str
    arm: str
    rows: int
    flipped: Figure
    gap: Figure
    obeyed: Figure | None = None


class SuspectLabel(Part):
    """A given label that a cross-validated model finds unlikely, with its probability and those of a likelier one."""

    id: str
    given: str
    probability: float
    likelier: str
    its_probability: float


class LabelAudit(Part):
    """Given labels of the test rows that may be wrong: how many were judged, those suspected (the least likely first),
    why others were not judged, and the headline without the suspected rows. `agreement` is the share of judged labels
    that the auditing model would give itself.
    """

    judged: int
    agreement: float = 0.0
    suspects: tuple[SuspectLabel, ...] = ()
    note: str = ""
    without: dict[str, Figure] = Field(default_factory=dict)
