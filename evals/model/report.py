"""A whole report: its tasks, and everything about their closed fields."""

from typing import Final, Literal

from pydantic import Field

from fewsight.evals.model.arm import ArmPart
from fewsight.evals.model.choice import Choice
from fewsight.evals.model.comparison import CurvePoint, Disagreement, EvenPoint, Pair
from fewsight.evals.model.figure import Figure, Part
from fewsight.evals.model.probability import Promise, ReliabilityPart, ScopePart, SetsPart
from fewsight.evals.model.rows import Flip, Gap, LabelAudit, LabelFigures, LabelShare, Slice

VERSION: Final = 1


class DataFacts(Part):
    """What a task was measured on. `left_out` counts rows by reason, for each of the files."""

    train_rows: int
    calibration_rows: int
    test_rows: int
    test_customers: int
    test_digest: str
    left_out: dict[str, int] = Field(default_factory=dict)
    repeated_rows: int = 0
    notes: tuple[str, ...] = ()


class FieldPart(Part):
    """Everything about one closed field of a task. Dictionaries are by arm.

    `figures[arm][metric]` are figures with intervals; `headline` names the metric that arms are compared by;
    `sentences` say what is shown. `pairs_by_error[metric]` are arms against each other by an error of their numbers,
    in units: less is better.
    """

    path: str
    labels: tuple[str, ...]
    headline: str
    figures: dict[str, dict[str, Figure]]
    best: str
    sentences: tuple[str, ...] = ()
    pairs: tuple[Pair, ...] = ()
    pairs_by_error: dict[str, tuple[Pair, ...]] = Field(default_factory=dict)
    detectable: float | None = None
    warnings: tuple[str, ...] = ()
    without_repeats: dict[str, Figure] = Field(default_factory=dict)
    by_label: dict[str, tuple[LabelFigures, ...]] = Field(default_factory=dict)
    confusion: dict[str, tuple[tuple[int, ...], ...]] = Field(default_factory=dict)
    reliability: dict[str, ReliabilityPart] = Field(default_factory=dict)
    calibrated: dict[str, ReliabilityPart] = Field(default_factory=dict)
    risk_coverage: dict[str, tuple[tuple[float, float], ...]] = Field(default_factory=dict)
    promises: dict[str, tuple[Promise, ...]] = Field(default_factory=dict)
    curve: tuple[CurvePoint, ...] = ()
    slices: tuple[Slice, ...] = ()
    gaps: tuple[Gap, ...] = ()
    flips: tuple[Flip, ...] = ()
    prevalence: dict[str, tuple[LabelShare, ...]] = Field(default_factory=dict)
    disagreements: tuple[Disagreement, ...] = ()
    label_audit: LabelAudit | None = None
    sets: dict[str, tuple[SetsPart, ...]] = Field(default_factory=dict)
    out_of_scope: str | None = None
    scope: dict[str, ScopePart] = Field(default_factory=dict)
    even: tuple[EvenPoint, ...] = ()


class TaskPart(Part):
    """One task: its data, its arms in the order of the suite, and its closed fields.

    `evidence[arm]` are precision, recall, f1 and support of the named events, where the rows say which are right;
    `several[arm][path]` are F1s of fields that are lists. `choice` is the cheapest good arm over all closed fields;
    None where there are fewer than two arms.
    """

    task: str
    title: str
    version: str
    data: DataFacts
    arms: tuple[ArmPart, ...]
    fields: tuple[FieldPart, ...]
    evidence: dict[str, dict[str, Figure]] = Field(default_factory=dict)
    several: dict[str, dict[str, dict[str, Figure]]] = Field(default_factory=dict)
    choice: Choice | None = None
    sentences: tuple[str, ...] = ()


class Report(Part):
    """A finished evaluation. `sentences` answer the question first; `machine` and `versions` say where it ran."""

    version: Literal[1] = VERSION
    title: str
    sentences: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    tasks: tuple[TaskPart, ...]
    currency: str = ""
    confidence: float = 0.95
    suite_digest: str = ""
    versions: dict[str, str] = Field(default_factory=dict)

    @property
    def cautions(self) -> tuple[str, ...]:
        """What a reader of the sentences must know: of rows that stand in several files, and of what is rough."""
        notes = (f"{task.task}: {note}" for task in self.tasks for note in task.data.notes)
        return (*notes, *self.warnings)
