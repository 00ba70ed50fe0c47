"""Looks one after the other: alerts, their budget, and what must be refused."""

from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from fewsight.agents.watch.api import watch
from fewsight.agents.watch.options import WatchOptions
from fewsight.agents.watch.state import State
from fewsight.errors import ConfigError, InputError, LedgerError, MappingError, ModelError, TaskError
from fewsight.prompts.loading.folder import BUILT_IN
from fewsight.serving.answerers.folder import read_answerer
from fewsight.tables import open_histories
from tests.agents.watch.shop import END, Shop, until

WEEK = timedelta(days=7)


def test_a_look_alerts_those_who_have_slowed_down(shop: Shop, state: State) -> None:
    look = shop.look(state)
    assert look is not None
    assert look.written == len(state.alerts()) > 0
    # odd customers stop; of the even ones the rule may alert few
    watched = state.scored(read_answerer(shop.answerer).digest, look.moment)
    stopping, others = (sum(int(who[1:]) % 2 == odd for who in watched) for odd in (1, 0))
    alerted = [int(alert.customer_id[1:]) % 2 for alert in state.alerts()]
    assert sum(alerted) / stopping > 0.5
    assert (len(alerted) - sum(alerted)) / others < 0.15
    assert [alert.rank for alert in state.alerts()] == list(range(1, look.written + 1))
    risks = [alert.risk for alert in state.alerts()]
    assert risks == sorted(risks, reverse=True)
    assert look.threshold.value is not None
    assert min(risks) > look.threshold.value


def test_an_alert_says_what_it_stands_on(shop: Shop, state: State) -> None:
    before, _ = shop.look(state, END - 2 * WEEK), shop.look(state)
    assert before is not None
    alert = next(one for one in state.alerts() if one.moment != before.moment)
    with open_histories(until(shop.frame, END)) as table:
        events = {event.id: event for event in table.get(alert.customer_id).events}
    assert alert.events
    assert all(events[seen.event_id].time == seen.time for seen in alert.events)
    facts = {fact.name: fact for fact in alert.facts}
    newest = max(event.time for event in events.values() if event.time)
    assert facts["order_recency_days"].now == (alert.moment - newest).days
    assert facts["order_recency_days"].usual is not None
    assert alert.since is not None
    assert alert.since.moment == before.moment
    assert alert.since.risk is not None
    assert alert.since.events == (
        {"order": count} if (count := sum(e.time > before.moment for e in events.values() if e.time)) else {}
    )
    assert alert.value is not None
    spent = sum(event.amount or 0 for event in events.values())
    tenure = (alert.moment - min(event.time for event in events.values() if event.time)).days
    assert alert.value.amount == pytest.approx(spent * 60 / max(tenure, 60), abs=1)


def test_twice_on_the_same_data_is_once(shop: Shop, state: State) -> None:
    first = shop.look(state)
    alerts = state.alerts()
    assert first is not None
    assert shop.look(state) is None
    assert state.alerts() == alerts
    assert len(state.looks()) == 1


def test_the_budget_holds_over_a_week_and_nobody_is_alerted_again(shop: Shop, state: State) -> None:
    options = WatchOptions(budget=1, false_alarms=0.2, past=4)
    for days in (5, 0):
        shop.look(state, END - timedelta(days=days), options)
    assert sum(look.written for look in state.looks()) == 1
    shop.look(state, None, WatchOptions(budget=100, false_alarms=0.2, past=4))
    who = [alert.customer_id for alert in state.alerts()]
    assert len(who) == len(set(who)) > 1


def test_a_budget_of_nothing_scores_and_alerts_nobody(shop: Shop, state: State) -> None:
    look = shop.look(state, options=WatchOptions(budget=0, false_alarms=0.1, past=4))
    assert look is not None
    assert (look.written, look.candidates > 0, look.watched > 0) == (0, True, True)
    with pytest.raises(ConfigError, match="below 0"):
        WatchOptions(budget=-1)


