"""What a user gets from a table: histories in order, with every row counted."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from fewsight.errors import InputError
from fewsight.events import CustomerHistory, Event
from fewsight.tables import ColumnMapping, Counts, open_histories

SHOP = """customer_id,time,kind,text,product,amount,currency,city
b,2024-03-02T10:00:00Z,order,,Blue mug,12.50,EUR,Berlin
a,2024-03-01T09:00:00+01:00,message,"Where is it?
It is late, again.",,,,
b,2024-03-01T08:00:00Z,view,,Blue mug,,,
"""


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def load(path: "Path | pd.DataFrame", **options: object) -> tuple[list[CustomerHistory], Counts]:
    with open_histories(path, **options) as histories:  # type: ignore[arg-type]
        return list(histories), histories.counts


def test_events_come_by_customer_and_time(tmp_path: Path) -> None:
    found, counts = load(write(tmp_path / "shop.csv", SHOP))
    b, a = found
    assert [event.id for event in b.events] == ["3", "1"]
    assert b.events[1] == Event(
        "1",
        datetime(2024, 3, 2, 10, tzinfo=UTC),
        "order",
        product="Blue mug",
        amount=1250,
        currency="EUR",
        attributes={"city": "Berlin"},
    )
    assert a.events[0].time == datetime(2024, 3, 1, 8, tzinfo=UTC)
    assert a.events[0].text == "Where is it?\nIt is late, again."
    assert counts == Counts(rows=3, events=3, customers=2)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
def test_encodings_are_found_out(tmp_path: Path, encoding: str) -> None:
    text = "客户编号;时间;评论内容\n甲;2024年3月1日;这个杯子很好看,我很喜欢\n乙;2024年3月2日;快递太慢了\n"
    found, _ = load(write(tmp_path / "shop.csv", text, encoding))
    assert [(h.customer_id, h.events[0].kind, h.events[0].text) for h in found] == [
        ("甲", "review", "这个杯子很好看,我很喜欢"),
        ("乙", "review", "快递太慢了"),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found_out(tmp_path: Path, delimiter: str) -> None:
    rows = [["customer", "date", "amount"], ["a", "2024-01-01", "3.00"], ["b", "2024-01-02", "-4.00"]]
    found, _ = load(write(tmp_path / "t.tsv", "\n".join(map(delimiter.join, rows))))
    assert [history.events[0].amount for history in found] == [300, -400]


def same_rows() -> list[dict[str, object]]:
    return [
        {"customer_id": "b", "time": "2024-03-02T10:00:00Z", "kind": "purchase", "amount": "12.5", "text": None},
        {"customer_id": "a", "time": "2024-03-01T10:00:00Z", "kind": "Review", "amount": None, "text": "ok, thanks"},
        {"customer_id": "b", "time": "2024-03-01T10:00:00Z", "kind": "page view", "amount": None, "text": None},
    ]


def test_every_format_gives_the_same_histories(tmp_path: Path) -> None:
    frame = pd.DataFrame(same_rows())
    frame.to_csv(tmp_path / "t.csv", index=False)
    frame.to_parquet(tmp_path / "t.parquet")
    lines = "".join(json.dumps(row) + "\n" for row in same_rows())
    write(tmp_path / "t.jsonl", lines)
    (tmp_path / "t.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    wanted, _ = load(frame)
    assert [[event.kind for event in history.events] for history in wanted] == [["view", "order"], ["review"]]
    for name in ("t.csv", "t.parquet", "t.jsonl", "t.jsonl.gz"):
        assert load(tmp_path / name)[0] == wanted, name


def test_a_table_of_texts_makes_a_customer_of_each_row(tmp_path: Path) -> None:
    found, counts = load(write(tmp_path / "t.csv", "text\nhello, world\nbye\n"))
    assert [history.customer_id for history in found] == ["row-1", "row-2"]
    assert found[0].events == (Event("1", None, "message", text="hello, world"),)
    assert counts.customers == 2


def test_texts_of_one_customer_are_events_in_the_order_of_the_table(tmp_path: Path) -> None:
    found, _ = load(write(tmp_path / "t.csv", "customer_id,text\na,one\nb,two\na,three\n"))
    assert [[event.text for event in history.events] for history in found] == [["one", "three"], ["two"]]


def test_profiles_come_beside_events_and_alone(tmp_path: Path) -> None:
    shop = write(tmp_path / "shop.csv", SHOP)
    people = write(tmp_path / "people.csv", "Customer ID,name,phone,orders\nc,Cy,13800138000,7\nb,Bo,,2\nb,Bob,,3\n")
    found, counts = load(shop, profiles=people)
    assert [history.customer_id for history in found] == ["b", "a", "c"]
    assert [dict(history.profile) for history in found] == [
        {"name": "Bo", "orders": 2},
        {},
        {"name": "Cy", "phone": "13800138000", "orders": 7},
    ]
    assert counts == Counts(3, 3, 0, 0, 3, profile_rows=3, profiles=2, profile_duplicates=1)
    alone, counts = load(people)
    assert alone[0] == CustomerHistory("c", (), {"name": "Cy", "phone": "13800138000", "orders": 7})
    assert counts == Counts(customers=2, profile_rows=3, profiles=2, profile_duplicates=1)


def test_profile_columns_of_an_event_table_take_the_newest_value(tmp_path: Path) -> None:
    mapping = ColumnMapping({"customer_id": "customer_id", "time": "time", "kind": "kind"}, profile=("city",))
    table = "customer_id,time,kind,city\na,2024-02-01,view,Rome\na,2024-01-01,view,Oslo\na,2024-03-01,view,\n"
    found, _ = load(write(tmp_path / "t.csv", table), mapping=mapping)
    assert dict(found[0].profile) == {"city": "Rome"}


def test_histories_can_be_read_again_at_once_and_by_name(tmp_path: Path) -> None:
    with open_histories(write(tmp_path / "shop.csv", SHOP)) as histories:
        assert list(histories) == list(histories)
        assert [one.customer_id == two.customer_id for one, two in zip(histories, histories, strict=True)] == [True] * 2
        assert len(histories) == 2
        assert histories.newest == datetime(2024, 3, 2, 10, tzinfo=UTC)
        assert histories.get("a").events[0].kind == "message"
        with pytest.raises(InputError, match=r"No customer 'xyz' among 2\. There are, for example: a, b"):
            histories.get("xyz")
    with pytest.raises(InputError, match="closed"):
        next(iter(histories))


def test_the_digest_knows_content_mapping_and_time_zone(tmp_path: Path) -> None:
    shop = write(tmp_path / "shop.csv", SHOP)

    def digest(**options: object) -> str:
        with open_histories(shop, **options) as histories:  # type: ignore[arg-type]
            return histories.digest

    first = digest()
    assert first == digest()
    columns = {"customer_id": "customer_id", "time": "time", "kind": "kind"}
    others = [digest(tz="Europe/Berlin"), digest(mapping=ColumnMapping(columns))]
    write(shop, SHOP.replace("12.50", "12.51"))
    assert len({first, *others, digest()}) == 4


def test_temporary_files_go_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with open_histories(pd.DataFrame({"text": ["a"]})):
        assert len(list(tmp_path.iterdir())) == 1
    with pytest.raises(InputError):
        open_histories(pd.DataFrame({"text": ["a"]}), tz="Nowhere")
    with pytest.raises(InputError):
        open_histories(tmp_path / "missing.csv")
    assert list(tmp_path.iterdir()) == []
