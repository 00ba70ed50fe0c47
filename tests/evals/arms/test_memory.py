"""Peaks of memory, arm by arm."""

import sys

import numpy as np
import pytest

from fewsight.evals.arms.memory import forget_peak, peak_mb


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process's peak and forgets it")
def test_a_peak_is_that_of_its_own_arm() -> None:
    forget_peak()
    before = peak_mb()
    assert before is not None
    large = np.ones(50_000_000)
    first = peak_mb()
    assert first is not None
    assert first - before > 0.9 * large.nbytes / 1e6
    del large
    forget_peak()
    second = peak_mb()
    assert second is not None
    assert second < first - 300, "what an earlier arm used and gave back is not this one's"
