"""Sets of labels in a report, and what is out of scope."""

import numpy as np
import pytest

from fewsight.errors import ConfigError
from fewsight.evals.predictions import Prediction, Predictions
from fewsight.evals.report.tables import label_sets, scope
from fewsight.evals.scores.calibrating import probability_rows
from fewsight.evals.scores.label_sets import sets_parts
from fewsight.evals.scores.scope import scope_label, scope_part
from fewsight.evals.scores.scoring import FieldAnswers, score_field
from fewsight.prompts.answer.fields import ClosedField
from fewsight.prompts.loading.labelling import classification_task

LABELS = ("a", "b", "none")


def made(rows: int, seed: int, none: float = 0.3) -> Predictions:
    """Rows in scope are right with the chance that they say; those out of scope are unsure of everything in scope."""
    chance = np.random.default_rng(seed)
    found = []
    for number in range(rows):
        gold = "none" if chance.random() < none else str(chance.choice(["a", "b"]))
        sure = float(chance.uniform(0.7, 1)) if gold != "none" else float(chance.uniform(0.2, 0.75))
        top = gold if gold != "none" and chance.random() < sure else str(chance.choice(["a", "b"]))
        rest = (1 - sure) / 2
        shares = {label: sure if label == top else rest for label in LABELS}
        found.append(Prediction(f"r{number}", f"r{number}", gold, top, shares))
    return Predictions(LABELS, tuple(found))


def test_sets_hold_the_right_label_as_often_as_wanted() -> None:
    known, test = probability_rows(made(1500, 1, none=0.0)), probability_rows(made(3000, 2, none=0.0))
    assert test is not None
    found = sets_parts(known, test)
    assert [(one.coverage, one.by_label) for one in found] == [(0.9, False), (0.95, False)], "'none' has no rows"
    for one in found:
        assert one.held.low is not None
        assert one.held.high is not None
        assert one.coverage - 0.02 < one.held.value < one.coverage + 0.02
    small, large = found
    assert small.size < large.size < 2
    assert small.empty > large.empty, "fewer rows are sure enough of anything"
    assert small.single + small.empty <= 1


def test_sets_by_label_need_rows_of_each() -> None:
    known, test = probability_rows(made(1500, 1)), probability_rows(made(3000, 2))
    assert test is not None
    found = {(one.coverage, one.by_label): one for one in sets_parts(known, test)}
    assert (0.9, True) in found
    assert found[0.9, True].held.value == pytest.approx(0.9, abs=0.02)
    assert sets_parts(probability_rows(made(19, 1)), test) == (), "too few rows to fit on"
    assert sets_parts(None, test) == ()


def test_a_threshold_from_the_calibration_rows_tells_what_is_out_of_scope() -> None:
    part = scope_part(made(2000, 2), made(1000, 1), "none")
    assert part is not None
    assert part.threshold is not None
    assert part.mcc is not None
    assert 0.65 < part.threshold < 0.78
    assert part.mcc.value > 0.75
    assert part.mcc.value <= max(y for _, y in part.curve) + 1e-9, "the test rows did not choose it"
    assert part.figures["out_of_scope_recall"].value > 0.8
    assert all(0 <= x <= 1 and -1 <= y <= 1 for x, y in part.curve)


def test_without_both_kinds_of_calibration_rows_there_is_no_threshold() -> None:
    for known, why in ((None, "no calibration rows"), (made(200, 1, none=0.0), "not of both kinds")):
        part = scope_part(made(200, 2), known, "none")
        assert part is not None
        assert part.threshold is None
        assert why in part.why
        assert part.curve
    bare = Predictions(LABELS, (Prediction("r", "r", "a", "a"),))
    assert scope_part(bare, None, "none") is None


def test_the_label_is_the_tasks_own_or_the_one_that_was_asked_for() -> None:
    plain = classification_task("toy", ["a", "none"])
    own = classification_task("toy", ["a", "b"], none_of_these="none")
    assert scope_label(plain, None, ("a", "none")) is None
    assert scope_label(plain, "none", ("a", "none")) == "none"
    assert scope_label(own, None, ("a", "b", "none")) == "none"
    with pytest.raises(ConfigError, match=r"out_of_scope = 'none' is no label of 'toy'.*'nones'"):
        scope_label(plain, "none", ("a", "nones"))


def test_both_stand_in_a_fields_part() -> None:
    field = ClosedField("f", LABELS, LABELS)
    answers = FieldAnswers(
        field, {"x": made(600, 2)}, {"x": made(600, 1)}, prompts=frozenset(), learned=(), out_of_scope="none"
    )
    part = score_field(answers, "accuracy")
    assert part.figures["x"]["out_of_scope_recall"].value == 0, "it never answers so by itself"
    assert part.figures["x"]["in_scope_accuracy"].value > 0.8
    table = label_sets(part)
    assert [row[0] for row in table.rows] == ["x", "x, of each label"]
    assert len(table.head) == len(table.rows[0]) == 5
    ((name, threshold, *_),) = scope(part).rows
    assert name == "x"
    assert threshold.endswith("%")
