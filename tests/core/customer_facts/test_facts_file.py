"""Facts that users add in TOML files."""

from pathlib import Path
from typing import Any

import pytest

from fewsight.errors import ConfigError, InputError
from fewsight.events import CustomerHistory
from tests.core.customer_facts.conftest import event, facts_of, order

TEA = """
[tea_orders]
type = "whole"
unit = "orders"
words = "orders of tea"
unknown = "never"
sql = "count(*) FILTER (kind = 'order' AND list_contains(products, 'Tea'))"
"""
HISTORY = CustomerHistory("C", (order(0, product="Tea", attributes={"city": "Rome"}), order(9), event(9, "view")))


def written(folder: Path, text: str) -> list[Path]:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return [path]


def fact(sql: str, **more: str) -> str:
    entry = {"type": "whole", "unit": "1", "words": "w", "unknown": "never", "sql": sql} | more
    return "[mine]\n" + "".join(f"{key} = '''{value}'''\n" for key, value in entry.items())


def test_a_fact_over_events(tmp_path: Path) -> None:
    assert facts_of([HISTORY], facts_files=written(tmp_path, TEA))[0]["tea_orders"] == 1


def test_a_fact_over_facts_may_use_earlier_ones_of_the_file(tmp_path: Path) -> None:
    text = TEA + fact("tea_orders / orders_count", over="facts", type="number")
    assert facts_of([HISTORY], facts_files=written(tmp_path, text))[0]["mine"] == 0.5


def test_a_fact_may_use_attributes(tmp_path: Path) -> None:
    text = fact("max(attributes->>'city') -- where", type="text")
    assert facts_of([HISTORY], facts_files=written(tmp_path, text))[0]["mine"] == "Rome"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (fact("count(*) FILTER (kinds = 'x')"), "'mine' in '.*mine.toml' fails: .*kinds"),
        (fact("kind"), "write an aggregate"),
        (fact("count(*"), "is no SQL expression"),
        (fact("1) FROM events; DROP TABLE moments; SELECT (1"), "is no SQL expression|more than one"),
        (fact("1), (2"), "more than one expression"),
        (fact("(SELECT count(*) FROM main.events)"), "query inside"),
        (fact("date_diff('day', max(time), now()::TIMESTAMP)"), "changes from run to run"),
        (fact("max(current_date)::VARCHAR", type="text"), "changes from run to run"),
        (fact("max(kind)::INTEGER"), "'mine' in '.*mine.toml' fails: Conversion"),
        (fact("1", type="integer"), "has the type 'integer'"),
        (fact("1", over="event"), "is over 'event'"),
        (fact("1", colour="red"), "has 'colour'"),
        ("[mine]\ntype = 'whole'", "needs 'unit'"),
        (fact("1").replace("[mine]", "[Mine]"), "can't be a column"),
        ("[mine", "Can't read the facts"),
        ("", "holds no fact"),
        ("mine = 3", "is no table"),
        (fact("1").replace("[mine]", "[orders_count]"), "Two facts are named 'orders_count'.*built in"),
    ],
)
def test_an_error_names_file_and_fact(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        facts_of([HISTORY], facts_files=written(tmp_path, text))


def test_a_fact_over_insights_needs_a_run(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"'mine' in .* name a run with --run"):
        facts_of([HISTORY], facts_files=written(tmp_path, fact("count(label)", over="insights")))


@pytest.mark.parametrize(("options", "message"), [({"days": 0}, "days=0"), ({"tz": "Mars"}, "No time zone 'Mars'")])
def test_options_that_can_not_be(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        facts_of([HISTORY], **options)
