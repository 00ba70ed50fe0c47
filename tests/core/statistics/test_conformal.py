"""Sets of labels: the quantile is that of the definition, and too few rows leave no label out."""

import numpy as np
import pytest

from fewsight.errors import ConfigError, InputError
from fewsight.statistics.conformal import fit_conformal

SHARES = np.column_stack([np.arange(1, 20) / 20, 1 - np.arange(1, 20) / 20])
FIRST = np.zeros(19, dtype=np.int64)


def test_the_least_probability_is_the_kth_highest_of_the_right_labels() -> None:
    found = fit_conformal(SHARES, FIRST, np.arange(19), ("a", "b"), coverage=0.9)
    assert found.least == (0.1, 0.1)  # 18 of 19 rows, as ceil(20 * 0.9) = 18
    assert found.sets(np.array([[0.95, 0.05], [0.5, 0.5], [0.099, 0.901]])).tolist() == [
        [True, False],
        [True, True],
        [False, True],
    ]


def test_too_few_rows_leave_no_label_out() -> None:
    found = fit_conformal(SHARES[:8], FIRST[:8], np.arange(8), ("a", "b"), coverage=0.9)
    assert found.least == (0.0, 0.0)
    assert fit_conformal(SHARES[:9], FIRST[:9], np.arange(9), ("a", "b"), coverage=0.9).least == (0.05, 0.05)


def test_a_label_without_rows_is_in_every_set() -> None:
    found = fit_conformal(SHARES, FIRST, np.arange(19), ("a", "b"), coverage=0.9, by_label=True)
    assert found.least == (0.1, 0.0)
    assert found.rows == (19, 0)


def test_rows_of_one_customer_count_once() -> None:
    found = fit_conformal(SHARES, FIRST, np.repeat(np.arange(10), 2)[:19], ("a", "b"))
    assert found.rows == (10, 10)


def test_bad_input_is_refused() -> None:
    with pytest.raises(ConfigError, match="coverage"):
        fit_conformal(SHARES, FIRST, np.arange(19), ("a", "b"), coverage=1.0)
    with pytest.raises(InputError, match="no rows"):
        fit_conformal(SHARES[:0], FIRST[:0], FIRST[:0], ("a", "b"))
    with pytest.raises(InputError, match="19 and 3"):
        fit_conformal(SHARES, FIRST[:3], np.arange(19), ("a", "b"))
