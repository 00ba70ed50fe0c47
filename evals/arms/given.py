"""An arm whose predictions were made elsewhere, or earlier."""

from dataclasses import dataclass

from fewsight.errors import InputError
from fewsight.evals.arms.answers import Answers, Parts, RowAnswer
from fewsight.evals.arms.context import Context
from fewsight.evals.arms.spec import ArmSpec
from fewsight.evals.predictions_file import read_predictions
from fewsight.evals.report.model import Cost
from fewsight.prompts.answer.fields import closed_fields


@dataclass(frozen=True)
class GivenArm:
    """Reads committed predictions of a task with one closed field; test rows are found by id."""

    spec: ArmSpec
    context: Context

    def answer(self, parts: Parts) -> Answers:
        """The file's answers to the test rows; it has none to any others.

        Raises:
            InputError: the task has several fields, labels are unknown, or a test row is missing.
        """
        fields, path = closed_fields(self.context.task.output), self.spec.predictions
        if len(fields) != 1 or path is None:
            raise InputError(
                f"Arm {self.spec.name!r}: a file of predictions is of one field, and the task has several."
            )
        found = read_predictions(path)
        if set(found.labels) != set(fields[0].labels):
            raise InputError(f"{str(path)!r} has other labels than {self.context.task.name!r}.")
        rows = {row.id: row for row in found.rows}
        if missing := [row.id for row in parts["test"] if row.id not in rows]:
            raise InputError(f"{str(path)!r} lacks {len(missing):,} test rows, e.g. {missing[0]!r}.")
        answers = {
            row.id: RowAnswer({fields[0].path: rows[row.id].predicted}, {fields[0].path: rows[row.id].probabilities})
            for row in parts["test"]
        }
        return Answers({"test": answers}, Cost())
