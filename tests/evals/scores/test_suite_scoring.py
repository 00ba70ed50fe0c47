import math
from pathlib import Path

import numpy as np
import pytest

from fewsight.calibration.choosing import calibrate, thresholds
from fewsight.calibration.steps import Prior
from fewsight.errors import ConfigError, InputError
from fewsight.evals.metrics.base import MetricInput
from fewsight.evals.metrics.labels import accuracy
from fewsight.evals.predictions import Prediction, Predictions
from fewsight.evals.scores.calibrating import curve_points, probability_rows, promises, reliability_part
from fewsight.evals.scores.curves import Learned, curve
from fewsight.evals.scores.figures import figures, least_detectable, pairs
from fewsight.evals.scores.ordinal import LabelNumbers, check_score, expected, given_numbers, number_pairs
from fewsight.evals.scores.scoring import FieldAnswers, score_field
from fewsight.prompts.answer.fields import ClosedField

LABELS = ("a", "b", "c")


def made(rows: int, right: float, seed: int, *, shares: bool = True, heat: float = 1.0) -> Predictions:
    """Rows that are right with the chance that their probabilities say, or with more heat too sure of themselves."""
    chance = np.random.default_rng(seed)
    gold = np.random.default_rng(99).integers(0, 3, rows)
    found = []
    for number in range(rows):
        sure = float(chance.uniform(2 * right - 1, 1)) if right > 0.5 else right
        answered = gold[number] if chance.random() < sure else (gold[number] + chance.integers(1, 3)) % 3
        share = np.full(3, (1 - sure) / 2)
        share[answered] = sure
        share = share**heat / (share**heat).sum()
        probabilities = {label: float(p) for label, p in zip(LABELS, share, strict=True)} if shares else {}
        found.append(Prediction(f"r{number}", f"r{number}", LABELS[gold[number]], LABELS[answered], probabilities))
    return Predictions(LABELS, tuple(found))


def test_figures_have_those_of_probabilities_only_where_there_are_any() -> None:
    assert {"accuracy", "log_loss", "brier"} <= set(figures(MetricInput(made(60, 0.8, 1))))
    assert "log_loss" not in figures(MetricInput(made(60, 0.8, 1, shares=False)))


def test_pairs_are_corrected_together_and_mcnemar_stands_beside() -> None:
    arms = {"good": made(400, 0.9, 1), "bad": made(400, 0.6, 2), "same": made(400, 0.9, 1)}
    found = {(p.first, p.second): p for p in pairs(arms, "accuracy")}
    assert found["good", "bad"].p_holm < 0.01
    assert found["good", "bad"].mcnemar_p is not None
    assert found["good", "bad"].mcnemar_p < 0.01
    assert found["good", "same"].p_holm == 1
    assert found["good", "same"].difference.value == 0
    assert all(p.mcnemar_p is None for p in pairs(arms, "macro_f1"))
    assert pairs({"one": arms["good"]}, "accuracy") == ()


def test_the_least_detectable_effect_is_none_for_one_arm_and_shrinks_with_rows() -> None:
    few = {"x": made(50, 0.9, 1), "y": made(50, 0.7, 2)}
    many = {"x": made(800, 0.9, 1), "y": made(800, 0.7, 2)}
    assert least_detectable({"x": few["x"]}, "accuracy", "x") == (None, ())
    small, large = (least_detectable(arms, "accuracy", "x")[0] for arms in (few, many))
    assert small is not None
    assert large is not None
    assert large < small / 2


def test_a_temperature_cools_what_is_too_sure() -> None:
    learned, held = (probability_rows(made(600, 0.75, seed, heat=3.0)) for seed in (1, 2))
    assert learned is not None
    assert held is not None
    fitted = calibrate(learned, is_prompt=False)
    assert fitted is not None
    before, after = reliability_part(held), reliability_part(held.calibrated(fitted))
    assert after.ece < before.ece / 2
    assert after.log_loss < before.log_loss
    assert sum(b.rows for b in after.bins) == 600
    assert calibrate(probability_rows(made(10, 0.75, 1)), is_prompt=False) is None
    assert calibrate(None, is_prompt=True) is None


def test_a_prompt_that_favours_one_label_is_divided_by_its_mean_answer() -> None:
    fair = made(400, 0.8, 5)
    rows = []
    for row in fair.rows:
        leaning = {label: p * (20 if label == "a" else 1) for label, p in row.probabilities.items()}
        total = sum(leaning.values())
        rows.append(Prediction(row.id, row.customer, row.gold, "a", {k: p / total for k, p in leaning.items()}))
    biased = probability_rows(Predictions(LABELS, tuple(rows)))
    assert biased is not None
    fitted = calibrate(biased, is_prompt=True)
    assert fitted is not None
    assert isinstance(fitted.steps[0], Prior)
    assert biased.calibrated(fitted).right.mean() > biased.right.mean() + 0.1
    plain = calibrate(biased, is_prompt=False)
    assert plain is not None
    assert len(plain.steps) == 1


