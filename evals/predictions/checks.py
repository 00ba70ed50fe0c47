"""What can be wrong with predictions, which may come from files that were made elsewhere."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from fewsight.errors import did_you_mean

if TYPE_CHECKING:
    from fewsight.evals.predictions.rows import Predictions

SUM_TOLERANCE: Final = 1e-3
"""How far a row's probabilities may be from a sum of 1: committed files are rounded."""


def problems_of(predictions: "Predictions") -> list[str]:
    """All of them, in words. Values of other types can't be counted or compared, so they are named before all else."""
    types = list(_bad_types(predictions))
    return types or [*_bad_shape(predictions), *_bad_labels(predictions), *_bad_probabilities(predictions)]


def _bad_shape(predictions: "Predictions") -> Iterator[str]:
    if not predictions.rows:
        yield "there are no rows"
    for name, values in (("label", predictions.labels), ("id", [row.id for row in predictions.rows])):
        twice = [value for value, count in Counter(values).items() if count > 1]
        if twice:
            yield f"the {name} {twice[0]!r} comes more than once ({len(twice)} such)"


def _bad_types(predictions: "Predictions") -> Iterator[str]:
    if not all(map(_is_name, predictions.labels)):
        yield "a label of the field is no text"
    for name in ("id", "customer", "gold", "predicted"):
        values = [getattr(row, name) for row in predictions.rows]
        wrong = [value for value in values if not (_is_name(value) or (value is None and name == "predicted"))]
        if wrong:
            yield f"{name!r} is no text but {wrong[0]!r} ({len(wrong)} such)"
    odd = [row.number for row in predictions.rows if not (row.number is None or _is_number(row.number))]
    if odd:
        yield f"'number' is no finite number but {odd[0]!r} ({len(odd)} such)"
    shares = [row.probabilities for row in predictions.rows if row.probabilities is not None]
    unfit = [given for given in shares if not _has_numbers(given)]
    if unfit:
        yield f"'probabilities' are no numbers by label but {unfit[0]!r} ({len(unfit)} such)"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_name(value: object) -> bool:
    return isinstance(value, str | int)  # files made elsewhere have numbers as ids or labels


def _has_numbers(probabilities: object) -> bool:
    return isinstance(probabilities, Mapping) and all(
        isinstance(value, int | float) for value in probabilities.values()
    )


def _bad_labels(predictions: "Predictions") -> Iterator[str]:
    labels = set(predictions.labels)
    named = (name for row in predictions.rows for name in (row.gold, row.predicted, *(row.probabilities or ())))
    unknown = Counter(name for name in named if name is not None and name not in labels)
    for name, count in sorted(unknown.items(), key=lambda item: str(item[0])):
        hint = did_you_mean(str(name), map(str, labels))
        yield f"{name!r} ({count} times) is no label of the field.{hint}".rstrip(".")


def _bad_probabilities(predictions: "Predictions") -> Iterator[str]:
    wrong = [row.id for row in predictions.rows if row.probabilities and not _is_distribution(row.probabilities)]
    if wrong:
        yield f"the probabilities of row {wrong[0]!r} ({len(wrong)} such) are negative or do not sum to 1"


def _is_distribution(probabilities: Mapping[str, float]) -> bool:
    values = probabilities.values()
    return all(0 <= value <= 1 + SUM_TOLERANCE for value in values) and math.isclose(
        sum(values), 1, abs_tol=SUM_TOLERANCE
    )
