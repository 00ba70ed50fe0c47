"""Whether an adapter is shown to be better than its base: paired, by customer, and for several tasks together."""

from datetime import UTC, datetime

import pytest

from fewsight.events import CustomerHistory, Event
from fewsight.finetune.gate.improvement import Improvement, PairedRows, improvements
from fewsight.prompts.labelled import GoldRow


def rows(count: int, customers: int = 0) -> list[GoldRow]:
    """Rows of as many customers, or of fewer."""
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    return [
        GoldRow(
            str(number),
            number,
            CustomerHistory(
                f"c{number % (customers or count)}",
                (Event(str(number), moment, "message", text=f"text {number}"),),
            ),
            {"intent": "late"},
            "en",
        )
        for number in range(count)
    ]


def compared(base: str, trained: str, customers: int = 0) -> Improvement:
    """Of rows that are right (1) or wrong (0)."""
    pair = PairedRows(rows(len(base), customers), [c == "1" for c in base], [c == "1" for c in trained])
    return improvements({"t": pair})["t"]


def test_rows_that_only_one_gets_right_decide() -> None:
    one = compared("000000" + "1111", "111111" + "1111")
    assert (one.difference, one.rows) == (0.6, 10)
    assert one.p == pytest.approx(2 / 2**6), "McNemar's exact p of six rows against none"
    assert one.is_shown
    assert not compared("00000" + "1111", "11111" + "1111").is_shown, "five against none are too few"


def test_worse_and_equal_ones_are_not_shown() -> None:
    assert not compared("1" * 12, "0" * 12).is_shown
    equal = compared("0101", "0101")
    assert (equal.difference, equal.p, equal.is_shown) == (0.0, 1.0, False)


def test_rows_of_one_customer_count_once() -> None:
    assert compared("0" * 12, "1" * 12).is_shown
    assert not compared("0" * 12, "1" * 12, customers=3).is_shown


def test_several_tasks_share_the_level() -> None:
    pair = PairedRows(rows(6), [False] * 6, [True] * 6)
    assert improvements({"a": pair})["a"].is_shown
    assert [one.is_shown for one in improvements({"a": pair, "b": pair}).values()] == [False, False]
    assert improvements({"a": PairedRows([], [], [])}) == {}
