"""What comes after a moment changes the label alone, and of that only what lies in the window."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fewsight.events import CustomerHistory, Event, history_record
from fewsight.outcomes import Outcome, read_outcome
from fewsight.outcomes.labelled import LabelledMoment, Plan, Tally, labelled_moments
from fewsight.outcomes.sides import Sides
from fewsight.outcomes.windows import Windows
from fewsight.prompts.view import view
from tests.core.outcomes.support import DAYS, DRAWN_EVENTS, at, history

OUTCOMES = st.sampled_from(
    [
        "any order within 30 days",
        "no order within 20 days after a gap of 5 days",
        "first upgrade within 30 days",
        "count of orders in 25 days",
        "spend in 30 days after 3 days (EUR)",
    ]
).map(read_outcome)
EVENTS = st.lists(DRAWN_EVENTS, min_size=1, max_size=12)


def rows(given: CustomerHistory, outcome: Outcome, *, at_once: bool = True) -> dict[str, LabelledMoment]:
    windows = Windows(outcome, at(DAYS), moments=(at(60),) if at_once else ())
    found = labelled_moments([given], Plan(windows, Sides()), Tally())
    return {one.moment.isoformat(): one for one in found}


@given(EVENTS, EVENTS, OUTCOMES)
def test_later_events_change_neither_history_nor_prompt_nor_who_is_asked(
    events: list[Event], later: list[Event], outcome: Outcome
) -> None:
    after = [one for one in later if one.time and one.time > at(60)]
    before, both = rows(history(*events), outcome), rows(history(*events, *after), outcome)
    assert before.keys() == both.keys()
    for name, row in before.items():
        assert both[name].side == row.side
        assert history_record(both[name].history) == history_record(row.history)
        assert view(both[name].history, "en") == view(row.history, "en")
        assert all(one.time and one.time <= row.moment for one in row.history.events)


@given(EVENTS, EVENTS, OUTCOMES)
def test_events_outside_of_the_window_change_no_value(
    events: list[Event], others: list[Event], outcome: Outcome
) -> None:
    begin, end = outcome.window(at(60))
    outside = [one for one in others if one.time and not begin < one.time <= end]
    assert outcome.value([*events, *outside], at(60)) == outcome.value(events, at(60))
    assert outcome.value(list(reversed(events)), at(60)) == outcome.value(events, at(60))


@given(EVENTS, OUTCOMES, st.floats(0.01, 1))
def test_an_event_in_the_window_counts(events: list[Event], outcome: Outcome, place: float) -> None:
    begin, end = outcome.window(at(60))
    time = begin + (end - begin) * place
    one = Event("new", min(time, end), outcome.kind, amount=700, currency=outcome.currency)
    gain = outcome.value([*events, one], at(60)) - outcome.value(events, at(60))
    assert gain == (700 if outcome.happens == "spend" else 1)


@given(EVENTS, OUTCOMES)
def test_all_moments_of_the_grid_lie_within_the_data(events: list[Event], outcome: Outcome) -> None:
    found = rows(history(*events), outcome, at_once=False)
    assert all(row.moment + outcome.span <= at(DAYS) for row in found.values())
    gaps = {(at(DAYS) - outcome.span - row.moment) % timedelta(days=30) for row in found.values()}
    assert gaps <= {timedelta(0)}


@pytest.mark.parametrize("moment", [0, 60])
def test_ends_of_a_window(moment: float) -> None:
    outcome = Outcome("count", "order", 30, gap_days=5)
    ends = {moment + 5: 0, moment + 5.001: 1, moment + 35: 1, moment + 35.001: 0}
    for day, wanted in ends.items():
        assert outcome.value([Event("a", at(day), "order")], at(moment)) == wanted


@settings(max_examples=8)
@given(st.randoms(use_true_random=False), EVENTS)
def test_the_order_of_a_tables_rows_changes_nothing(chance: object, events: list[Event]) -> None:
    import pandas as pd

    from fewsight.tables import open_histories

    unique = {one.id: replace(one, text=None) for one in events}.values()
    lines = [
        {"customer_id": name, "event_id": f"{name}-{one.id}", "time": one.time, "kind": one.kind, "amount": one.amount}
        for name in ("ann", "bob")
        for one in unique
    ]
    mixed = list(lines)
    chance.shuffle(mixed)  # type: ignore[attr-defined] # hypothesis gives a random.Random
    seen = []
    for table in (lines, mixed):
        with open_histories(pd.DataFrame(table), tz="UTC") as opened:
            plan = Plan(Windows(Outcome("count", "order", 20), at(DAYS)), Sides())
            found = list(labelled_moments(opened, plan, Tally()))
        seen.append(
            {(one.history.customer_id, one.moment): (one.value, one.side, len(one.history.events)) for one in found}
        )
    assert seen[0] == seen[1]
