"""Splits keep customers and texts together, look ahead in time, and say what leaks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fewsight.errors import InputError, TaskError
from fewsight.events import CustomerHistory, Event
from fewsight.prompts.labelled import GoldFile, GoldRow, check_split, count_labels, near_duplicates, split_rows
from fewsight.prompts.loading.labelling import classification_task
from fewsight.prompts.task import ANONYMOUS

TASK = classification_task("toy_intent", ["a", "b", "c"])
START = datetime(2026, 1, 1, tzinfo=UTC)


def row(
    number: int, label: str = "a", text: str | None = None, customer: str | None = None, day: int | None = None
) -> GoldRow:
    time = None if day is None else START + timedelta(days=day)
    event = Event("E1", time, "message", text=f"text {number}" if text is None else text)
    name = f"r{number:04d}"
    return GoldRow(name, number, CustomerHistory(customer or f"{ANONYMOUS}{name}", (event,)), {"intent": label}, "en")


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.sampled_from("ab")), min_size=6, max_size=60),
    st.floats(0.05, 0.5),
    st.integers(0, 5),
)
def test_nobody_and_no_text_is_on_both_sides(found: list[tuple[int, int, str]], share: float, seed: int) -> None:
    rows = [row(i, label, f"text {text}", f"c{customer}") for i, (customer, text, label) in enumerate(found)]
    try:
        split = split_rows(rows, TASK, share, seed)
    except InputError:
        return
    assert sorted(r.id for r in (*split.train, *split.valid)) == [r.id for r in rows]
    assert not {r.customer_id for r in split.train} & {r.customer_id for r in split.valid}
    assert not {r.text for r in split.train} & {r.text for r in split.valid}
    assert {r.values["intent"] for r in split.valid} <= {r.values["intent"] for r in split.train}


def test_a_split_depends_on_the_seed_and_not_on_the_order() -> None:
    rows = [row(i) for i in range(200)]
    first = {r.id for r in split_rows(rows, TASK, 0.1, 0).valid}
    assert first == {r.id for r in split_rows(rows[::-1], TASK, 0.1, 0).valid}
    assert first != {r.id for r in split_rows(rows, TASK, 0.1, 1).valid}
    assert len(first) == 20


def test_the_newest_rows_are_held_back_where_there_are_times() -> None:
    split = split_rows([row(i, day=i) for i in range(50)], TASK, 0.2, 0)
    assert [r.id for r in split.valid] == [f"r{i:04d}" for i in range(40, 50)]
    assert split.how == "the newest 10 of 50 rows, equal texts together"


def test_the_last_row_of_a_label_is_trained_on() -> None:
    rows = [row(0, "c", day=9), *(row(i, day=1) for i in range(1, 20))]
    assert "c" in {r.values["intent"] for r in split_rows(rows, TASK, 0.2, 0).train}


def test_a_large_customer_is_not_held_back_where_there_are_others() -> None:
    rows = [*(row(i, customer="large", day=9) for i in range(60)), *(row(i, day=1) for i in range(60, 100))]
    assert len(split_rows(rows, TASK, 0.1, 0).valid) == 10
    two = [
        *(row(i, customer="large", day=9) for i in range(6)),
        *(row(i, customer="small", day=1) for i in range(6, 10)),
    ]
    assert {r.customer_id for r in split_rows(two, TASK, 0.1, 0).valid} == {"small"}


def history(number: int, *events: Event, label: str = "a") -> GoldRow:
    return GoldRow(f"r{number}", number, CustomerHistory(f"c{number}", events), {"intent": label}, "en")


def test_the_whole_history_makes_a_question() -> None:
    said = Event("E1", START, "message", text="Where is [name-1]?")
    later = START + timedelta(days=2)
    order = Event("E2", later, "order", product="cup", amount=900, currency="EUR", attributes={"size": 1})
    first = history(1, said, order)
    assert first.key == history(2, replace(said, text="where  is [name-2]?"), order).key, "spelling"
    week = timedelta(days=7)
    assert first.key == history(3, replace(said, time=START + week), replace(order, time=later + week)).key, "the day"
    others: tuple[dict[str, Any], ...] = (
        {"kind": "return"},
        {"product": "pot"},
        {"amount": 901},
        {"attributes": {"size": 2}},
        {"time": later + week},
        {"text": "two"},
    )
    for other in others:
        assert first.key != history(4, said, replace(order, **other)).key, other
    long = "word " * 5000
    assert history(1, replace(said, text=f"{long}a")).key != history(1, replace(said, text=f"{long}b")).key
    assert check_split([first, row(9, "b")], [history(5, said, replace(order, amount=1))], TASK)
    with pytest.raises(TaskError, match=r"1 texts are in both, such as 'where is \[\]\?'"):
        check_split([first, row(9, "b")], [history(5, said, order)], TASK)


def test_rows_in_which_nothing_was_said_do_not_contradict() -> None:
    gold, view = GoldFile("rows"), Event("E1", START, "view", product="cup")
    for one in (history(1, view), history(2, view, label="b"), history(3), history(4, label="b")):
        gold.add(one)
    assert (len(gold.rows), gold.repeated, gold.contradicting) == (4, 0, 0)
    said = Event("E1", START, "message", text="hello")
    for one in (history(5, said), history(6, said, view), history(7, said, label="b")):
        gold.add(one)
    assert (len(gold.rows), gold.contradicting) == (7, 1)


def test_what_cannot_be_split() -> None:
    with pytest.raises(InputError, match="one customer or text"):
        split_rows([row(i, customer="c") for i in range(5)], TASK, 0.2, 0)
    with pytest.raises(InputError, match="the last of its label"):
        split_rows([row(0, "a"), row(1, "b"), row(2, "c")], TASK, 0.2, 0)


def test_all_that_is_wrong_is_said_at_once() -> None:
    train = [row(1, "a", "same", "c1"), row(2, "a")]
    valid = [row(3, "b", "same", "c2"), row(4, "a", "other", "c1")]
    with pytest.raises(TaskError) as caught:
        check_split(train, valid, TASK)
    message = str(caught.value)
    assert "all 2 rows have 'a'" in message
    assert "no training row has: 'b'" in message
    assert "1 texts are in both, such as 'same'" in message
    assert "1 customers are in both, such as 'c1'" in message


def test_a_label_without_rows_is_a_warning() -> None:
    assert check_split([row(1, "a"), row(2, "b")], [row(3)], TASK) == ["intent: 1 labels without any row: 'c'"]
    assert count_labels([row(1), row(2, "b")], TASK) == {"intent": {"a": 1, "b": 1, "c": 0}}


def test_near_duplicates() -> None:
    train = [row(1, text="where is my parcel, it should be here by now"), row(2, text="i want a refund please")]
    valid = [row(3, text="Where is my parcel? It should be here by now!"), row(4, text="how do i change my card")]
    (found,) = near_duplicates(train, valid, threshold=0.8)
    assert (found.valid_id, found.train_id) == ("r0003", "r0001")
    assert 0.8 <= found.cosine <= 1
    assert near_duplicates(train, [row(5, text="")]) == []


def test_silence_tells_questions_apart_only_where_a_prompt_tells_it() -> None:
    def known(events: int, days: int) -> GoldRow:
        said = tuple(Event(f"E{n}", START, "message", text=f"text {n}") for n in range(events))
        return replace(row(0), history=CustomerHistory("c", said, until=START + timedelta(days=days)))

    assert known(1, 0).key == known(1, 90).key
    assert known(3, 0).key != known(3, 90).key
    assert known(1, 90).time == START, "the newest rows are those with the newest events"
