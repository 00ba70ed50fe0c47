"""Who is asked when, and why not."""

from collections import Counter

import pytest

from fewsight.errors import ConfigError, InputError
from fewsight.events import CustomerHistory, Event
from fewsight.outcomes import read_outcome
from fewsight.outcomes.labelled import Plan, Tally, labelled_moments
from fewsight.outcomes.sides import SIDES, Sides
from fewsight.outcomes.windows import Reason, Windows
from tests.core.outcomes.support import at, event, history

ORDER = read_outcome("any order within 30 days")


def reasons(windows: Windows, given: CustomerHistory) -> list[tuple[int, Reason | None]]:
    return [((moment - at(0)).days, why) for moment, why in windows.of(given)]


def test_a_grid_ends_where_the_last_window_ends_with_the_data() -> None:
    windows = Windows(ORDER, at(100))
    assert reasons(windows, history(event(25))) == [(100, Reason.CENSORED), (70, None), (40, None)]
    assert reasons(windows, history()) == []


def test_reasons_not_to_ask() -> None:
    two = Windows(ORDER, at(100), least_events=2)
    assert reasons(two, history(event(5), event(50)))[1:] == [
        (70, None),
        (40, Reason.FEW_EVENTS),
        (10, Reason.FEW_EVENTS),
    ]
    lapse = Windows(read_outcome("no order within 30 days"), at(100))
    assert reasons(lapse, history(event(5, "view"), event(50)))[1:] == [
        (70, None),
        (40, Reason.NOTHING_TO_LAPSE),
        (10, Reason.NOTHING_TO_LAPSE),
    ]
    first = Windows(read_outcome("first order within 30 days"), at(100))
    assert [why for _, why in reasons(first, history(event(5, "view"), event(50)))] == [
        Reason.CENSORED,
        Reason.KNOWN,
        None,
        None,
    ]
    active = Windows(ORDER, at(100), active_days=10)
    assert [why for _, why in reasons(active, history(event(31)))] == [Reason.CENSORED, Reason.INACTIVE, None]


def test_most_moments_are_the_newest() -> None:
    windows = Windows(ORDER, at(100), most=1)
    assert [day for day, why in reasons(windows, history(event(1))) if why is None] == [70]


def test_a_window_beyond_the_data_is_refused() -> None:
    assert Windows(ORDER, at(100), moments=(at(70),)).last == at(70)
    with pytest.raises(InputError, match=r"ends at 2026-04-12.*it is censored.*up to 2026-03-12"):
        Windows(ORDER, at(100), moments=(at(10), at(71)))
    with pytest.raises(ConfigError, match="a day or more apart"):
        Windows(ORDER, at(100), least_events=0)


def test_events_without_times_can_not_be_asked_about() -> None:
    untimed = CustomerHistory("ann", (Event("a", None, "order"),))
    with pytest.raises(InputError, match="'a' of customer 'ann' has no time"):
        list(Windows(ORDER, at(100)).of(untimed))


def test_customers_keep_to_one_side_and_the_test_may_lie_ahead_in_time() -> None:
    people = [history(*(event(day) for day in range(0, 200, 7)), name=f"c{n}") for n in range(120)]
    for ahead in (False, True):
        tally = Tally()
        plan = Plan(Windows(ORDER, at(200)), Sides(), newest_for_test=ahead)
        found = list(labelled_moments(people, plan, tally))
        sides = {(row.history.customer_id, row.side) for row in found}
        assert len(sides) == len(people) == tally.customers
        counts = Counter(side for _, side in sides)
        assert all(counts[side] > 5 for side in SIDES)
        newest = {row.moment for row in found if row.side == "test"}
        if ahead:
            assert newest == {at(170)}
            assert max(row.moment for row in found if row.side != "test") == at(140)
            assert tally.left_out[Reason.OLDER]
            assert tally.left_out[Reason.OVERLAP]
        assert sum(row.is_newest for row in found) == len(people)


def test_named_customers_are_the_test() -> None:
    sides = Sides(test_customers=frozenset(["c1"]))
    assert sides.of("c1") == "test"
    assert "test" not in {sides.of(f"d{n}") for n in range(50)}
    with pytest.raises(ConfigError, match="leave nobody"):
        Sides(test=0.6, calibration=0.4)


def test_spend_counts_refunds_once_and_one_currency() -> None:
    spend = read_outcome("spend in 30 days (EUR)")
    bought = [event(1, amount=10_000), event(2, amount=-500), event(3, amount=900, currency="USD")]
    back = [event(4, "return", amount=3_000), event(5, "payment", amount=10_000)]
    assert spend.value(bought, at(0)) == 9_500
    assert spend.value([*bought, *back], at(0)) == 6_500
    assert spend.value([*bought, *back, event(6, "refund", amount=-2_000)], at(0)) == 7_500
    tally = Tally()
    plan = Plan(Windows(spend, at(40), moments=(at(0.5),)), Sides())
    given = history(event(0, "view"), *bought, *back)
    assert [spend.units(row.value) for row in labelled_moments([given], plan, tally)] == [65.0]
    assert tally.mixed == 1
