"""Tables without customers are joined to events, and nothing of later comes in by them."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fewsight.errors import InputError, MappingError
from fewsight.tables import Histories, open_histories

SALES = """household,bought_at,sku,amount,currency,campaign_id
1,2024-01-05T09:00:00Z,A7,4.90,EUR,C1
2,2024-01-06T09:00:00Z,B2,2.00,EUR,
2,2024-02-06T09:00:00Z,Z9,3.00,EUR,C1
"""
ITEMS = "sku,name,department,listed_on\nA7,Green tea,Tea,2023-01-01\nB2,Cup,Ware,2024-06-01\n"
MAILINGS = "household,campaign_id\n1,C1\n2,C2\n"
CAMPAIGNS = "id,type,start_date,end_date\nC1,A,2024-01-02,2024-03-01\nC2,B,2024-02-02,2024-03-01\n"


def write(folder: Path, **tables: str) -> dict[str, Path]:
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.csv" for name in tables}


def attributes(histories: Histories) -> list[tuple[str, dict[str, object]]]:
    return [(event.kind, dict(event.attributes)) for one in histories for event in one.events]


def test_columns_of_a_lookup_stand_beside_those_of_events(tmp_path: Path) -> None:
    paths = write(tmp_path, sales=SALES, items=ITEMS)
    with open_histories(paths["sales"], lookups=[paths["items"]], mapping=None) as histories:
        assert [event.product for one in histories for event in one.events] == ["Green tea", "Cup", None]
        assert [facts.get("department") for _, facts in attributes(histories)] == ["Tea", "Ware", None]
        notes = " ".join(histories.mapping.notes)
    assert "by 'sku': product_name, department" in notes
    assert "not joined, as they may be later than an event: listed_on" in notes
    assert "1 row of" in notes
    assert "'Z9' on line 4" in notes


def test_the_time_of_rows_without_one_may_stand_in_a_lookup(tmp_path: Path) -> None:
    paths = write(tmp_path, sales=SALES, mailings=MAILINGS, campaigns=CAMPAIGNS)
    tables = [paths["sales"], paths["mailings"]]
    with open_histories(tables, lookups=[("campaign_id", paths["campaigns"])], tz="UTC") as histories:
        times = {(one.customer_id, event.kind): event.time for one in histories for event in one.events}
        sent = times["2", "message" if ("2", "message") in times else "campaign"]
        assert sent is not None
        assert sent.isoformat() == "2024-02-02T00:00:00+00:00"
        bought = [event for one in histories for event in one.events if event.kind == "order"]
    assert [(event.time or sent).day for event in bought] == [5, 6, 6], "a table with times keeps its own"
    assert all("end_date" not in event.attributes for event in bought)


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ("sku,name\nA7,Tea\nA7,Green tea\n", r"'sku' is 'A7' on lines 2 and 3, and a lookup has one row for each key"),
        ("sku,name\n,Tea\nA7,Green tea\n", r"line 2: 'sku' is empty"),
    ],
)
def test_keys_that_are_none_are_named(tmp_path: Path, items: str, message: str) -> None:
    paths = write(tmp_path, sales=SALES, items=items)
    with pytest.raises(InputError, match=message):
        open_histories(paths["sales"], lookups=[paths["items"]])


def test_what_can_t_be_joined_is_named(tmp_path: Path) -> None:
    paths = write(tmp_path, sales=SALES, stores="shop,city\nS1,Ulm\n", both="sku,campaign_id,x\nA7,C1,1\n")
    with pytest.raises(MappingError, match=r"stores.csv.*can't be joined.*Its columns are 'shop', 'city'"):
        open_histories(paths["sales"], lookups=[paths["stores"]])
    with pytest.raises(MappingError, match="may be joined by 'sku', 'campaign_id'"):
        open_histories(paths["sales"], lookups=[paths["both"]])
    with open_histories(paths["sales"], lookups=[("sku", paths["both"])]) as histories:
        assert attributes(histories)[0][1]["x"] == 1


@settings(max_examples=10, deadline=None)
@given(st.permutations([*ITEMS.splitlines()[1:], "Z9,Lid,Ware,2020-01-01", "Q1,Pan,Ware,2020-01-01"]))
def test_the_order_of_a_lookup_s_rows_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("lookup")
    paths = write(folder, sales=SALES, items="\n".join([ITEMS.splitlines()[0], *rows]))
    with open_histories(paths["sales"], lookups=[paths["items"]]) as histories:
        told = attributes(histories), [event.product for one in histories for event in one.events]
    assert told[1] == ["Green tea", "Cup", "Lid"]
    assert [facts.get("department") for _, facts in told[0]] == ["Tea", "Ware", "Ware"]


def test_events_without_ids_that_two_tables_tell_are_named(tmp_path: Path) -> None:
    again = SALES.replace("A7,4.90", "A7,5.90")
    paths = write(tmp_path, sales=SALES, till=again)
    with open_histories([paths["sales"], paths["till"]]) as histories:
        text = histories.describe()
        assert sum(len(one.events) for one in histories) == 6
    assert "2 events of 'sales' are told in the same words by 'till' (line 3 and line 3 there, customer '2')" in text
