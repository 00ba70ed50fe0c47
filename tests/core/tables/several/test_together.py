"""Order does not matter, nothing later than as-of is shown, and mappings of several tables are read back alike."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fewsight.errors import InputError, MappingError
from fewsight.events import CustomerHistory
from fewsight.prompts.view import view
from fewsight.tables import ColumnMapping, open_histories
from fewsight.tables.several import kind_by_name, names_of

QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
HEADERS = {
    "orders": "order_id,customer_id,time,amount,currency",
    "order_lines": "order_id,product,quantity,price",
    "tickets": "ticket_id,customer_id,time,description",
    "web": "customer_id,viewed_at,page",
}
customers, hours = st.integers(1, 3), st.integers(0, 6)
orders = st.lists(st.tuples(customers, hours, st.integers(1, 3)), min_size=2, max_size=6)
tickets = st.lists(st.tuples(customers, hours), min_size=2, max_size=4)
views = st.lists(st.tuples(customers, hours, st.sampled_from("abc")), min_size=2, max_size=8)


def at(hour: int) -> str:
    return (BEGIN + timedelta(hours=hour)).isoformat()


def rows_of(
    bought: list[tuple[int, int, int]], asked: list[tuple[int, int]], seen: list[tuple[int, int, str]]
) -> dict[str, list[str]]:
    return {
        "orders": [f"{n},C{who},{at(hour)},{n}0.50,EUR" for n, (who, hour, _) in enumerate(bought, 1)],
        "order_lines": [
            f"{n},item {line},{line},{line}.00"
            for n, (*_, lines) in enumerate(bought, 1)
            for line in range(1, lines + 1)
        ],
        "tickets": [f"T{n},C{who},{at(hour)},please help me with parcel {n}" for n, (who, hour) in enumerate(asked, 1)],
        "web": [f"C{who},{at(hour)},/{page}" for who, hour, page in seen],
    }


def read(folder: Path, rows: dict[str, list[str]], order: list[str]) -> dict[str, CustomerHistory]:
    for name, lines in rows.items():
        (folder / f"{name}.csv").write_text("\n".join([HEADERS[name], *lines]) + "\n", encoding="utf-8")
    with open_histories([folder / f"{name}.csv" for name in order], mapping=MAPPINGS) as histories:
        counts = histories.counts
        assert counts.rows == counts.events + counts.lines + counts.quarantined + counts.duplicates
        assert counts.quarantined == counts.duplicates == 0
        assert counts.events == sum(len(one.events) for one in histories)
        return {one.customer_id: one for one in histories}


MAPPINGS = {
    "orders": ColumnMapping(
        {
            "event_id": "order_id",
            "customer_id": "customer_id",
            "time": "time",
            "amount": "amount",
            "currency": "currency",
        },
        defaults={"kind": "order"},
    ),
    "order_lines": ColumnMapping(
        {"event_id": "order_id", "product": "product", "quantity": "quantity", "price": "price"},
        defaults={"kind": "order"},
        rows="lines",
    ),
    "tickets": ColumnMapping(
        {"event_id": "ticket_id", "customer_id": "customer_id", "time": "time", "text": "description"},
        defaults={"kind": "ticket"},
    ),
    "web": ColumnMapping({"customer_id": "customer_id", "time": "viewed_at"}, defaults={"kind": "view"}),
}


def shown(history: CustomerHistory) -> list[tuple[object, ...]]:
    """All that a prompt may say of it: everything but the ids that events have from their lines."""
    return [
        (one.time, one.kind, one.text, one.product, one.amount, one.currency, dict(one.attributes))
        for one in history.events
    ]


@QUICK
@given(orders, tickets, views, st.randoms())
def test_the_order_of_tables_and_rows_changes_no_history(
    tmp_path: Path,
    bought: list[tuple[int, int, int]],
    asked: list[tuple[int, int]],
    seen: list[tuple[int, int, str]],
    chance: random.Random,
) -> None:
    rows, order = rows_of(bought, asked, seen), list(HEADERS)
    first = {name: shown(one) for name, one in read(tmp_path, rows, order).items()}
    chance.shuffle(order)
    for lines in rows.values():
        chance.shuffle(lines)
    assert {name: shown(one) for name, one in read(tmp_path, rows, order).items()} == first


@QUICK
@given(orders, tickets, views, hours)
def test_no_event_after_as_of_reaches_a_prompt(
    tmp_path: Path,
    bought: list[tuple[int, int, int]],
    asked: list[tuple[int, int]],
    seen: list[tuple[int, int, str]],
    hour: int,
) -> None:
    """What is shown at a moment is what is shown where nothing later stands in the tables at all."""
    moment = BEGIN + timedelta(hours=hour)
    whole = read(tmp_path, rows_of(bought, asked, seen), list(HEADERS))
    known = rows_of(bought, asked, seen)
    late = {str(n) for n, (_, when, _) in enumerate(bought, 1) if when > hour}
    known["orders"] = [row for row in known["orders"] if row.partition(",")[0] not in late]
    known["order_lines"] = [row for row in known["order_lines"] if row.partition(",")[0] not in late]
    known["tickets"] = [row for row, (_, when) in zip(known["tickets"], asked, strict=True) if when <= hour]
    known["web"] = [row for row, (_, when, _) in zip(known["web"], seen, strict=True) if when <= hour]
    if not all(known.values()):
        return
    then = read(tmp_path, known, list(HEADERS))
    for name, history in whole.items():
        cut = history.as_of(moment)
        other = then.get(name, CustomerHistory(name)).as_of(moment)
        assert shown(cut) == shown(other)
        assert [line.text for line in view(cut, "en").events] == [line.text for line in view(other, "en").events]


def test_the_mapping_of_all_tables_is_one_file_with_sections(tmp_path: Path) -> None:
    rows = rows_of([(1, 2, 2), (2, 3, 1)], [(1, 4), (2, 5)], [(1, 1, "a"), (2, 1, "b")])
    before = read(tmp_path, rows, list(HEADERS))
    files = [tmp_path / f"{name}.csv" for name in HEADERS]
    (tmp_path / "map.toml").write_text(
        '[web]\nrows = "events"\n[web.columns]\ncustomer_id = "customer_id"\ntime = "viewed_at"\n'
        '[web.defaults]\nkind = "search"\n',
        encoding="utf-8",
    )
    with open_histories(files, mapping=tmp_path / "map.toml") as histories:
        assert {event.kind for event in histories.get("C1").events} == {"search", "order", "ticket"}
        assert len(histories) == len(before)
    for wrong in ("[shop.columns]\ntime = 'x'\n", '[web.columns]\ntiem = "viewed_at"\n'):
        (tmp_path / "map.toml").write_text(wrong, encoding="utf-8")
        with pytest.raises(MappingError, match=r"'shop' is no table|\[web\].*\n.*'tiem'"):
            open_histories(files, mapping=tmp_path / "map.toml")
    with pytest.raises(MappingError, match="2 mappings for 4 tables"):
        open_histories(files, mapping=[MAPPINGS["web"], MAPPINGS["orders"]])


def test_tables_of_a_database_and_frames_have_names(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("sqlalchemy")
    import sqlite3

    frame = pandas.DataFrame({"customer_id": ["C1"], "viewed_at": ["2024-01-01T10:00:00Z"], "page": ["/a"]})
    frame.attrs["name"] = "web"
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.execute("CREATE TABLE orders (order_id, customer_id, time, total)")
        connection.execute("INSERT INTO orders VALUES ('7', 'C1', '2024-01-02T10:00:00Z', '5.00')")
        connection.execute("CREATE TABLE calls (call_id, customer_id, time, summary)")
        connection.execute("INSERT INTO calls VALUES ('1', 'C1', '2024-01-03T10:00:00Z', 'asked where the parcel is')")
    connection.close()
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    with open_histories([url, frame, url], query=["orders", "calls"]) as histories:
        assert list(histories.mappings) == ["calls", "orders", "web"]
        assert [event.kind for event in histories.get("C1").events] == ["view", "order", "call"]
    with open_histories(url, query=["orders", "calls"]) as histories:
        assert [event.kind for event in histories.get("C1").events] == ["order", "call"]
    with pytest.raises(InputError, match="1 queries for 2 SQL URLs"):
        open_histories([url, frame, url], query="orders")


def test_a_zone_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("order_id,customer_id,time,total\n1,C1,2024-01-05 09:00,1.00\n")
    (tmp_path / "web.csv").write_text("customer_id,viewed_at,page\nC1,2024-01-05 09:00,/a\n")
    (tmp_path / "map.toml").write_text(
        'orders = {tz = "America/New_York", columns = {customer_id = "customer_id", time = "time"}}'
    )
    files = [tmp_path / "orders.csv", tmp_path / "web.csv"]
    with open_histories(files, mapping=tmp_path / "map.toml", tz="Europe/Berlin") as histories:
        assert [event.time.hour for event in histories.get("C1").events if event.time] == [8, 14]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *(("orders", "order"), ("tickets", "ticket"), ("web_views", "view"), ("campaigns", "campaign")),
        *(
            ("coupon_redemptions", "coupon"),
            ("CustomerReviews", "review"),
            ("order_returns", "return"),
            ("table7", None),
        ),
    ],
)
def test_a_name_says_the_kind(name: str, kind: str | None) -> None:
    found = kind_by_name(name)
    assert (found and found[0]) == kind


def test_names_are_told_apart() -> None:
    assert names_of(["may/orders.csv", "june/orders.csv.gz"], [None, None]) == ["may/orders", "june/orders"]
    with pytest.raises(InputError, match="given twice"):
        names_of(["a.csv", "a.csv"], [None, None])
