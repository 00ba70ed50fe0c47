"""Rows are checked when they come in, and survive their file."""

import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from fewsight.errors import InputError
from fewsight.evals.predictions import Prediction, Predictions, require_same_rows
from fewsight.evals.predictions.file import read_predictions, write_predictions
from fewsight.statistics.arrays import INVALID

ROWS = (
    Prediction("1", "ann", "yes", "no", {"yes": 0.25, "no": 0.75}),
    Prediction("2", "bob", "no", None),
    Prediction("3", "ann", "no", "no", {"no": 1.0}, number=0.25),
)


@pytest.fixture
def three() -> Predictions:
    return Predictions(("yes", "no"), ROWS)


def test_arrays_are_codes_of_labels_and_customers(three: Predictions) -> None:
    assert three.gold.tolist() == [0, 1, 1]
    assert three.predicted.tolist() == [1, INVALID, 1]
    assert three.clusters.tolist() == [0, 1, 0]
    assert three.has_probabilities.tolist() == [True, False, True]
    assert three.probabilities.tolist() == [[0.25, 0.75], [0.0, 1.0]]


def test_rows_without_probabilities_give_an_empty_array() -> None:
    assert Predictions(("yes", "no"), ROWS[1:2]).probabilities.shape == (0, 2)


def test_all_problems_are_named_at_once() -> None:
    bad = (
        Prediction("1", "ann", "yse", "no"),
        Prediction("1", "ann", "yes", "no", {"yes": 0.9, "no": 0.9}),
        Prediction("2", "ann", "yes", "no", {"yes": float("nan"), "no": 0.9}),
    )
    with pytest.raises(InputError) as error:
        Predictions(("yes", "no"), bad)
    message = str(error.value)
    assert "the id '1' comes more than once" in message
    assert "'yse' (1 times) is no label of the field. Did you mean 'yes'?" in message
    assert "the probabilities of row '1' (2 such)" in message


def test_no_rows_are_refused() -> None:
    with pytest.raises(InputError, match="there are no rows"):
        Predictions(("yes", "no"), ())


def test_the_file_gives_back_what_was_written(three: Predictions, tmp_path: Path) -> None:
    path = tmp_path / "arm.jsonl"
    write_predictions(three, path)
    assert read_predictions(path) == three


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty"),
        ('{"labels": ["a"]}\n{"id": "1"}\n', "Line 2 of"),
        ('{"labels": ["a"]}\nnonsense\n', "Line 2 of"),
        ('{"id": "1"}\n', "Line 1 of"),
        ('{"labels": ["a"]}\n', "there are no rows"),
    ],
)
def test_a_damaged_file_is_refused_with_its_line(text: str, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "arm.jsonl"
    path.write_text(text)
    with pytest.raises(InputError, match=problem):
        read_predictions(path)


def test_arms_of_other_rows_are_not_compared(three: Predictions) -> None:
    require_same_rows(three, Predictions(three.labels, tuple(replace(row, predicted="yes") for row in ROWS)))
    with pytest.raises(InputError, match="3 and 2 rows"):
        require_same_rows(three, Predictions(three.labels, ROWS[:2]))
    with pytest.raises(InputError, match="Row '1' of the first arm stands beside row '3'"):
        require_same_rows(three, Predictions(three.labels, ROWS[::-1]))
    with pytest.raises(InputError, match="different labels"):
        require_same_rows(three, Predictions(("no", "yes"), ROWS))


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ('{"id": "1", "customer": "x", "gold": null, "predicted": "a"}', "'gold' is no text but None"),
        ('{"id": "1", "customer": "x", "gold": "a", "predicted": ["a"]}', "'predicted' is no text but"),
        ('{"id": ["1"], "customer": "x", "gold": "a", "predicted": "a"}', "'id' is no text but"),
        ('{"id": "1", "customer": null, "gold": "a", "predicted": "a"}', "'customer' is no text but None"),
        ('{"id": "1", "customer": "x", "gold": 1, "predicted": "a"}', "1 .1 times. is no label"),
        ('{"id": "1", "customer": "x", "gold": "a", "predicted": "a", "probabilities": [1]}', "no numbers by label"),
        (
            '{"id": "1", "customer": "x", "gold": "a", "predicted": "a", "probabilities": {"a": "1"}}',
            "no numbers by label",
        ),
    ],
)
def test_values_of_a_wrong_type_are_refused(row: str, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "arm.jsonl"
    path.write_text('{"labels": ["a", "b"]}\n' + row + "\n")
    with pytest.raises(InputError, match=problem):
        read_predictions(path)


def test_null_probabilities_are_none(tmp_path: Path) -> None:
    path = tmp_path / "arm.jsonl"
    row = '{"id": "1", "customer": "x", "gold": "a", "predicted": null, "probabilities": null}'
    path.write_text('{"labels": ["a"]}\n' + row + "\n")
    assert read_predictions(path).rows[0].probabilities == {}


def test_gzipped_predictions_are_read(tmp_path: Path) -> None:
    plain, packed = tmp_path / "p.jsonl", tmp_path / "p.jsonl.gz"
    wanted = Predictions(("a", "b"), (Prediction("1", "1", "a", "b", {"a": 0.25, "b": 0.75}),))
    write_predictions(wanted, plain)
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert read_predictions(packed) == wanted
