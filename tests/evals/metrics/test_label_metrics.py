"""Metrics of labels are scikit-learn's, with stated conventions where it warns."""

import warnings
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from fewsight.evals.metrics import labels as mine
from fewsight.evals.metrics.validity import schema_validity
from fewsight.evals.predictions import Prediction, Predictions

LABELS = ("a", "b", "c", "d")


def arm(gold: Sequence[str], predicted: Sequence[str | None]) -> Predictions:
    pairs = enumerate(zip(gold, predicted, strict=True))
    return Predictions(LABELS, tuple(Prediction(str(i), str(i), g, p) for i, (g, p) in pairs))


answers = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from((*LABELS, None))), min_size=1, max_size=40)


@settings(max_examples=50, deadline=None)
@given(answers)
def test_they_equal_scikit_learn_on_anything(pairs: list[tuple[str, str | None]]) -> None:
    gold = [g for g, _ in pairs]
    answered = [p or "invalid" for _, p in pairs]
    rows = arm(gold, [p for _, p in pairs])
    seen = sorted({*gold, *answered} - {"invalid"})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = {
            mine.accuracy: sk.accuracy_score(gold, answered),
            mine.balanced_accuracy: sk.balanced_accuracy_score(gold, answered),
            mine.macro_f1: sk.f1_score(gold, answered, labels=seen, average="macro", zero_division=0),
            mine.micro_f1: sk.f1_score(gold, answered, labels=seen, average="micro", zero_division=0),
            mine.mcc: sk.matthews_corrcoef(gold, answered),
            schema_validity: np.mean([a != "invalid" for a in answered]),
        }
    for metric, value in expected.items():
        assert metric(rows).value == pytest.approx(value, abs=1e-12), metric.__name__


@settings(max_examples=50, deadline=None)
@given(answers)
def test_the_table_of_labels_equals_scikit_learn(pairs: list[tuple[str, str | None]]) -> None:
    gold, answered = [g for g, _ in pairs], [p or "invalid" for _, p in pairs]
    rows = arm(gold, [p for _, p in pairs])
    expected = sk.precision_recall_fscore_support(gold, answered, labels=list(LABELS), zero_division=0)
    for one, precision, recall, f1, support in zip(mine.by_label(rows), *expected, strict=True):
        assert (one.precision, one.recall, one.f1) == pytest.approx((precision, recall, f1))
        assert one.rows == support
    whole = sk.confusion_matrix(gold, answered, labels=[*LABELS, "invalid"])
    assert mine.confusion(rows).tolist() == whole[:-1].tolist()


@pytest.mark.parametrize(
    ("gold", "predicted", "macro", "mcc"),
    [
        (["a"], ["a"], 1.0, 0.0),  # one row: no correlation
        (["a"], ["b"], 0.0, 0.0),
        (["a", "b"], ["a", "a"], 1 / 3, 0.0),  # constant answers
        (["a", "b"], [None, None], 0.0, 0.0),
    ],
)
def test_what_is_not_defined_is_zero(gold: list[str], predicted: list[str | None], macro: float, mcc: float) -> None:
    rows = arm(gold, predicted)
    assert mine.macro_f1(rows).value == pytest.approx(macro)
    assert mine.mcc(rows).value == mcc
    assert all(np.isfinite([one.precision, one.recall, one.f1]).all() for one in mine.by_label(rows))
