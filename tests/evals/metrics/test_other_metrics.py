"""Metrics of numbers, sets of labels, out-of-scope rows and probabilities."""

import warnings
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics as sk
from sklearn.preprocessing import MultiLabelBinarizer

from fewsight.errors import InputError
from fewsight.evals.metrics import multilabel
from fewsight.evals.metrics.scope import in_scope_accuracy, out_of_scope_recall, scope_curve
from fewsight.evals.predictions import Prediction, Predictions
from fewsight.statistics.arrays import Codes, Floats
from fewsight.statistics.numbers import mean_absolute_error, pearson, spearman
from fewsight.statistics.probabilities import Binning, brier, log_loss, reliability

numbers = st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=1, max_size=30)
sets = st.lists(st.tuples(st.sets(st.sampled_from("abc")), st.sets(st.sampled_from("abc"))), min_size=1, max_size=20)


@settings(max_examples=50, deadline=None)
@given(numbers)
def test_correlations_are_scipys_or_zero(pairs: list[tuple[int, int]]) -> None:
    x, y = np.array(pairs, dtype=float).T
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        defined = len(set(x)) > 1 and len(set(y)) > 1
        expected = (stats.pearsonr(x, y)[0], stats.spearmanr(x, y)[0]) if defined else (0.0, 0.0)
    assert (pearson(x, y).value, spearman(x, y)) == pytest.approx(expected, abs=1e-9)
    assert mean_absolute_error(x, y).value == pytest.approx(sk.mean_absolute_error(x, y))


def test_a_correlation_far_from_zero_keeps_its_digits() -> None:
    chance = np.random.default_rng(0)
    x = chance.standard_normal(50)
    y = x + chance.standard_normal(50)
    assert pearson(1e9 + x, 1e9 + y).value == pytest.approx(pearson(x, y).value, abs=1e-6)


@settings(max_examples=50, deadline=None)
@given(sets)
def test_several_labels_equal_scikit_learn_but_for_nothing_at_all(pairs: list[tuple[set[str], set[str]]]) -> None:
    gold, predicted = [g for g, _ in pairs], [p for _, p in pairs]
    seen = sorted(set().union(*gold, *predicted))
    if not seen:
        assert multilabel.multilabel_micro_f1(gold, predicted).value == 1
        assert multilabel.multilabel_macro_f1(gold, predicted).value == 1
        assert multilabel.multilabel_row_f1(gold, predicted).value == 1
        return
    table = MultiLabelBinarizer(classes=list("abc"))
    have, got = table.fit_transform(gold), table.transform(predicted)
    places = ["abc".index(label) for label in seen]
    micro = sk.f1_score(have, got, average="micro", zero_division=0)
    macro = sk.f1_score(have, got, labels=places, average="macro", zero_division=0)
    assert multilabel.multilabel_micro_f1(gold, predicted).value == pytest.approx(micro)
    assert multilabel.multilabel_macro_f1(gold, predicted).value == pytest.approx(macro)
    rows = sk.f1_score(have, got, average="samples", zero_division=1)
    assert multilabel.multilabel_row_f1(gold, predicted).value == pytest.approx(rows)


def scoped(gold: str, predicted: str) -> Predictions:
    """Rows of labels a, b and o, which is out of scope."""
    pairs = enumerate(zip(gold, predicted, strict=True))
    return Predictions(("a", "b", "o"), tuple(Prediction(str(i), str(i), g, p) for i, (g, p) in pairs))


def test_in_and_out_of_scope_rows_are_counted_apart() -> None:
    rows = scoped("aabbooo", "aboboaa")
    assert in_scope_accuracy(rows, "o").value == pytest.approx(2 / 4)
    assert out_of_scope_recall(rows, "o").value == pytest.approx(1 / 3)
    assert out_of_scope_recall(scoped("ab", "ab"), "o").value == 0


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=30))
def test_the_scope_curve_is_mcc_at_each_threshold(rows: list[tuple[bool, int]]) -> None:
    outside = np.array([is_out for is_out, _ in rows])
    confidence = np.array([value / 5 for _, value in rows])
    curve = scope_curve(outside, confidence)
    for threshold, mcc in zip(curve.thresholds, curve.mcc, strict=True):
        assert mcc == pytest.approx(sk.matthews_corrcoef(outside, confidence < threshold))
    assert curve.best in curve.thresholds


def sample(rows: int = 400, labels: int = 4, seed: int = 0) -> tuple[Floats, Codes]:
    """Calibrated probabilities and the labels drawn from them."""
    chance = np.random.default_rng(seed)
    shares = chance.dirichlet(np.ones(labels), rows)
    gold = (chance.random(rows)[:, None] > shares.cumsum(axis=1)).sum(axis=1).clip(max=labels - 1)
    return shares, gold


def test_log_loss_and_brier_are_scikit_learns() -> None:
    shares, gold = sample()
    assert log_loss(shares, gold).value == pytest.approx(sk.log_loss(gold, shares))
    both = sk.brier_score_loss(gold % 2, shares[:, 0])
    two = np.column_stack([1 - shares[:, 0], shares[:, 0]])
    assert brier(two, gold % 2).value == pytest.approx(2 * both)


def test_an_impossible_label_costs_much_but_not_everything() -> None:
    assert log_loss(np.array([[0.0, 1.0]]), np.array([0])).value == pytest.approx(-np.log(1e-12))


@pytest.mark.parametrize("binning", ["equal-mass", "equal-width"])
def test_ece_is_the_weighted_gap_of_the_bins(binning: Binning) -> None:
    shares, gold = sample(1000)
    confidence, right = shares.max(axis=1), (shares.argmax(axis=1) == gold).astype(float)
    found = reliability(confidence, right, binning, bins=10)
    edges = np.quantile(confidence, np.linspace(0, 1, 11)) if binning == "equal-mass" else np.linspace(0, 1, 11)
    total = 0.0
    for low, high in pairwise(edges):
        inside = (confidence > low) & (confidence <= high) if low > edges[0] else confidence <= high
        total += abs((confidence - right)[inside].sum())
    assert found.ece == pytest.approx(total / 1000)
    assert sum(b.rows for b in found.bins) == 1000
    assert (found.binning, found.asked) == (binning, 10)


def test_equal_confidences_share_a_bin() -> None:
    found = reliability(np.array([0.5] * 6 + [1.0] * 6), np.array([1.0, 0.0] * 3 + [1.0] * 6), bins=5)
    assert [(b.rows, b.confidence, b.right) for b in found.bins] == [(6, 0.5, 0.5), (6, 1.0, 1.0)]
    assert found.ece == 0
    assert reliability(np.array([0.7]), np.array([1.0])).ece == pytest.approx(0.3)


def test_no_probabilities_are_an_error_and_no_nan() -> None:
    with pytest.raises(InputError, match="no rows with probabilities"):
        reliability(np.array([]), np.array([]))
