"""An arm whose predictions were made elsewhere, or earlier."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from fewsight.errors import InputError
from fewsight.evals.arms.answers import Answers, Parts, RowAnswer
from fewsight.evals.arms.base import Arm, arm_kind
from fewsight.evals.arms.context import Context
from fewsight.evals.model import Cost, Group
from fewsight.evals.predictions import Prediction
from fewsight.evals.predictions.file import read_predictions
from fewsight.outcomes import TaskOutcome
from fewsight.prompts.answer.fields import closed_fields

_PREFIX: Final = "predictions:"


@arm_kind
class GivenArm(Arm):
    """Reads committed predictions of a task with one closed field; test rows are found by id.

    Args:
        predictions: the file.
    """

    kind = "given"
    called = f"the arm '{_PREFIX}FILE'"
    examples = (f"{_PREFIX}FILE",)

    predictions: Path

    @classmethod
    def read(cls, word: str, base: Path) -> dict[str, Any] | None:
        """'predictions:FILE'."""
        return {"predictions": base / word.removeprefix(_PREFIX)} if word.startswith(_PREFIX) else None

    @property
    def group(self) -> Group:
        """A group of its own."""
        return "given"

    def describe(self) -> str:
        """That it comes from a file."""
        return "predictions of a file"

    def answer(self, context: Context, parts: Parts, others: Mapping[str, Answers]) -> Answers:  # noqa: ARG002
        """The file's answers to the test rows; it has none to any others.

        Raises:
            InputError: the task has several fields, labels are unknown, or a test row is missing.
        """
        fields = closed_fields(context.task.output)
        if len(fields) != 1:
            raise InputError(f"Arm {self.name!r}: a file of predictions is of one field, and the task has several.")
        (field,) = fields
        predictions = read_predictions(self.predictions)
        if set(predictions.labels) != set(field.labels):
            raise InputError(f"{str(self.predictions)!r} has other labels than {context.task.name!r}.")
        rows = {row.id: row for row in predictions.rows}
        if missing := [row.id for row in parts["test"] if row.id not in rows]:
            raise InputError(f"{str(self.predictions)!r} lacks {len(missing):,} test rows, e.g. {missing[0]!r}.")
        answers = {row.id: _answer(rows[row.id], field.path, context.task.outcome) for row in parts["test"]}
        return Answers({"test": answers}, Cost())


def _answer(given: Prediction, path: str, asked: TaskOutcome | None) -> RowAnswer:
    """What the file says; of a number alone the label is the one whose expected number is nearest."""
    label, number = given.predicted, given.number
    expected = asked.expected if asked else {}
    if label is None and number is not None and expected:
        label = min(expected, key=lambda name: abs(expected[name] - number))
    return RowAnswer({path: label}, {path: given.probabilities}, numbers={} if number is None else {path: number})
