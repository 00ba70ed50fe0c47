"""The promise of the threshold, and windows that don't know what comes after them."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from fewsight.agents.watch.judging.choosing import choose
from fewsight.agents.watch.judging.thresholds import Ended, ended_of, judged, needed, threshold_of

DAY = 86_400.0


def ended(customers: int, moments: int = 1, seed: int = 0, came: float = 0.2) -> Ended:
    """Risks that are alike for all moments of a customer."""
    chance = np.random.default_rng(seed)
    whose = np.repeat(np.arange(customers), moments)
    risks = np.repeat(chance.uniform(0, 1, customers), moments) + chance.uniform(0, 0.01, len(whose))
    when = np.tile(np.arange(moments) * 30 * DAY, customers)
    return Ended(whose, when, risks, chance.uniform(0, 1, len(whose)) < came)


def test_the_promise_holds_as_often_as_it_says() -> None:
    """Risks of those without the outcome are uniform here, so that the rate above a threshold is 1 less it."""
    broken = 0
    for seed in range(400):
        value, count = threshold_of(ended(150, seed=seed, came=0.0), 0.1, 0.9)
        assert value is not None
        assert count == 150
        broken += 1 - value > 0.1 + 0.005
    assert broken / 400 < 0.1 + 3 * np.sqrt(0.1 * 0.9 / 400)


def test_many_rows_of_a_customer_count_as_one() -> None:
    _, alone = threshold_of(ended(80), 0.1, 0.95)
    _, many = threshold_of(ended(80, moments=20), 0.1, 0.95)
    assert alone <= 80
    assert many <= 80


@pytest.mark.parametrize(("rate", "least"), [(0.05, 59), (0.1, 29), (0.2, 14)])
def test_too_few_customers_promise_nothing(rate: float, least: int) -> None:
    assert needed(rate, 0.95) == least
    assert threshold_of(ended(least - 1, came=0.0), rate, 0.95)[0] is None
    assert threshold_of(ended(least, came=0.0), rate, 0.95)[0] is not None
    assert threshold_of(ended(0), rate, 0.95) == (None, 0)


def test_a_past_window_is_judged_by_windows_that_had_ended() -> None:
    past, span = ended(100, moments=6), timedelta(days=60)
    told = judged(past, 0.1, 0.95, span)
    # the window at day 60 is the first whose moment lies at the end of another
    assert [one.moment.timestamp() / DAY for one in told.windows] == [60, 90, 120, 150]
    for one in told.windows:
        before = past.among(past.moments + 60 * DAY <= one.moment.timestamp())
        assert one.threshold == threshold_of(before, 0.1, 0.95)[0]
    # what comes later changes no earlier window
    changed = Ended(past.customers, past.moments, np.where(past.moments > 100 * DAY, 0.5, past.risks), past.came)
    assert judged(changed, 0.1, 0.95, span).windows[:2] == told.windows[:2]
    assert told.realised is not None
    assert told.realised.rows == sum(one.negatives for one in told.windows)
    assert told.realised.low < told.realised.value < told.realised.high


def test_rows_become_columns() -> None:
    moment = datetime(2025, 1, 1, tzinfo=UTC)
    past = ended_of([("b", moment, 0.2, False), ("a", moment, 0.4, True)])
    assert past.customers.tolist() == [1, 0]
    assert past.came.tolist() == [False, True]
    assert len(ended_of([]).risks) == 0
    assert judged(ended_of([]), 0.1, 0.95, timedelta(days=60)).value is None


def test_equal_risks_at_the_threshold_are_no_alerts() -> None:
    same = Ended(np.arange(100), np.zeros(100), np.full(100, 0.3), np.zeros(100, dtype=bool))
    value, _ = threshold_of(same, 0.05, 0.95)
    risks = {f"c{number}": 0.3 for number in range(100)}
    now = datetime(2025, 1, 1, tzinfo=UTC)
    options = {"budget": 50, "again_after": 60, "rank": "risk", "values": lambda _: {}}
    assert choose(risks, value, now, {}, **options).customers == []  # type: ignore[arg-type]
    assert choose({**risks, "x": 0.31}, value, now, {}, **options).customers == ["x"]  # type: ignore[arg-type]
