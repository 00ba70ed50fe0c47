"""What an arm answered, whatever kind of arm it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fewsight.calibration import Circumstances
from fewsight.evals.model import Cost
from fewsight.prompts.labelled import GoldRow
from fewsight.serving.answerers.folder import Weighting

Parts = Mapping[str, Sequence[GoldRow]]
"""Rows to answer by what they are for: 'test', 'calibration', or the name of a change to the test rows."""


@dataclass(frozen=True, slots=True)
class RowAnswer:
    """Answered labels by dotted path of a closed field, None for invalid ones, and their probabilities.

    `evidence` are the E-numbers that were named, `lists` the words of fields that are lists, by path; None where the
    arm gives none. `error` says why nothing was answered. `numbers` are answers that were given as numbers, by path of
    a field whose labels stand for numbers.
    """

    labels: Mapping[str, str | None]
    probabilities: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    evidence: tuple[str, ...] | None = None
    lists: Mapping[str, tuple[str, ...]] | None = None
    error: str | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Answers:
    """Answers of an arm by part and row id, and what they took.

    `circumstances` say what a calibration of it would hold for; None where `fewsight run` can't be such an arm.
    `blends` are of a pool of other arms: by field, how much each counts, by its name.
    """

    parts: Mapping[str, Mapping[str, RowAnswer]]
    cost: Cost
    notes: tuple[str, ...] = ()
    circumstances: Circumstances | None = None
    blends: Mapping[str, Weighting] = field(default_factory=dict)
