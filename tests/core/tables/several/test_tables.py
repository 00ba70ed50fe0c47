"""Several tables become one history a customer, and the sample shop's tables tell what its one table tells."""

import json
from pathlib import Path

import pytest

from fewsight.errors import InputError, MappingError
from fewsight.events import CustomerHistory
from fewsight.shop import generate
from fewsight.shop.tables import write_sample
from fewsight.tables import Histories, open_histories

ORDERS = """id,customer_id,placed_at,total,currency
1001,1,2024-01-05T09:00:00Z,64.90,EUR
1002,2,2024-01-06T09:00:00Z,20.00,EUR
"""
ITEMS = """id,order_id,product_name,quantity,unit_price
1,1001,Kettle,1,45.00
2,1001,Cup,2,9.95
3,1002,Pan,1,20.00
4,1009,Lid,1,3.00
"""
PAYMENTS = "payment_id,order_id,amount,currency,paid_at\np1,1001,64.90,EUR,2024-01-05T09:01:00Z\n"
TICKETS = """ticket_id,customer_id,created_at,subject,description
1001,1,2024-01-09T09:00:00Z,Broken,My kettle arrived broken please help
"""
VIEWS = "customer_id,viewed_at,page\n1,2024-01-04T09:00:00Z,/kettles\n"
CUSTOMERS = "id,first_name,email,city\n1,Ann,ann@example.org,Bonn\n2,Bob,bob@example.org,Kiel\n"