def test_the_order_by_value_puts_money_first(shop: Shop, state: State) -> None:
    shop.look(state, options=WatchOptions(rank="value", false_alarms=0.2, past=4))
    loss = [alert.risk * (alert.value.amount if alert.value else 0) for alert in state.alerts()]
    assert loss == sorted(loss, reverse=True)


def test_what_became_of_alerts_is_known_when_their_windows_have_ended(shop: Shop, state: State) -> None:
    shop.look(state, END - timedelta(days=70))
    early = state.alerts()
    assert not state.answers()
    look = shop.look(state)
    assert early
    assert look is not None
    assert look.became is not None
    frame = until(shop.frame, END)
    for alert in early:
        later = frame[(frame["customer_id"] == alert.customer_id) & (frame["time"] > alert.moment.isoformat())]
        within = later[later["time"] <= alert.until.isoformat()]
        assert state.answers()[alert.id] == within.empty
    assert look.became.rows == len(early)


def test_too_few_customers_of_the_past_alert_nobody(shop: Shop, state: State) -> None:
    look = shop.look(state, options=WatchOptions(false_alarms=0.001))
    assert look is not None
    assert look.threshold.value is None
    assert look.threshold.needed == 2995
    assert not state.alerts()
    again = shop.look(state, None, WatchOptions(false_alarms=1, budget=5))
    assert again is not None
    assert again.written == 5


def test_data_that_go_back_or_do_not_come_are_refused(shop: Shop, state: State) -> None:
    shop.look(state)
    with pytest.raises(InputError, match="went back in time"):
        shop.look(state, END - WEEK)
    with open_histories(until(shop.frame, END)) as table, pytest.raises(InputError, match="was not loaded"):
        watch(shop.task, table, shop.answerer, state, as_of=END + WEEK)
    assert len(state.looks()) == 1


def test_a_table_that_is_understood_otherwise_is_refused(shop: Shop, state: State) -> None:
    shop.look(state, END - WEEK)
    renamed = until(shop.frame, END).rename(columns={"amount": "total"})
    with open_histories(renamed) as table:
        with pytest.raises(MappingError, match=r"(?s)columns: .*accept-mapping"):
            watch(shop.task, table, shop.answerer, state, WatchOptions(false_alarms=0.1, past=4))
        assert watch(shop.task, table, shop.answerer, state, WatchOptions(false_alarms=0.1, accept_mapping=True))


def test_another_task_or_answerer_is_refused(shop: Shop, state: State, tmp_path: Path) -> None:
    shop.look(state, END - WEEK)
    other = tmp_path / "return_soon"
    other.mkdir()
    for path in shop.task.iterdir():
        text = path.read_text(encoding="utf-8").replace('name = "lapse"', 'name = "return_soon"')
        (other / path.name).write_text(text, encoding="utf-8")
    with open_histories(shop.frame) as table:
        with pytest.raises(ModelError, match="answers task 'lapse', and this is 'return_soon'"):
            watch(other, table, shop.answerer, state)
        with pytest.raises(TaskError, match="no outcome"):
            watch(BUILT_IN / "intent", table, shop.answerer, state)
    with pytest.raises(LedgerError, match="being written"):
        State.open(state.path.parent)


def test_nothing_after_the_moment_counts(shop: Shop, tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    options = WatchOptions(false_alarms=0.1, past=4)
    moment = END - 8 * WEEK
    with State.open(whole) as state, open_histories(shop.frame) as table:
        watch(shop.task, table, shop.answerer, state, options, as_of=moment)
        all_alerts, (all_look,) = state.alerts(), state.looks()
    with State.open(cut) as state, open_histories(until(shop.frame, moment)) as table:
        watch(shop.task, table, shop.answerer, state, options, as_of=moment)
        assert state.alerts() == all_alerts
        assert state.looks()[0].threshold == all_look.threshold


def test_a_frame_without_times_is_refused(shop: Shop, state: State) -> None:
    frame = pd.DataFrame({"customer_id": ["a"], "text": ["hello"]})
    with open_histories(frame) as table, pytest.raises(InputError, match="No event of this table has a time"):
        watch(shop.task, table, shop.answerer, state)
