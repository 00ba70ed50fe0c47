"""What one arm answered for one closed field: the input of every figure in this room, without any model."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np

from fewsight.errors import InputError, did_you_mean
from fewsight.statistics.arrays import INVALID, Codes, Flags, Floats

SUM_TOLERANCE: Final = 1e-3
"""How far a row's probabilities may be from a sum of 1: committed files are rounded."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """One row: its id, its customer, the given label, the answered one, and the probability of each label.

    `predicted` is None where the answer was invalid or failed. `probabilities` is empty where they are not known.
    """

    id: str
    customer: str
    gold: str
    predicted: str | None
    probabilities: Mapping[str, float] = field(default_factory=dict)


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
        # Values of other types can't be counted or compared, so they are named before all else.
        problems = list(_bad_types(self)) or [*_bad_shape(self), *_bad_labels(self), *_bad_probabilities(self)]
        if problems:
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


def _bad_shape(predictions: Predictions) -> Iterable[str]:
    if not predictions.rows:
        yield "there are no rows"
    for name, values in (("label", predictions.labels), ("id", [row.id for row in predictions.rows])):
        twice = [value for value, count in Counter(values).items() if count > 1]
        if twice:
            yield f"the {name} {twice[0]!r} comes more than once ({len(twice)} such)"


def _bad_types(predictions: Predictions) -> Iterable[str]:
    if not all(map(_is_name, predictions.labels)):
        yield "a label of the field is no text"
    for name in ("id", "customer", "gold", "predicted"):
        values = [getattr(row, name) for row in predictions.rows]
        wrong = [value for value in values if not (_is_name(value) or (value is None and name == "predicted"))]
        if wrong:
            yield f"{name!r} is no text but {wrong[0]!r} ({len(wrong)} such)"
    shares = [row.probabilities for row in predictions.rows if row.probabilities is not None]
    unfit = [given for given in shares if not _has_numbers(given)]
    if unfit:
        yield f"'probabilities' are no numbers by label but {unfit[0]!r} ({len(unfit)} such)"


def _is_name(value: object) -> bool:
    return isinstance(value, str | int)  # files made elsewhere have numbers as ids or labels


def _has_numbers(probabilities: object) -> bool:
    return isinstance(probabilities, Mapping) and all(
        isinstance(value, int | float) for value in probabilities.values()
    )


def _bad_labels(predictions: Predictions) -> Iterable[str]:
    labels = set(predictions.labels)
    named = (name for row in predictions.rows for name in (row.gold, row.predicted, *(row.probabilities or ())))
    unknown = Counter(name for name in named if name is not None and name not in labels)
    for name, count in sorted(unknown.items(), key=lambda item: str(item[0])):
        hint = did_you_mean(str(name), map(str, labels))
        yield f"{name!r} ({count} times) is no label of the field.{hint}".rstrip(".")


def _bad_probabilities(predictions: Predictions) -> Iterable[str]:
    wrong = [row.id for row in predictions.rows if row.probabilities and not _is_distribution(row.probabilities)]
    if wrong:
        yield f"the probabilities of row {wrong[0]!r} ({len(wrong)} such) are negative or do not sum to 1"


def _is_distribution(probabilities: Mapping[str, float]) -> bool:
    values = probabilities.values()
    return all(0 <= value <= 1 + SUM_TOLERANCE for value in values) and math.isclose(
        sum(values), 1, abs_tol=SUM_TOLERANCE
    )
