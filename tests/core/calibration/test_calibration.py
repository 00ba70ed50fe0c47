"""A calibration holds for what it was fitted under, and changes probabilities as it says."""

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from fewsight.calibration import Calibration, Circumstances, FieldCalibration, read_calibration
from fewsight.calibration.steps import Isotonic, Platt, Prior, Step, Temperature
from fewsight.errors import ConfigError

HERE = Circumstances(
    task="intent",
    task_version="1",
    template="t1",
    shots="knn 4",
    model="m1",
    adapter=None,
    engine="transformers",
    dtype="float32",
)
SHARES = {"a": 0.6, "b": 0.3, "c": 0.1}
STEPS: list[Step] = [
    Temperature(temperature=2.0),
    Prior(source="batch", shares={"a": 0.5, "b": 0.25, "c": 0.25}),
    Platt(slope=0.5, intercept=-0.1),
    Isotonic(x=(0.2, 0.8), y=(0.1, 0.9)),
]


def calibration(*steps: Step) -> Calibration:
    return Calibration(circumstances=HERE, fields={"intent": FieldCalibration(steps=steps, rows=100)})


distributions = st.lists(st.floats(0, 1), min_size=3, max_size=3).filter(lambda x: sum(x) > 1e-3)


@settings(max_examples=50, deadline=None)
@given(distributions, st.sampled_from(STEPS))
def test_every_step_gives_probabilities(weights: list[float], step: Step) -> None:
    shares = dict(zip("abc", (weight / sum(weights) for weight in weights), strict=True))
    found = calibration(step).apply("intent", shares)
    assert sum(found.probabilities.values()) == pytest.approx(1)
    assert all(0 <= share <= 1 + 1e-9 for share in found.probabilities.values())
    assert found.confidence == found.probabilities[found.label]


def test_a_temperature_flattens_and_keeps_the_order() -> None:
    found = calibration(Temperature(temperature=2.0)).apply("intent", SHARES)
    roots = {label: math.sqrt(share) for label, share in SHARES.items()}
    assert found.probabilities == pytest.approx({label: root / sum(roots.values()) for label, root in roots.items()})
    assert calibration(Temperature(temperature=1.0)).apply("intent", SHARES).probabilities == pytest.approx(SHARES)
    assert calibration(Temperature(temperature=0.05)).apply("intent", {"a": 1.0, "b": 0.0}).confidence == 1


def test_a_prior_may_change_the_label() -> None:
    found = calibration(Prior(source="content-free", shares={"a": 0.8, "b": 0.1, "c": 0.1})).apply("intent", SHARES)
    assert found.label == "b"
    assert found.probabilities["b"] / found.probabilities["a"] == pytest.approx(3 / 0.75)


def test_a_curve_of_the_top_label_keeps_the_label() -> None:
    found = calibration(Isotonic(x=(0.0, 1.0), y=(0.0, 0.4))).apply("intent", SHARES)
    assert found.label == "a"
    assert found.confidence == pytest.approx(0.24)
    assert found.probabilities["b"] / found.probabilities["c"] == pytest.approx(3)
    assert found.probabilities["b"] > found.confidence


def test_a_curve_of_one_of_two_labels_may_change_the_label() -> None:
    found = calibration(Platt(slope=1.0, intercept=-2.0, positive="yes")).apply("intent", {"yes": 0.6, "no": 0.4})
    assert found.label == "no"
    assert found.probabilities["yes"] == pytest.approx(1 / (1 + math.exp(2) * 0.4 / 0.6))


def test_a_curve_shares_what_is_left_where_the_others_had_nothing() -> None:
    found = calibration(Platt(slope=0.1, intercept=0.0)).apply("intent", {"a": 1.0, "b": 0.0, "c": 0.0})
    assert 0.9 < found.confidence < 1
    assert found.probabilities["b"] == found.probabilities["c"] > 0


def test_isotonic_is_straight_between_points_and_flat_beyond() -> None:
    curve = Isotonic(x=(0.2, 0.4, 0.8), y=(0.1, 0.5, 0.6))
    assert [curve.at(x) for x in (0.0, 0.2, 0.3, 0.6, 0.8, 1.0)] == pytest.approx([0.1, 0.1, 0.3, 0.55, 0.6, 0.6])


def test_steps_follow_one_another() -> None:
    prior, temperature = STEPS[1], STEPS[0]
    found = calibration(prior, temperature).apply("intent", SHARES).probabilities
    assert found == pytest.approx(temperature.apply(prior.apply(SHARES)))


def test_a_field_that_was_not_fitted_stays() -> None:
    found = calibration(STEPS[0]).apply("sentiment", SHARES)
    assert (found.label, found.confidence, found.probabilities) == ("a", 0.6, SHARES)


@pytest.mark.parametrize("name", list(Circumstances.model_fields))
def test_any_other_circumstance_is_refused_and_named(name: str) -> None:
    fitted = calibration(STEPS[0])
    fitted.require(HERE.model_copy())
    with pytest.raises(ConfigError, match=f"fitted for {name} .*, now 'other'. Fit it again"):
        fitted.require(HERE.model_copy(update={name: "other"}))


def test_all_that_differs_is_named() -> None:
    with pytest.raises(ConfigError, match="model 'm1', now 'm2'; dtype 'float32', now 'bfloat16'"):
        calibration(STEPS[0]).require(HERE.model_copy(update={"model": "m2", "dtype": "bfloat16"}))


def test_other_labels_are_refused() -> None:
    with pytest.raises(ConfigError, match="no label 'd'"):
        calibration(STEPS[1]).apply("intent", {"a": 0.5, "d": 0.5})
    with pytest.raises(ConfigError, match="the label 'yes'"):
        calibration(Platt(slope=1, intercept=0, positive="yes")).apply("intent", SHARES)


def test_the_file_gives_back_what_was_written(tmp_path: Path) -> None:
    fitted = calibration(*STEPS[:3])
    fitted.write(tmp_path / "calibration.json")
    assert read_calibration(tmp_path / "calibration.json") == fitted


@pytest.mark.parametrize(
    "text", ["", "{}", '{"version": 2}', '{"circumstances": {"task": "intent"}, "fields": {}, "more": 1}']
)
def test_a_damaged_file_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match="is no calibration of version 1"):
        read_calibration(path)
    with pytest.raises(ConfigError, match="can't be read"):
        read_calibration(tmp_path / "none.json")


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValidationError):
        Temperature(temperature=0)
    with pytest.raises(ValidationError):
        Isotonic(x=(0.5, 0.5), y=(0.1, 0.2))
    with pytest.raises(ValidationError, match="must be the last one"):
        FieldCalibration(steps=(STEPS[2], STEPS[0]), rows=1)
