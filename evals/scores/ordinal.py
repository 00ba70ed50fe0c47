"""Fields whose labels stand for numbers: the expected number under the probabilities, against given numbers."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from fewsight.errors import ConfigError, InputError, did_you_mean
from fewsight.evals.metrics.base import GivenNumbers
from fewsight.evals.predictions import Prediction, Predictions
from fewsight.prompts.predicting.folder import FIELD
from fewsight.prompts.predicting.rows import VALUE
from fewsight.prompts.task import Task
from fewsight.tables.records import Broken
from fewsight.tables.sources.opening import open_source


class LabelNumbers(BaseModel):
    """A closed field whose labels stand for numbers.

    The given numbers are those in `column` of the test file; without one, those of the given labels.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str
    values: dict[str, float]
    column: str | None = None


def expected_numbers(task: Task) -> LabelNumbers | None:
    """Those of a task that asks how many or how much follows; given numbers are in the column that its rows have."""
    if task.outcome is None or not task.outcome.expected:
        return None
    return LabelNumbers(field=FIELD, values=dict(task.outcome.expected), column=VALUE)


def check_score(score: LabelNumbers, labels: tuple[str, ...]) -> None:
    """Refuse numbers that are not of exactly the field's labels.

    Raises:
        ConfigError: naming what is missing or unknown.
    """
    if unknown := [label for label in score.values if label not in labels]:
        raise ConfigError(
            f"score.values has {unknown[0]!r}, no label of {score.field}.{did_you_mean(unknown[0], labels)}"
        )
    if missing := [label for label in labels if label not in score.values]:
        raise ConfigError(f"score.values lacks a number for {', '.join(map(repr, missing))} of {score.field}.")


def given_numbers(path: Path, column: str) -> dict[int, float]:
    """Line -> number of a column of a table; lines without a number are left out.

    Raises:
        InputError: the table has no such column, or a cell is no number.
    """
    source = open_source(path)
    if column not in source.columns:
        raise InputError(f"{source.name} has no column {column!r}.{did_you_mean(column, source.columns)}")
    place, numbers = source.columns.index(column), {}
    for line, cells in source.records():
        if isinstance(cells, Broken) or cells[place] in (None, ""):
            continue
        try:
            number = float(cells[place])
        except (TypeError, ValueError):
            raise InputError(f"{source.name}, line {line}: {column} is {cells[place]!r}, no number.") from None
        if np.isfinite(number):
            numbers[line] = number
    return numbers


def number_pairs(predictions: Predictions, numbers: LabelNumbers, given: Mapping[str, float]) -> GivenNumbers | None:
    """Given numbers, by row id, and answered ones, of the rows that have a given one; None where none has.

    A row without probabilities counts with its label's number, an invalid one with the mean of all labels' numbers.
    """
    chosen = np.array([row.id in given for row in predictions.rows])
    if not chosen.any():
        return None
    rows = [row for row in predictions.rows if row.id in given]
    return GivenNumbers(
        gold=np.array([given[row.id] for row in rows]),
        answered=np.array([expected(row, numbers) for row in rows]),
        clusters=predictions.clusters[chosen],
    )


def expected(row: Prediction, score: LabelNumbers) -> float:
    """The mean number under the row's probabilities, or the number that was answered."""
    if row.number is not None:
        return row.number
    if row.probabilities:
        mass = sum(row.probabilities.values())
        return sum(p * score.values[label] for label, p in row.probabilities.items()) / mass
    if row.predicted is not None:
        return score.values[row.predicted]
    return sum(score.values.values()) / len(score.values)
