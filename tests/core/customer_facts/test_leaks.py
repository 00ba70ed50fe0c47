"""Nothing later than as-of reaches a fact, and the order of rows does not either."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

import fewsight
from fewsight.customer_facts import open_facts
from fewsight.events import CustomerHistory
from tests.core.customer_facts.conftest import at, event, facts_of, order

_KINDS = ("order", "order", "return", "ticket", "campaign", "view")
_ROWS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "customer_id": st.sampled_from(["A", "B", "C"]),
        "hours": st.integers(0, 24 * 60),
        "kind": st.sampled_from(_KINDS),
        "channel": st.sampled_from(["web", "app", None]),
        "product": st.sampled_from(["Tea", "2 x Tea; Pot", None]),
        "amount": st.sampled_from(["10.00", "-2.50", None]),
        "currency": st.sampled_from(["EUR", "USD"]),
        "coupon": st.sampled_from(["X", None]),
    }
)
_AS_OF = at(30)


def frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    table = pd.DataFrame(rows).drop(columns="hours")
    table["time"] = [(at(0) + timedelta(hours=row["hours"])).isoformat() for row in rows]
    return table


def computed(rows: list[dict[str, Any]]) -> pd.DataFrame:
    table = fewsight.facts(frame(rows), as_of=_AS_OF, mapping=_MAPPING).sort_values("customer_id", ignore_index=True)
    table.attrs = {}
    return table


_MAPPING = Path(__file__).parent / "mapping.toml"


def _known(rows: list[dict[str, Any]]) -> bool:
    return any(row["hours"] <= 720 for row in rows)


_BEFORE = st.lists(_ROWS, min_size=1, max_size=12).filter(_known)


@settings(max_examples=15, deadline=None)
@given(_BEFORE, st.lists(_ROWS, min_size=1, max_size=6))
def test_later_events_change_nothing(rows: list[dict[str, Any]], later: list[dict[str, Any]]) -> None:
    known = [row for row in rows if row["hours"] <= 720]
    more = [
        {**row, "hours": row["hours"] + 721, "channel": "fax", "product": "Later", "currency": "JPY"} for row in later
    ]
    for row in more:
        row["amount"] = "100"
    pd.testing.assert_frame_equal(computed(known), computed([*known, *more]))


@settings(max_examples=15, deadline=None)
@given(_BEFORE, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows: list[dict[str, Any]], chance: Any) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)
    pd.testing.assert_frame_equal(computed(rows), computed(shuffled))


def test_rows_of_a_stream_end_at_their_own_moment() -> None:
    events = (order(0), order(10), event(20, "ticket"), order(30, 9900))
    moments = [CustomerHistory("C", events, until=at(days)) for days in (5, 25, 40)]
    cut = [history.as_of(history.until) for history in moments]
    rows = facts_of(moments)
    assert rows == facts_of(cut)
    assert [row["orders_count"] for row in rows] == [1, 2, 3]
    assert [row["as_of"] for row in rows] == [at(5), at(25), at(40)]


def test_table_and_stream_have_one_definition() -> None:
    rows = [
        {"customer_id": who, "hours": hour, "kind": kind, "channel": "web", "product": "Tea", "amount": "5.00"}
        | {"currency": "EUR", "coupon": None}
        for who, hour, kind in (("A", 0, "order"), ("B", 5, "ticket"), ("A", 400, "order"), ("A", 600, "return"))
    ]
    with fewsight.open_histories(frame(rows), mapping=_MAPPING) as histories:
        stream = [history.as_of(_AS_OF) for history in histories]
        with open_facts(histories, as_of=_AS_OF) as table:
            assert [row for batch in table.batches() for row in batch.to_pylist()] == facts_of(stream)
