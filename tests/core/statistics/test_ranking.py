"""Areas, precision and slopes against scikit-learn, statsmodels and the bootstrap."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from fewsight.statistics.arrays import Codes, Flags, Floats
from fewsight.statistics.bootstrap import bootstrap_rows
from fewsight.statistics.intervals import cluster_interval
from fewsight.statistics.paired import permutation_test
from fewsight.statistics.ranking import area, average_precision, calibration_slope, lift_at, precision_at

SCORES = st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=40)


def sample(rows: int, seed: int = 0, steep: float = 1.0) -> tuple[Floats, Flags, Codes]:
    """Clusters of three rows that are alike."""
    chance = np.random.default_rng(seed)
    clusters = np.arange(rows) // 3
    logits = chance.normal(size=rows) + chance.normal(size=rows // 3 + 1)[clusters] - 0.5
    positive = chance.random(rows) < 1 / (1 + np.exp(-logits))
    return 1 / (1 + np.exp(-logits * steep)), positive, clusters


@given(SCORES)
def test_values_are_those_of_scikit_learn(rows: list[tuple[int, bool]]) -> None:
    scores, positive = np.array([row[0] for row in rows], dtype=float), np.array([row[1] for row in rows])
    if positive.any() and not positive.all():
        assert area(scores, positive).value == pytest.approx(roc_auc_score(positive, scores))
        assert average_precision(scores, positive).value == pytest.approx(average_precision_score(positive, scores))
    else:
        assert area(scores, positive).value == 0.5
        assert average_precision(scores, positive).value == float(positive.all())


@pytest.mark.parametrize("figure", [area, average_precision, calibration_slope])
def test_intervals_are_about_those_of_the_bootstrap(figure: object) -> None:
    scores, positive, clusters = sample(900)

    def value(rows: Codes) -> float:
        return float(figure(scores[rows], positive[rows]).value)  # type: ignore[operator]

    interval = cluster_interval(figure(scores, positive), clusters)  # type: ignore[operator]
    drawn = bootstrap_rows(value, clusters, resamples=300)
    assert interval.value == pytest.approx(drawn.value)
    assert interval.high - interval.low == pytest.approx(drawn.high - drawn.low, rel=0.2)


def test_a_slope_is_that_of_a_logistic_regression() -> None:
    from statsmodels.api import Logit, add_constant

    scores, positive, _ = sample(600, steep=2.0)
    logits = np.log(scores / (1 - scores))
    wanted = Logit(positive.astype(float), add_constant(logits)).fit(disp=False).params[1]
    statistic = calibration_slope(scores, positive)
    assert statistic is not None
    assert statistic.value == pytest.approx(wanted, rel=1e-4)
    assert statistic.value == pytest.approx(0.5, abs=0.15)
    assert calibration_slope(np.full(20, 0.3), np.arange(20) < 5) is None
    assert calibration_slope(np.arange(20) / 20, np.arange(20) > 9) is None


def test_equal_arms_are_no_different_and_a_better_one_is() -> None:
    scores, positive, clusters = sample(600)
    noise = np.random.default_rng(1).normal(size=600)
    other = scores + noise
    assert permutation_test(area(scores, positive), area(scores.copy(), positive), clusters) == 1
    assert permutation_test(area(scores, positive), area(other, positive), clusters, draws=999) < 0.01
    one, two = (scores + 0.5 * np.random.default_rng(seed).normal(size=600) for seed in (2, 3))
    assert permutation_test(area(one, positive), area(two, positive), clusters, draws=999) > 0.05


def test_a_list_holds_the_highest_scores() -> None:
    scores, positive = np.arange(100) / 100, np.arange(100) >= 85
    clusters = np.arange(100)
    assert precision_at(scores, positive, clusters, 0.1).value == pytest.approx(1.0)
    assert precision_at(scores, positive, clusters, 0.2).value == pytest.approx(0.75)
    assert lift_at(scores, positive, clusters, 0.2).value == pytest.approx(5.0)
    same = precision_at(np.zeros(100), positive, clusters, 0.1)
    assert same.value == pytest.approx(0.15)
    assert same.low < 0.15 < same.high
    assert lift_at(scores, np.zeros(100, dtype=bool), clusters, 0.1).value == 0
