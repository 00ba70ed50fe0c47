"""What one arm answered for one closed field: the input of every figure in this room, without any model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from fewsight.errors import InputError
from fewsight.evals.predictions.checks import problems_of
from fewsight.statistics.arrays import INVALID, Codes, Flags, Floats


@dataclass(frozen=True, slots=True)
class Prediction:
    """One row: its id, its customer, the given label, the answered one, and the probability of each label.

    `predicted` is None where the answer was invalid or failed. `probabilities` is empty where they are not known.
    `number` is the answer itself where labels stand for numbers and it was given as one.
    """

    id: str
    customer: str
    gold: str
    predicted: str | None
    probabilities: Mapping[str, float] = field(default_factory=dict)
    number: float | None = None

    @property
    def confidence(self) -> float | None:
        """The probability of the answered label; None where there is none."""
        return None if self.predicted is None else self.probabilities.get(self.predicted)


@dataclass(frozen=True)
class Predictions:
    """The rows of one arm and one field, which has `labels`.

    Raises:
        InputError: there are no rows, an id comes twice, a label is unknown, or probabilities are none; all at once.
            Values of a wrong type come first.
    """

    labels: tuple[str, ...]
    rows: tuple[Prediction, ...]

    def __post_init__(self) -> None:
        if problems := problems_of(self):
            raise InputError("These predictions can't be scored: " + "; ".join(problems) + ".")

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def gold(self) -> Codes:
        """The given labels, shape (rows,)."""
        places = self._places
        return np.array([places[row.gold] for row in self.rows])

    @cached_property
    def predicted(self) -> Codes:
        """The answered labels, shape (rows,); `INVALID` for none."""
        places = self._places
        return np.array([INVALID if row.predicted is None else places[row.predicted] for row in self.rows])

    @cached_property
    def clusters(self) -> Codes:
        """The customers, shape (rows,), numbered as they come."""
        return cluster_codes([row.customer for row in self.rows])

    @cached_property
    def has_probabilities(self) -> Flags:
        """Which rows have probabilities, shape (rows,)."""
        return np.array([bool(row.probabilities) for row in self.rows])

    @cached_property
    def probabilities(self) -> Floats:
        """Those of the rows that have any, shape (rows that have, labels), summing to 1; labels not named have 0."""
        known = [row.probabilities for row in self.rows if row.probabilities]
        shares = np.array([[row.get(label, 0.0) for label in self.labels] for row in known], dtype=float)
        shares = shares.reshape(len(known), len(self.labels))
        shares /= shares.sum(axis=1, keepdims=True)
        return shares

    @cached_property
    def _places(self) -> dict[str, int]:
        return {label: place for place, label in enumerate(self.labels)}


def cluster_codes(names: Sequence[str]) -> Codes:
    """Numbers for names, equal for equal ones, in the order in which they come.

    >>> cluster_codes(["ann", "bob", "ann"]).tolist()
    [0, 1, 0]
    """
    codes: dict[str, int] = {}
    return np.array([codes.setdefault(name, len(codes)) for name in names], dtype=np.int64)


def require_same_rows(first: Predictions, second: Predictions) -> None:
    """Refuse two arms that did not answer the same questions in the same order.

    Raises:
        InputError: ids, customers, given labels or the field's labels differ.
    """
    if first.labels != second.labels:
        raise InputError("The two arms answered fields with different labels, so they can't be compared row by row.")
    if len(first) != len(second):
        raise InputError(f"The two arms have {len(first):,} and {len(second):,} rows; compare them on the same rows.")
    for one, other in zip(first.rows, second.rows, strict=True):
        if (one.id, one.customer, one.gold) != (other.id, other.customer, other.gold):
            raise InputError(
                f"Row {one.id!r} of the first arm stands beside row {other.id!r} of the second with another id, "
                "customer or given label; compare arms on the same rows in the same order."
            )