def test_promises_name_their_threshold_or_say_why_not() -> None:
    calibration, test = probability_rows(made(900, 0.8, 1)), probability_rows(made(900, 0.8, 2))
    few = probability_rows(made(40, 0.8, 1))
    assert calibration is not None
    assert test is not None
    assert few is not None
    found = {p.risk: p for p in promises(thresholds(calibration), test)}
    assert found[0.2].threshold is not None
    assert found[0.2].coverage > 0.5
    assert found[0.2].wrong <= 0.2
    refused = {p.risk: p for p in promises(thresholds(few), test)}[0.01]
    assert refused.threshold is None
    assert "Not possible" in refused.why
    points = curve_points(test)
    assert points[-1][0] == 1
    assert len(points) <= 101


def test_curves_take_seeds_as_a_random_effect() -> None:
    arms = {f"t@{n} {s}": made(300, r, s) for n, r in ((50, 0.6), (500, 0.9)) for s in (1, 2, 3)}
    learned = [Learned(name, "t", int(name[2:].partition(" ")[0])) for name in arms]
    few, many = curve([*learned, Learned("alone", "u", 5)], arms | {"alone": made(300, 0.6, 1)}, "accuracy")
    assert (few.labels, many.labels, few.seeds) == (50, 500, 3)
    assert few.figure.value == pytest.approx(np.mean([accuracy(arms[f"t@50 {s}"]).value for s in (1, 2, 3)]))
    assert few.figure.low is not None
    assert few.figure.low < few.figure.value < many.figure.value
    one = curve([Learned("t@50 1", "t", 50), Learned("t@500 1", "t", 500)], arms, "accuracy")[0]
    assert one.figure.method == "cluster t, one seed"


SCORE = LabelNumbers(field="overall", values={"a": -1, "b": 0, "c": 1})


def test_scores_are_means_under_the_probabilities() -> None:
    assert expected(Prediction("x", "x", "a", "c", {"a": 0.5, "c": 0.25, "b": 0.25}), SCORE) == pytest.approx(-0.25)
    assert expected(Prediction("x", "x", "a", "c"), SCORE) == 1
    assert expected(Prediction("x", "x", "a", None), SCORE) == 0


def test_score_figures_follow_the_given_numbers() -> None:
    predictions = made(200, 0.95, 3)
    gold = {row.id: float(SCORE.values[row.gold]) for row in predictions.rows}
    plain = set(figures(MetricInput(predictions)))
    found = figures(MetricInput(predictions, numbers=number_pairs(predictions, SCORE, gold)))
    of_numbers = {"pearson", "spearman", "mean_absolute_error", "root_mean_square_error", "total_ratio"}
    assert set(found) - plain == of_numbers
    assert found["pearson"].value > 0.8
    assert number_pairs(predictions, SCORE, {}) is None


def test_numbers_come_from_a_column(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("text,x\na,1.5\nb,\nc,-2\n")
    assert given_numbers(path, "x") == {2: 1.5, 4: -2.0}
    with pytest.raises(InputError, match=r"no column 'y'"):
        given_numbers(path, "y")
    path.write_text("text,x\na,much\n")
    with pytest.raises(InputError, match=r"line 2: x is 'much', no number"):
        given_numbers(path, "x")


def test_score_values_are_of_exactly_the_labels() -> None:
    check_score(SCORE, LABELS)
    with pytest.raises(ConfigError, match=r"lacks a number for 'd'"):
        check_score(SCORE, (*LABELS, "d"))
    with pytest.raises(ConfigError, match="has 'c', no label"):
        check_score(SCORE, ("a", "b"))


def test_a_field_s_part_holds_no_nan_and_names_what_differs() -> None:
    field = ClosedField("overall", LABELS, LABELS)
    arms = {"good": made(120, 0.9, 1), "bad": made(120, 0.6, 2, shares=False)}
    given = FieldAnswers(field, arms, {"good": made(120, 0.9, 3)}, frozenset(), (), repeated=frozenset({"r1", "r2"}))
    part = score_field(given, "accuracy")
    assert part.best == "good"
    assert set(part.calibrated) == set(given.fitted) == {"good"}
    assert part.without_repeats["good"].rows == 118
    assert "nan" not in part.model_dump_json().lower()
    assert all(math.isfinite(share.corrected.value) for share in part.prevalence["good"])
    assert part.disagreements
    for one in part.disagreements:
        assert len(set(one.answers.values())) == 2
    wrong = [one.answers["good"] != one.gold for one in part.disagreements]
    assert wrong == sorted(wrong, reverse=True)


def test_one_row_and_equal_answers_are_scored_without_nan() -> None:
    field = ClosedField("overall", LABELS, LABELS)
    one = Predictions(LABELS, (Prediction("x", "x", "a", None),))
    part = score_field(FieldAnswers(field, {"m": one, "n": one}, {}, frozenset(), ()), "macro_f1")
    assert part.figures["m"]["accuracy"].value == 0
    assert part.pairs[0].p == 1
    assert "nan" not in part.model_dump_json().lower()
