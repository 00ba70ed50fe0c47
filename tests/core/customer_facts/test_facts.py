"""Each built-in fact, against what one counts by hand."""

from collections.abc import Callable
from typing import Any

import pytest

from fewsight.events import CustomerHistory, Event
from tests.core.customer_facts.conftest import at, event, facts_of, order

One = Callable[..., dict[str, Any]]


def test_recency_frequency_and_tenure(one: One) -> None:
    row = one(event(0, "view"), order(10), order(20), order(20.1), until=25.5)
    assert (row["customer_id"], row["as_of"]) == ("C1", at(25.5))
    assert (row["events_count"], row["orders_count"], row["order_days_count"]) == (4, 3, 2)
    assert (row["tenure_days"], row["first_order_days"], row["order_recency_days"], row["idle_days"]) == (25, 15, 5, 5)


def test_spans_of_90_days_are_those_of_prompts(one: One) -> None:
    row = one(order(0), order(10), order(95), order(185), until=190)
    assert (row["orders_90d_count"], row["orders_90_to_180d_count"], row["orders_365d_count"]) == (1, 2 - 1, 4)


def test_gaps_their_trend_and_silence(one: One) -> None:
    row = one(order(0), order(10), order(10.2), order(30), order(60), until=90)
    assert (row["gap_mean_days"], row["gap_median_days"], row["gap_longest_days"]) == (20, 20, 30)
    assert row["gap_trend_days"] == pytest.approx(10)
    assert (row["silence_ratio"], row["silence_rank"]) == (1.5, pytest.approx(2 / 3))


def test_money_is_by_currency_and_keeps_its_sign(one: One) -> None:
    row = one(order(0, 1000), order(1, -200), Event("u", at(2), "order", amount=700, currency="USD"))
    assert (row["spend_eur_minor"], row["spend_usd_minor"], row["currencies_count"]) == (800, 700, 2)
    assert (row["order_mean_eur_minor"], row["order_largest_eur_minor"]) == (400, 1000)


def test_refunds_count_once_whatever_their_sign(one: One) -> None:
    back = [event(1, "return", amount=1000, currency="EUR"), event(2, "refund", amount=-1000, currency="EUR")]
    row = one(order(0), order(0.5), *back)
    assert (row["refunded_eur_minor"], row["returns_count"], row["return_share"]) == (1000, 2, 0.5)


def test_shares_of_products_channels_and_weekdays(one: One) -> None:
    row = one(
        order(0, product="2 x Tea; Pot", channel="web"),
        order(1, product="Tea", channel="app"),
        order(2, channel="web"),
        event(3, "ticket", channel="web"),
    )
    assert (row["product_share_tea"], row["product_share_pot"], row["products_count"]) == (1, 0.5, 2)
    assert (row["channel_share_web"], row["channel_share_app"]) == (0.75, 0.25)
    assert row["weekday_share_monday"] == pytest.approx(1 / 3)
    assert row["weekday_share_sunday"] == 0


def test_weekdays_are_those_of_the_time_zone(one: One) -> None:
    late = order(0.49)  # 23:45 on Monday in London is Tuesday in Tokyo
    assert one(late)["weekday_share_monday"] == 1
    assert one(late, tz="Asia/Tokyo")["weekday_share_tuesday"] == 1


def test_categories_and_discounts_are_told_by_columns(one: One) -> None:
    row = one(
        order(0, attributes={"Category": "Drinks", "coupon": "SPRING"}), order(1, attributes={"coupon": 0}), order(2)
    )
    assert (row["category_share_drinks"], row["discount_share"]) == (1, pytest.approx(1 / 3))
    named = one(order(0, attributes={"shelf": "A; B"}), category="shelf")
    assert (named["category_share_a"], named["category_share_b"]) == (1, 1)
    assert one(order(0))["discount_share"] is None, "a table without such a column does not tell"


def test_contacts_and_their_rate(one: One) -> None:
    row = one(
        order(0), order(1), event(2, "ticket"), event(3, "call"), event(4, "message"), event(5, "review"), until=7
    )
    assert (row["tickets_count"], row["contacts_count"], row["contact_recency_days"]) == (1, 3, 3)
    assert (row["ticket_rate"], row["reviews_count"]) == (0.5, 1)


def test_campaigns_count_only_when_their_answer_is_due(one: One) -> None:
    row = one(
        event(0, "campaign", attributes={"opened": True}),
        order(5),
        event(20, "campaign"),
        event(50, "campaign"),
        until=60,
    )
    assert (row["campaigns_count"], row["campaign_response_share"], row["campaign_opened_share"]) == (3, 0.5, 1)


def test_an_order_at_the_time_of_a_campaign_answers_it(one: One) -> None:
    assert one(event(0, "campaign"), order(0), until=20)["campaign_response_share"] == 1
    assert one(order(0), event(0, "campaign"), until=20)["campaign_response_share"] == 1


def test_one_event_leaves_unknown_what_needs_more(one: One) -> None:
    row = one(order(0))
    assert (row["orders_count"], row["order_recency_days"], row["spend_eur_minor"]) == (1, 0, 1000)
    for name in ("gap_mean_days", "gap_trend_days", "silence_ratio", "silence_rank", "alive_probability"):
        assert row[name] is None, name


def test_no_orders_is_zero_where_that_is_known_and_null_elsewhere(one: One) -> None:
    row = one(event(0, "view"))
    assert (row["orders_count"], row["orders_90d_count"], row["returns_count"]) == (0, 0, 0)
    assert (row["order_recency_days"], row["return_share"], row["ticket_rate"]) == (None, None, None)
    two = facts_of([CustomerHistory("A", (order(0),)), CustomerHistory("B", (event(0, "view"),))])
    assert (two[1]["spend_eur_minor"], two[1]["order_mean_eur_minor"]) == (0, None)


def test_amounts_that_nobody_told_are_unknown(one: One) -> None:
    two = facts_of([CustomerHistory("A", (order(0),)), CustomerHistory("B", (order(0, None),))])
    assert [row["spend_eur_minor"] for row in two] == [1000, None]


def test_a_table_without_times_counts_and_knows_no_spans(one: One) -> None:
    row = one(Event("1", None, "order", amount=500, currency="EUR"), Event("2", None, "ticket"))
    assert (row["as_of"], row["orders_count"], row["tickets_count"], row["spend_eur_minor"]) == (None, 1, 1, 500)
    for name in ("tenure_days", "orders_90d_count", "order_days_count", "spend_90d_eur_minor", "weekday_share_monday"):
        assert row[name] is None, name


def test_no_customer_gives_an_empty_table() -> None:
    assert facts_of([]) == []


def test_a_customer_without_events_has_a_row_of_a_stream() -> None:
    rows = facts_of([CustomerHistory("A"), CustomerHistory("B", (order(0),))])
    assert [(row["customer_id"], row["events_count"], row["orders_count"]) for row in rows] == [
        ("A", 0, 0),
        ("B", 1, 1),
    ]


def test_names_from_data_can_not_become_sql(one: One) -> None:
    hostile = """tea') FROM moments -- {value} {name}"""
    row = one(order(0, product=hostile), order(1, product="x"))
    assert row["product_share_tea_from_moments_value_name"] == 0.5
