"""Calibrations find what was done to probabilities, and agree with scikit-learn."""

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from fewsight.calibration.choosing import fitted
from fewsight.calibration.fitting import fit_isotonic, fit_platt, fit_prior, fit_temperature
from fewsight.calibration.rows import ProbabilityRows
from fewsight.calibration.steps import Isotonic, Platt
from fewsight.errors import InputError
from fewsight.statistics.arrays import Codes, Floats
from fewsight.statistics.probabilities import log_loss, reliability

LABELS = ("a", "b", "c")


def sharpened(power: float, rows: int = 4000, seed: int = 0) -> tuple[Floats, Codes]:
    """Probabilities to a power, so that they are too bold above 1, and labels drawn from the true ones."""
    chance = np.random.default_rng(seed)
    true = chance.dirichlet(np.ones(3), rows)
    gold = (chance.random(rows)[:, None] > true.cumsum(axis=1)).sum(axis=1).clip(max=2)
    bold = true**power
    return bold / bold.sum(axis=1, keepdims=True), gold


def rows_of(shares: Floats, gold: Codes) -> ProbabilityRows:
    return ProbabilityRows(LABELS, gold, np.arange(len(gold)), shares)


@pytest.mark.parametrize("power", [0.5, 1.0, 3.0])
def test_the_temperature_undoes_a_power(power: float) -> None:
    shares, gold = sharpened(power)
    assert fit_temperature(shares, gold).temperature == pytest.approx(power, rel=0.08)


def test_the_temperature_has_ends() -> None:
    shares = np.array([[0.9, 0.1], [0.2, 0.8]])
    assert fit_temperature(shares, np.array([0, 1])).temperature == pytest.approx(0.05, rel=0.01)
    assert fit_temperature(shares, np.array([1, 0])).temperature == pytest.approx(20, rel=0.01)


def test_platt_is_a_logistic_regression_of_log_odds() -> None:
    shares, gold = sharpened(2.0)
    confidence, right = shares.max(axis=1), (shares.argmax(axis=1) == gold).astype(float)
    kept = (confidence < 1 - 1e-9) & (confidence > 1e-9)
    confidence, right = confidence[kept], right[kept]
    odds = np.log(confidence / (1 - confidence))
    model = LogisticRegression(C=1e9).fit(odds[:, None], right)
    found = fit_platt(confidence, right)
    assert (found.slope, found.intercept) == pytest.approx((model.coef_[0, 0], model.intercept_[0]), abs=0.02)


def test_platt_is_finite_where_all_are_right() -> None:
    found = fit_platt(np.array([0.6, 0.7, 0.99]), np.ones(3))
    assert 0.7 < found.at(0.9) < 1
    assert np.isfinite([found.slope, found.intercept]).all()


def test_isotonic_is_that_of_scikit_learn() -> None:
    shares, gold = sharpened(2.0, rows=500)
    confidence, right = shares.max(axis=1), (shares.argmax(axis=1) == gold).astype(float)
    found = fit_isotonic(confidence, right)
    expected = IsotonicRegression(out_of_bounds="clip").fit(confidence, right).predict(confidence)
    assert [found.at(value) for value in confidence] == pytest.approx(list(expected.clip(1 / 502, 1 - 1 / 502)))
    assert found.y[-1] <= 1 - 1 / 502


@pytest.mark.parametrize("fit", [fit_platt, fit_isotonic])
def test_a_curve_lowers_the_calibration_error_of_new_rows(fit: type) -> None:
    shares, gold = sharpened(3.0, seed=1)
    curve: Platt | Isotonic = fit(shares.max(axis=1), (shares.argmax(axis=1) == gold).astype(float))
    new, given = sharpened(3.0, seed=2)
    right = (new.argmax(axis=1) == given).astype(float)
    before = reliability(new.max(axis=1), right).ece
    after = reliability(np.array([curve.at(value) for value in new.max(axis=1)]), right).ece
    assert after < 0.05 < 0.1 < before


def test_a_prior_undoes_the_favour_of_a_prompt() -> None:
    chance = np.random.default_rng(0)
    true = chance.dirichlet(np.full(3, 0.3), 1000)
    favour = np.array([4.0, 1.0, 0.5])
    seen = true * favour / (true * favour).sum(axis=1, keepdims=True)
    blank = favour / favour.sum()
    rows = rows_of(seen, true.argmax(axis=1))
    field = fitted([fit_prior(np.tile(blank, (100_000, 1)), LABELS, "content-free")], rows)
    assert rows.calibrated(field).probabilities == pytest.approx(true, abs=1e-4)
    batch = fitted([fit_prior(seen, LABELS, "batch")], rows)
    answered = rows.calibrated(batch).probabilities.argmax(axis=1)
    assert (answered == true.argmax(axis=1)).mean() > (seen.argmax(axis=1) == true.argmax(axis=1)).mean()


def test_a_fitted_field_says_what_it_gained() -> None:
    shares, gold = sharpened(3.0)
    field = fitted([fit_temperature(shares, gold)], rows_of(shares, gold))
    assert field.log_loss_before == pytest.approx(log_loss(shares, gold).value)
    assert field.log_loss_after is not None
    assert field.log_loss_before is not None
    assert field.log_loss_after < field.log_loss_before
    assert field.rows == 4000


def test_no_rows_and_other_rows_are_refused() -> None:
    with pytest.raises(InputError, match="no rows"):
        fit_temperature(np.zeros((0, 3)), np.zeros(0, dtype=np.int64))
    with pytest.raises(InputError, match="2 and 3 rows"):
        fit_platt(np.array([0.5, 0.6]), np.ones(3))


def test_a_temperature_does_not_raise_the_log_loss_of_rows_with_zeros() -> None:
    shares, gold = np.tile([0.9, 0.1, 0.0], (100, 1)), np.repeat([0, 1, 2], [85, 5, 10])
    field = fitted([fit_temperature(shares, gold)], rows_of(shares, gold))
    assert field.log_loss_before is not None
    assert field.log_loss_after is not None
    assert field.log_loss_after < field.log_loss_before


def test_a_temperature_that_gains_nothing_is_one() -> None:
    shares = np.full((10, 2), 0.5)
    assert fit_temperature(shares, np.zeros(10, dtype=np.int64)).temperature == 1


@pytest.mark.parametrize("rows", [1, 3, 1000])
def test_a_label_that_the_prior_never_saw_does_not_win_by_a_trace(rows: int) -> None:
    prior = fit_prior(np.tile([0.7, 0.3, 0.0], (rows, 1)), LABELS, "content-free")
    assert sum(prior.shares.values()) == pytest.approx(1)
    assert prior.shares["a"] == pytest.approx((0.7 * rows + 1 / 3) / (rows + 1))
    assert prior.apply({"a": 0.9, "b": 0.099999, "c": 1e-6})["c"] < 0.01