def write(folder: Path, **tables: str) -> list[Path]:
    folder.mkdir(exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return [folder / f"{name}.csv" for name in tables]


def shop(folder: Path) -> list[Path]:
    return write(
        folder, orders=ORDERS, order_items=ITEMS, payments=PAYMENTS, tickets=TICKETS, web=VIEWS, customers=CUSTOMERS
    )


def told(histories: Histories) -> dict[str, list[tuple[str, str, str | None, int | None]]]:
    return {
        one.customer_id: [(event.id, event.kind, event.product, event.amount) for event in one.events]
        for one in histories
    }


def test_rows_of_all_tables_become_one_history(tmp_path: Path) -> None:
    with open_histories(shop(tmp_path / "shop"), quarantine=tmp_path / "q.jsonl") as histories:
        assert told(histories) == {
            "1": [
                ("web:2", "view", None, None),
                ("1001", "order", "2 x Cup; Kettle", 6490),
                ("p1", "payment", None, 6490),
                ("1001#2", "ticket", None, None),
            ],
            "2": [("1002", "order", "Pan", 2000)],
        }
        assert {one.customer_id: one.profile["city"] for one in histories} == {"1": "Bonn", "2": "Kiel"}
        counts = histories.counts
        assert (counts.rows, counts.events, counts.lines, counts.quarantined) == (9, 5, 3, 1)
        text = histories.describe(reasons=True)
    assert "kind         always 'view'  (by the table's name, 'web')" in text
    assert "'id'  (its values are customers of 3 other tables, those of 'email' are not)" in text
    (row,) = map(json.loads, (tmp_path / "q.jsonl").read_text(encoding="utf-8").splitlines())
    assert (row["table"], row["line"], row["value"]) == ("order_items", 5, "1009")
    assert row["reason"] == "no such order in the other tables"


def everything(histories: Histories) -> list[CustomerHistory]:
    return sorted(histories, key=lambda history: history.customer_id)


def test_the_sample_apart_tells_what_its_one_table_tells(tmp_path: Path) -> None:
    write_sample(generate(60, seed=3), tmp_path / "one")
    write_sample(generate(60, seed=3), tmp_path / "apart", apart=True)
    files = sorted((tmp_path / "apart").glob("*.csv"))
    assert [file.stem for file in files] == [
        *("after_sales", "campaigns", "customers", "order_lines", "orders", "tickets", "web")
    ]
    table, profiles = tmp_path / "one/histories.csv", tmp_path / "one/profiles.csv"
    with open_histories(table, profiles=profiles) as one, open_histories(files) as apart:
        assert everything(apart) == everything(one)
        assert apart.newest == one.newest
        assert apart.counts.quarantined == apart.counts.duplicates == 0


def test_an_event_in_two_tables_is_named_and_counted_once(tmp_path: Path) -> None:
    more = "id,customer_id,placed_at,total,currency\n1002,2,2024-01-06T09:00:00Z,20.00,EUR\n"
    more += "1003,2,2024-01-07T09:00:00Z,5.00,EUR\n"
    files = write(tmp_path, orders=ORDERS, orders_new=more)
    with open_histories(files, quarantine=tmp_path / "q.jsonl") as histories:
        assert [event[0] for event in told(histories)["2"]] == ["1002", "1003"]
        assert (histories.counts.events, histories.counts.duplicates) == (3, 1)
        assert (
            "1 event of 'orders_new' is in 'orders' too ('1002' on line 2 and on line 3 there)" in histories.describe()
        )
    row = json.loads((tmp_path / "q.jsonl").read_text(encoding="utf-8"))
    assert (row["table"], row["reason"]) == ("orders_new", "duplicate of line 3 of orders")


def test_lines_of_an_order_with_customers_of_their_own_are_one_order(tmp_path: Path) -> None:
    lines = "order_id,customer_id,date,product,price\n1001,1,2024-01-05,Kettle,55.00\n1001,1,2024-01-05,Cup,9.90\n"
    with open_histories(write(tmp_path, orders=ORDERS, order_lines=lines)) as histories:
        (order,) = histories.get("1").events
        assert (order.product, order.amount, histories.counts.lines) == ("Cup; Kettle", 6490, 2)


def test_what_tables_disagree_about_is_named(tmp_path: Path) -> None:
    crm = "customer_id,city\n1,Kiel\n2,Kiel\n"
    money = "id,customer_id,placed_at,total\n7,1,2024-03-05T09:00:00Z,-3.00\n"
    files = write(tmp_path, orders=ORDERS, customers=CUSTOMERS, crm=crm, purchases=money)
    with open_histories(files) as histories:
        assert histories.get("1").profile["city"] == "Bonn (customers); Kiel (crm)"
        assert histories.get("2").profile["city"] == "Kiel"
        text = histories.describe()
    assert (
        "rows disagree about 'city' of 1 customer (customer '1': 'Kiel' on line 2 of crm, 'Bonn' on line 2 of" in text
    )
    assert "1 event (order) of 'purchases' have negative amounts (-3.00 on line 2, customer '1')" in text
    assert "1 amount of 'purchases' name no currency (line 2), those of other rows are in EUR" in text


def test_ids_as_numbers_and_as_text_are_refused(tmp_path: Path) -> None:
    orders = "id,customer_id,placed_at,total\n1,007,2024-01-05T09:00:00Z,1.00\n2,008,2024-01-05T09:00:00Z,1.00\n"
    views = "customer_id,viewed_at,page\n7,2024-01-04T09:00:00Z,/a\n8,2024-01-04T09:00:00Z,/a\n"
    calls = "customer_id,called_at,summary\n007,2024-01-04T09:00:00Z,asked where the parcel is\n"
    with pytest.raises(MappingError, match="'007' on line 2 of 'calls', '7' on line 2 of 'web'") as caught:
        open_histories(write(tmp_path, orders=orders, web=views, calls=calls))
    assert "--identities" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "table", "problem"),
    [
        ("campaigns", "campaign_id,customer_id\n1,1\n2,1\n", "no column says when its rows happened"),
        ("products", "product_id,brand\n1,A\n2,B\n", "is to be joined to the table that names them"),
        ("web", "customer_id,viewed_at,page\n1,2024-01-04 09:00,/a\n", "name no time zone"),
    ],
)
def test_tables_that_do_not_fit_are_refused(tmp_path: Path, name: str, table: str, problem: str) -> None:
    with pytest.raises((InputError, MappingError), match=problem) as caught:
        open_histories(write(tmp_path, orders=ORDERS, **{name: table}))
    assert f"{name}.csv" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("accounts", "account_id,company,plan,created_on\n1,Acme,pro,2023-01-04\n2,Birch,free,2023-06-04\n"),
        ("export", "household_id,income,household_comp\n1,35-49K,two adults and three kids\n2,,one adult no kids\n"),
    ],
)
def test_a_table_that_describes_customers_is_their_profile(tmp_path: Path, name: str, table: str) -> None:
    with open_histories(write(tmp_path, orders=ORDERS, **{name: table})) as histories:
        assert histories.mappings[name].rows == "profiles"
        assert len(histories.get("1").profile) >= 2


def test_long_cells_of_orders_are_no_words_of_the_customer(tmp_path: Path) -> None:
    table = "order_id,customer_id,time,things\n1,1,2024-03-05T09:00:00Z,a big red kettle; a cup\n"
    with open_histories(write(tmp_path, purchases=table, orders=ORDERS)) as histories:
        assert [event.text for event in histories.get("1").events] == [None, None]


def test_a_table_without_rows_among_several_is_left_out_and_named(tmp_path: Path) -> None:
    tables = write(tmp_path / "shop", orders=ORDERS, web=VIEWS.splitlines()[0] + "\n")
    with open_histories(tables) as histories:
        assert sum(len(one.events) for one in histories) == 2
        assert "web.csv' has columns, but no rows" in histories.describe()
    with pytest.raises(InputError, match=r"orders\.csv' has columns, but no rows"):
        open_histories(write(tmp_path / "none", orders=ORDERS.splitlines()[0] + "\n", web=VIEWS.splitlines()[0] + "\n"))
