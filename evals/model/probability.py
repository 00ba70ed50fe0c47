"""What an arm's probabilities are worth."""

from pydantic import Field

from fewsight.evals.model.figure import Figure, Part


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
    figures: dict[str, Figure] = Field(default_factory=dict)
    why: str = ""
