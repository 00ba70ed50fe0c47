"""What a report holds: figures, ids and labels as plain data, and no customer's text. It is written as report.json.

Shares are from 0 to 1, seconds and tokens are totals unless a name says otherwise, money is in the suite's currency.
`None` is what is not known or not defined; there are no infinities and no NaN.
"""

import math
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict

from fewsight.statistics.intervals import Interval

VERSION: Final = 1


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


class DataFacts(Part):
    """What a task was measured on. `left_out` counts rows by reason, for each of the files."""

    train_rows: int
    calibration_rows: int
    test_rows: int
    test_customers: int
    test_digest: str
    left_out: dict[str, int] = {}
    repeated_rows: int = 0
    notes: tuple[str, ...] = ()


class Cost(Part):
    """What an arm took on the test rows: computed ones only, so that answers from the ledger count as when they were
    computed. `price_per_1000` is of 1,000 customers; `training_seconds` and `labels` are what it took beforehand.
    """

    prompt_tokens: int = 0
    computed_tokens: int = 0
    answer_tokens: int = 0
    seconds: float | None = None
    memory_mb: float | None = None
    price_per_1000: float | None = None
    labels: int = 0
    training_seconds: float | None = None


class Arm(Part):
    """One way to answer. `family` groups arms that differ in the number of labels only, for learning curves."""

    name: str
    kind: Literal["baseline", "prompt", "adapter", "cascade", "given"]
    family: str
    description: str
    cost: Cost
    invalid: int = 0
    failed: int = 0
    notes: tuple[str, ...] = ()


class Pair(Part):
    """The first arm's headline figure less the second's; `p` of no difference, `p_holm` over all pairs of the field."""

    first: str
    second: str
    difference: Figure
    p: float
    p_holm: float
    mcnemar_p: float | None = None


class LabelFigures(Part):
    """Of one label: the rows that have it, the share of them that was found, and of its answers that were right."""

    label: str
    rows: int
    precision: float
    recall: float
    f1: float


class BinPoint(Part):
    """A bin of a reliability diagram: mean confidence, share right, rows."""

    confidence: float
    right: float
    rows: int


class ReliabilityPart(Part):
    """Calibration of one arm; `binning` says how ECE was computed."""

    ece: float
    log_loss: float
    brier: float
    binning: str
    bins: tuple[BinPoint, ...]


class Promise(Part):
    """What abstention would do at a risk: at most `risk` wrong among the answered, with `confidence`.

    `threshold` None: it can't be promised, for the reason in `why`. `coverage` and `wrong` are of the test rows.
    """

    risk: float
    confidence: float
    threshold: float | None
    coverage: float = 0.0
    wrong: float = 0.0
    why: str = ""


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


class CurvePoint(Part):
    """A point of a learning curve: mean over seeds, with an interval that counts seeds and customers."""

    family: str
    labels: int
    figure: Figure
    seeds: int


class Disagreement(Part):
    """A row that arms answer differently, or confidently wrong: ids and labels only."""

    id: str
    gold: str
    answers: dict[str, str | None]
    confidence: dict[str, float | None] = {}


class EvenPoint(Part):
    """From how many customers on the candidate is cheaper than the baseline; None: never."""

    candidate: str
    baseline: str
    customers: float | None
    low: float | None
    high: float | None
    ever: float
    sentence: str


class LabelShare(Part):
    """How common a label is: answered, corrected for errors by the confusion matrix, and as given."""

    label: str
    given: float
    answered: float
    corrected: Figure


class SetsPart(Part):
    """Sets of labels that should hold the right one with a chance of `coverage`, for each label if `by_label`.

    On the test rows: how often they did, their mean size, and the shares of rows with one label and with none.
    """

    coverage: float
    by_label: bool
    held: Figure
    size: float
    single: float
    empty: float


class ScopePart(Part):
    """Rows taken for out of scope where no other label has a probability of `threshold`.

    `curve` is Matthews' correlation of 'out of scope' by threshold on the test rows. `threshold` comes from the
    calibration rows, with `mcc` and `figures` on the test rows; None for the reason in `why`.
    """

    curve: tuple[tuple[float, float], ...]
    threshold: float | None = None
    mcc: Figure | None = None
    figures: dict[str, Figure] = {}
    why: str = ""


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
    without: dict[str, Figure] = {}


class FieldPart(Part):
    """Everything about one closed field of a task. Dictionaries are by arm.

    `figures[arm][metric]` are figures with intervals; `headline` names the metric that arms are compared by;
    `sentences` say what is shown.
    """

    path: str
    labels: tuple[str, ...]
    headline: str
    figures: dict[str, dict[str, Figure]]
    best: str
    sentences: tuple[str, ...] = ()
    pairs: tuple[Pair, ...] = ()
    detectable: float | None = None
    warnings: tuple[str, ...] = ()
    without_repeats: dict[str, Figure] = {}
    by_label: dict[str, tuple[LabelFigures, ...]] = {}
    confusion: dict[str, tuple[tuple[int, ...], ...]] = {}
    reliability: dict[str, ReliabilityPart] = {}
    calibrated: dict[str, ReliabilityPart] = {}
    risk_coverage: dict[str, tuple[tuple[float, float], ...]] = {}
    promises: dict[str, tuple[Promise, ...]] = {}
    curve: tuple[CurvePoint, ...] = ()
    slices: tuple[Slice, ...] = ()
    gaps: tuple[Gap, ...] = ()
    flips: tuple[Flip, ...] = ()
    prevalence: dict[str, tuple[LabelShare, ...]] = {}
    disagreements: tuple[Disagreement, ...] = ()
    label_audit: LabelAudit | None = None
    sets: dict[str, tuple[SetsPart, ...]] = {}
    out_of_scope: str | None = None
    scope: dict[str, ScopePart] = {}
    even: tuple[EvenPoint, ...] = ()


class TaskPart(Part):
    """One task: its data, its arms in the order of the suite, and its closed fields.

    `evidence[arm]` are precision, recall, f1 and support of the named events, where the rows say which are right;
    `several[arm][path]` are F1s of fields that are lists.
    """

    task: str
    title: str
    version: str
    data: DataFacts
    arms: tuple[Arm, ...]
    fields: tuple[FieldPart, ...]
    evidence: dict[str, dict[str, Figure]] = {}
    several: dict[str, dict[str, dict[str, Figure]]] = {}
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
    versions: dict[str, str] = {}


def _finite(limit: float) -> float | None:
    return limit if math.isfinite(limit) else None
