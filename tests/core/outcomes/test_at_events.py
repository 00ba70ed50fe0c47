"""Customers are asked at events of their own, and what is counted may have to be of the same campaign."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fewsight.errors import ConfigError
from fewsight.events import CustomerHistory, Event
from fewsight.outcomes import read_outcome
from fewsight.outcomes.labelled import Plan, Tally, labelled_moments
from fewsight.outcomes.outcome import Outcome
from fewsight.outcomes.sides import Sides
from fewsight.outcomes.windows import AtEvents, Reason, Windows
from tests.core.outcomes.support import DAYS, at, event, history

RESPONSE = read_outcome("any coupon within 20 days with the same campaign_id")


def mailed(day: float, campaign: int, kind: str = "campaign") -> Event:
    return replace(event(day, kind, None), attributes={"campaign_id": campaign})


def labels(one: CustomerHistory, outcome: Outcome = RESPONSE, **only: set[str]) -> list[tuple[float, int]]:
    plan = Plan(Windows(outcome, at(DAYS), at=AtEvents(["campaign"], only)), Sides())
    rows = list(labelled_moments([one], plan, Tally()))
    assert all(row.history.until == row.moment for row in rows)
    return [((row.moment - at(0)) / timedelta(days=1), row.value) for row in rows]


def test_words_name_the_column() -> None:
    assert Outcome("any", "coupon", 20, same="campaign_id") == RESPONSE
    assert read_outcome(str(RESPONSE)) == RESPONSE
    assert "same" not in Outcome("any", "coupon", 20).as_table(), "tasks of before stay as they are"


def test_each_campaign_is_asked_about_and_its_own_coupons_count() -> None:
    one = history(event(1), mailed(10, 8), mailed(15, 9), mailed(22, 9, "coupon"), mailed(60, 8), mailed(190, 8))
    assert labels(one) == [(60, 0), (15, 1), (10, 0)], "190 is censored"
    assert labels(one, campaign_id={"8"}) == [(60, 0), (10, 0)]
    assert labels(one, read_outcome("any coupon within 20 days")) == [(60, 0), (15, 1), (10, 1)]


def test_campaigns_of_one_moment_are_one_row() -> None:
    both = history(mailed(10, 8), mailed(10, 9), mailed(12, 9, "coupon"), mailed(13, 7, "coupon"))
    assert labels(both) == [(10, 1)]


def test_a_coupon_of_the_moment_itself_is_known_and_no_answer() -> None:
    assert labels(history(mailed(10, 8), mailed(10, 8, "coupon"))) == [(10, 0)]


@given(st.lists(st.tuples(st.integers(0, DAYS), st.integers(1, 3), st.sampled_from(["campaign", "coupon", "order"]))))
def test_nothing_outside_of_the_window_changes_a_label(drawn: list[tuple[int, int, str]]) -> None:
    events = [mailed(day, campaign, kind) for day, campaign, kind in drawn]
    for day, value in labels(history(*events)):
        kept = [one for one in events if one.time and one.time <= at(day + 20)]
        assert (day, value) in labels(history(*kept))
        before = [one for one in kept if one.time and (one.time >= at(day) or one.kind != "coupon")]
        assert (day, value) in labels(history(*before)), "older coupons have no part in it"


def test_what_can_t_be_meant_is_refused() -> None:
    with pytest.raises(ConfigError, match="the same as what"):
        Windows(RESPONSE, at(DAYS))
    with pytest.raises(ConfigError, match="name one of them"):
        Windows(RESPONSE, at(DAYS), moments=(at(3),), at=AtEvents(["campaign"]))
    with pytest.raises(ConfigError, match="the same for all"):
        Plan(Windows(RESPONSE, at(DAYS), at=AtEvents(["campaign"])), Sides(), newest_for_test=True)
    assert dict(Windows(RESPONSE, at(30), at=AtEvents(["campaign"])).of(history(mailed(20, 8)))) == {
        at(20): Reason.CENSORED
    }


def test_only_who_had_an_event_of_the_kind_is_active() -> None:
    one = history(event(10), event(60, "view"), event(95))
    plain = Windows(read_outcome("no order within 20 days"), at(DAYS), moments=(at(70), at(100)), active_days=30)
    assert [why for _, why in plain.of(one)] == [None, None]
    kinds = replace(plain, active_kind="order")
    assert [why for _, why in kinds.of(one)] == [None, Reason.INACTIVE]
