"""Mappings: read from a file, guessed from names and values, and described."""

import re
from pathlib import Path

import pandas as pd
import pytest

from fewsight.errors import MappingError
from fewsight.tables import ColumnMapping, open_histories

FULL = """
rows = "events"
amount_unit = "minor"
attributes = ["store"]

[columns]
customer_id = "kunde"
time = "am"
kind = "art"
amount = "cent"

[defaults]
currency = "EUR"
channel = "web"

[kinds]
"Kauf" = "order"
"Frage" = "message"

[profile]
columns = ["ort"]
"""


def test_a_mapping_file_says_what_columns_are(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(FULL, encoding="utf-8")
    row = {"kunde": 7.0, "am": "31.01.2024 10:15", "art": "kauf", "cent": 1250, "store": "x", "ort": "Bonn", "z": 1}
    with open_histories(pd.DataFrame([row]), mapping=tmp_path / "map.toml", tz="Europe/Berlin") as histories:
        history = next(iter(histories))
        text = histories.mapping.describe()
    event = history.events[0]
    assert history.customer_id == "7"
    assert history.profile == {"ort": "Bonn"}
    assert event.time is not None
    assert event.time.isoformat() == "2024-01-31T09:15:00+00:00"
    assert (event.kind, event.amount, event.currency, event.channel) == ("order", 1250, "EUR", "web")
    assert event.attributes == {"store": "x"}
    assert "(mapping given)" in text
    assert re.search(r"customer_id +'kunde'", text)


def test_all_problems_of_a_mapping_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(
        'rows = "event"\ncolums = 1\n[columns]\ncustomer = "a"\n[defaults]\nkind = "ordr"\n[kinds]\nx = "viewed"\n'
        '[profile]\ncolumn = ["a"]\n',
        encoding="utf-8",
    )
    with pytest.raises(MappingError) as caught:
        ColumnMapping.read(tmp_path / "map.toml")
    text = str(caught.value)
    assert text.startswith(f"The mapping {str(tmp_path / 'map.toml')!r}: 6 problems.")
    for hint in ("'columns'?", "'customer_id'?", "'order'", "'view'", "'event', but must be 'events'", "[profile]"):
        assert hint in text


def test_all_columns_that_a_table_lacks_are_told_at_once() -> None:
    mapping = ColumnMapping({"customer_id": "customer", "text": "txt"}, attributes=("colour",))
    with pytest.raises(MappingError) as caught:
        open_histories(pd.DataFrame({"cust": ["a"], "text": ["b"], "color": ["c"]}), mapping=mapping)
    for hint in ("3 problems", "'cust', 'text', 'color'", "Did you mean 'cust'?", "'text'?", "'color'?"):
        assert hint in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [("x = [", "not valid TOML"), ("columns = 1", "names in quotes"), ("attributes = 'a'", "must be a list")],
)
def test_a_mapping_file_that_is_none(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "map.toml").write_text(content, encoding="utf-8")
    with pytest.raises(MappingError, match=message):
        ColumnMapping.read(tmp_path / "map.toml")
    with pytest.raises(MappingError, match="Can't read the mapping"):
        ColumnMapping.read(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("columns", "roles"),
    [
        ("household_id transaction_timestamp sales_value product_id", "customer_id time amount product"),
        ("User-ID Date Rating Review_Text", "customer_id time . text"),
        ("id text", "customer_id text"),
        ("id customer created_at message", "event_id customer_id time text"),
        ("用户id 下单时间 金额 商品名称", "customer_id time amount product"),
        ("customer_no event timestamp price currency source", "customer_id kind time amount currency channel"),
    ],
)
def test_names_of_columns_are_understood(columns: str, roles: str) -> None:
    names = columns.split()
    row = {name: "2024-01-31" if role == "time" else "12" for name, role in zip(names, roles.split(), strict=True)}
    row = {name: "EUR" if name == "currency" else "view" if name == "event" else value for name, value in row.items()}
    with open_histories(pd.DataFrame([row])) as histories:
        assert histories.mapping.guessed
        found = {name: role for role, name in histories.mapping.columns.items()}
        assert [found.get(name, ".") for name in names] == roles.split()
        assert histories.counts.events == 1


@pytest.mark.parametrize(("value", "is_kind"), [("purchase", True), ("Kitchen", False)])
def test_a_column_called_type_is_the_kind_only_where_it_holds_kinds(value: str, is_kind: bool) -> None:
    with open_histories(pd.DataFrame({"user": ["a"], "type": [value], "price": ["1.00"]})) as histories:
        assert ("kind" in histories.mapping.columns) is is_kind
        assert next(iter(histories)).events[0].kind == "order"


def test_a_guess_says_what_it_assumes() -> None:
    with open_histories(pd.DataFrame({"text": ["a"], "date": ["2024-01-31"], "amount": ["1"]})) as histories:
        text = histories.mapping.describe()
    for note in ("guessed; check it", "midnight UTC", "name no currency", "row-1", "always 'message'"):
        assert note in text


def test_the_columns_that_the_model_sees_are_said() -> None:
    events = pd.DataFrame(
        {"customer_id": ["a"], "event_id": ["e"], "time": ["2026-01-31"], "text": ["hi"], "branch": ["x"]}
    )
    people = pd.DataFrame({"customer_id": ["a"], "city": ["Leeds"], "age": [30]})
    with open_histories(events, profiles=people) as histories:
        text = histories.mapping.describe()
    assert "The model sees 'time', 'text', 'branch';" in text
    assert "the model sees 'city', 'age' of them" in text
