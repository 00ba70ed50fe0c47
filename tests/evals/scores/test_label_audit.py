"""Test labels that may be wrong, beside the scores."""

from dataclasses import replace
from typing import Literal

import pytest
from pydantic import BaseModel

from fewsight.evals.predictions import Prediction, Predictions
from fewsight.evals.report.tables import audit_lines, suspects
from fewsight.evals.scores.label_audit import label_audit
from fewsight.events import CustomerHistory, Event
from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.labelled import GoldRow

WORDS = {"late": "the parcel is late and has not come", "refund": "please give my money back, I want a refund"}
WRONG = {"r3", "r20"}


class Topic(BaseModel):
    """A labelling task's output."""

    topic: Literal["late", "refund", "other"]


(FIELD,) = closed_fields(Topic)


def rows(many: int) -> list[GoldRow]:
    made = []
    for number in range(many):
        said = "late" if number % 2 else "refund"
        given = said if f"r{number}" not in WRONG else "refund" if said == "late" else "late"
        event = Event("1", None, "message", text=f"{WORDS[said]} number{number}")
        made.append(GoldRow(f"r{number}", 2 + number, CustomerHistory(f"c{number}", (event,)), {"topic": given}, "en"))
    return made


def answered(given: list[GoldRow]) -> Predictions:
    """An arm that reads the words, so it is wrong where the label is."""
    found = [("late" if "late" in row.text else "refund") for row in given]
    made = [
        Prediction(row.id, row.id, str(row.values["topic"]), label) for row, label in zip(given, found, strict=True)
    ]
    return Predictions(FIELD.labels, tuple(made))


def test_wrong_labels_are_found_and_scores_given_without_them() -> None:
    given = rows(40)
    audit = label_audit(given, (), FIELD, {"reader": answered(given)}, "accuracy")
    assert {one.id for one in audit.suspects} == WRONG
    assert audit.judged == 40
    assert [one.probability for one in audit.suspects] == sorted(one.probability for one in audit.suspects)
    assert (audit.without["reader"].value, audit.without["reader"].rows) == (1.0, 38)
    lines = audit_lines(audit)
    assert lines[0].startswith("2 of 40 given labels (5.0 %)")
    assert "reader 100.0 %" in lines[1]
    assert {row[0] for row in suspects(audit).rows} == WRONG


def test_training_rows_help_the_model_and_are_not_judged() -> None:
    given, train = rows(12), [replace(row, id=f"train-{row.id}") for row in rows(60)[24:]]
    vague = Event("1", None, "message", text="late late late")  # so late rows are less sure on average than r3 is
    given[5] = replace(given[5], history=replace(given[5].history, events=(vague,)))
    audit = label_audit(given, train, FIELD, {"reader": answered(given)}, "accuracy")
    assert (audit.judged, {one.id for one in audit.suspects}) == (12, {"r3"})
    assert audit.agreement == 11 / 12
    assert "gives 91.7 % of the labels itself" in audit_lines(audit)[0]


@pytest.mark.parametrize("many", [1, 4])
def test_too_few_rows_say_why(many: int) -> None:
    given = rows(many)
    audit = label_audit(given, (), FIELD, {"reader": answered(given)}, "accuracy")
    assert (audit.judged, audit.suspects, audit.without) == (0, (), {})
    assert audit_lines(audit)[0].startswith("The given labels could not be judged. Not judged: too few rows of")
