"""Rows that are lines of one order become one event, and nothing of an order is counted twice."""

from pathlib import Path

import pytest

from fewsight.events import Event
from fewsight.tables import ColumnMapping, Counts, open_histories
from fewsight.tables.order_lines import orders_of_lines, with_own_ids

AT, LATER = "2024-01-05T09:00:00Z", "2024-02-06T09:00:00Z"


def read(folder: Path, table: str, **options: object) -> tuple[dict[str, list[Event]], Counts]:
    (folder / "t.csv").write_text(table, encoding="utf-8")
    with open_histories(folder / "t.csv", **options) as histories:  # type: ignore[arg-type]
        counts = histories.counts
        assert counts.rows == counts.events + counts.lines + counts.quarantined + counts.duplicates
        return {history.customer_id: list(history.events) for history in histories}, counts


@pytest.mark.parametrize(
    ("header", "rows", "amount", "product"),
    [
        ("order_id,email,order_date,item_name,price",
         ["7,a,{t},Kettle,49.90", "7,a,{t},Cup,9.90"], 5980, "Kettle; Cup"),
        ("Order Number,Customer Email,Order Date,Item Name,Quantity,Item Cost,Order Total Amount",
         ["7,a,{t},Kettle,1,40.00,64.90", "7,a,{t},Cup,2,10.00,64.90"], 6490, "Kettle; 2 x Cup"),
        ("Name,Email,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price",
         ["#7,a,64.90,{t},1,Kettle,40.00", "#7,a,,{t},2,Cup,10.00"], 6490, "Kettle; 2 x Cup"),
        ("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID",
         ["7,K1,BIG KETTLE,1,{t},40.00,a", "7,C1,BLUE CUP,3,{t},10.00,a"], 7000, "BIG KETTLE; 3 x BLUE CUP"),
        ("amazon-order-id,buyer-email,purchase-date,product-name,quantity-purchased,item-price",
         ["7,a,{t},Kettle,1,40.00", "7,a,{t},Cup,2,20.00"], 6000, "Kettle; Cup"),
        ("order-id,order-item-id,buyer-email,purchase-date,product-name,quantity-purchased,item-price",
         ["7,1,a,{t},Kettle,1,40.00", "7,2,a,{t},Cup,2,20.00"], 6000, "Kettle; Cup"),
        ("Bestellnummer,Kunde,Bestelldatum,Artikel,Menge,Einzelpreis",
         ["7,a,{t},Kessel,1,40.00", "7,a,{t},Tasse,2,10.00"], 6000, "Kessel; 2 x Tasse"),
        ("订单编号,买家会员名,下单时间,商品名称,数量,单价,订单金额",
         ["7,a,{t},水壶,1,40.00,60.00", "7,a,{t},杯子,2,10.00,60.00"], 6000, "水壶; 2 x 杯子"),
    ],
)  # fmt: skip
def test_lines_become_one_order(tmp_path: Path, header: str, rows: list[str], amount: int, product: str) -> None:
    other = rows[1].replace("7,", "8,", 1).replace("{t}", LATER)
    table = "\n".join([header, *(row.replace("{t}", AT) for row in rows), other]) + "\n"
    found, counts = read(tmp_path, table)
    assert counts == Counts(rows=3, events=2, customers=1, lines=1)
    first = found["a"][0]
    assert (first.kind, first.amount, first.product) == ("order", amount, product)


def test_a_line_without_customer_and_time_belongs_to_the_order_above(tmp_path: Path) -> None:
    table = f"order_id,customer_id,date,product,price\n7,a,{AT},Kettle,40\n7,,,Cup,10\n8,b,{AT},Cup,10\n"
    found, counts = read(tmp_path, table)
    assert (counts.quarantined, found["a"][0].amount, found["b"][0].amount) == (0, 5000, 1000)


def test_pieces_that_came_back_are_a_return(tmp_path: Path) -> None:
    header = "InvoiceNo,Description,Quantity,InvoiceDate,UnitPrice,CustomerID\n"
    rows = f"7,BIG KETTLE,1,{AT},40,a\n7,BLUE CUP,3,{AT},10,a\nC8,BLUE CUP,-1,{LATER},10,a\n"
    found, _ = read(tmp_path, header + rows)
    assert [(event.kind, event.amount) for event in found["a"]] == [("order", 7000), ("return", -1000)]


def test_states_of_an_order_are_events_of_their_own(tmp_path: Path) -> None:
    table = f"order_id,customer_id,event,time,product\n7,a,order placed,{AT},Kettle\n7,a,delivered,{LATER},Kettle\n"
    found, counts = read(tmp_path, table)
    assert [event.kind for event in found["a"]] == ["order", "delivery"]
    assert found["a"][0].attributes == {"order_id": 7}
    assert counts == Counts(rows=2, events=2, customers=1)


def test_only_rows_that_are_equal_in_every_cell_are_doubles(tmp_path: Path) -> None:
    row = f"T9,a,{AT},where is it now\n"
    table = "ticket_id,customer_id,time,message\n" + row + f"T9,a,{LATER},where is it now\n" + row
    found, counts = read(tmp_path, table)
    assert counts == Counts(rows=3, events=2, duplicates=1, customers=1)
    assert [event.attributes["ticket_id"] for event in found["a"]] == ["T9", "T9"]


def test_an_id_that_repeats_far_down_loses_no_row(tmp_path: Path) -> None:
    rows = "".join(f"T{at},a,{AT},message {at}\n" for at in range(1_500))
    found, counts = read(tmp_path, f"ticket_id,customer_id,time,message\n{rows}T3,a,{LATER},another message\n")
    assert (counts.events, counts.duplicates) == (1_501, 0)
    assert found["a"][-1].id == "T3#2"
    assert len({event.id for event in found["a"]}) == 1_501


def test_a_mapping_may_say_that_rows_are_lines(tmp_path: Path) -> None:
    columns = {"customer_id": "c", "event_id": "o", "product": "p", "price": "x", "quantity": "n"}
    mapping = ColumnMapping(columns, defaults={"kind": "order"}, rows="lines")
    found, _ = read(tmp_path, "o,c,p,x,n\n7,a,Kettle,40,1\n8,a,Cup,10,1\n7,a,Cup,10,4\n", mapping=mapping)
    assert [(event.id, event.amount) for event in found["a"]] == [("7", 8000), ("8", 1000)]


def test_totals_that_differ_are_no_totals() -> None:
    lines = [Event("7", None, "order", amount=100), Event("7", None, "order", amount=250)]
    assert orders_of_lines(lines, total_once=True)[0].amount == 350
    assert orders_of_lines([lines[0], lines[0]], total_once=True)[0].amount == 100
    assert orders_of_lines([lines[0], lines[0]], total_once=False)[0].amount == 200


def test_ids_of_events_differ() -> None:
    events = [Event("a", None, "note"), Event("b", None, "note"), Event("a", None, "note")]
    assert [event.id for event in with_own_ids(events)] == ["a", "b", "a#2"]
