"""From answers to predictions of one field."""

from collections.abc import Mapping, Sequence

from fewsight.errors import InputError
from fewsight.evals.arms.answers import RowAnswer
from fewsight.evals.predictions import Prediction, Predictions
from fewsight.prompts.answer.fields import ClosedField
from fewsight.prompts.labelled import GoldRow


def field_predictions(
    rows: Sequence[GoldRow], answers: Mapping[str, RowAnswer], field: ClosedField
) -> Predictions | None:
    """The rows that give a label for the field, with what was answered; None where no row gives one.

    A row is its own customer where the file doesn't say whose it is.

    Raises:
        InputError: a row was not answered at all.
    """
    predictions = []
    for row in rows:
        if field.path not in row.values:
            continue
        answer = answers.get(row.id)
        if answer is None:
            raise InputError(f"Row {row.id!r} has no answer; committed predictions must hold every test row.")
        predictions.append(
            Prediction(
                id=row.id,
                customer=row.cluster,
                gold=field.label_of(row.values[field.path]),
                predicted=answer.labels.get(field.path),
                probabilities=answer.probabilities.get(field.path, {}),
                number=answer.numbers.get(field.path),
            )
        )
    return Predictions(field.labels, tuple(predictions)) if predictions else None
