"""A map of ids joins customers of several systems, and says where it contradicts itself or does not fit."""

from pathlib import Path

import pytest

from fewsight.errors import InputError
from fewsight.tables import open_histories

ORDERS = "id,customer_id,placed_at,total\n1,s1,2024-01-05T09:00:00Z,1.00\n2,s2,2024-01-06T09:00:00Z,2.00\n"
TICKETS = (
    "ticket_id,customer_id,created_at,description\n1,t9,2024-01-09T09:00:00Z,My kettle arrived broken please help\n"
)


def read(folder: Path, identities: str) -> tuple[dict[str, list[str]], str]:
    for name, text in {"shop_orders": ORDERS, "desk_tickets": TICKETS, "map": identities}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    files = [folder / "shop_orders.csv", folder / "desk_tickets.csv"]
    with open_histories(files, identities=folder / "map.csv") as histories:
        return {one.customer_id: [event.kind for event in one.events] for one in histories}, histories.describe()


@pytest.mark.parametrize(
    "identities",
    [
        "system,id,customer\nshop_orders,s1,ann\ndesk_tickets,t9,ann\n",
        "system,id,customer\nshop,s1,ann\ndesk,t9,ann\n",
        "old,new\nt9,s1\ns1,ann\n",
        "old,new\nt9,x\nx,y\ny,ann\ns1,ann\n",
    ],
)
def test_ids_of_systems_become_one_customer(tmp_path: Path, identities: str) -> None:
    assert read(tmp_path, identities)[0] == {"ann": ["order", "ticket"], "s2": ["order"]}


@pytest.mark.parametrize(
    ("identities", "problem"),
    [
        ("old,new\na,b\nb,c\nc,a\n", "'a' is 'b' on line 2, 'b' is 'c' on line 3, 'c' is 'a' on line 4"),
        ("old,new\nz,a\na,b\nb,a\n", "'a' is 'b' on line 3, 'b' is 'a' on line 4"),
        ("old,new\na,b\na,c\n", "id 'a' is 'b' on line 2 and 'c' on line 3"),
        (
            "system,id,customer\nshop,s1,ann\nshop,s1,bob\n",
            "id 's1' of 'shop_orders' is 'ann' on line 2 and 'bob' on line 3",
        ),
        ("system,id,customer\ncrm,s1,ann\n", "line 2: 'crm' is none of the tables"),
        ("system,id,customer\nshop,,ann\n", "line 2: an id is empty"),
        ("a,b,c\n1,2,3\n", "is no map of ids: its columns are 'a', 'b', 'c'"),
    ],
)
def test_a_map_that_contradicts_itself_is_refused(tmp_path: Path, identities: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        read(tmp_path, identities)


def test_what_the_map_leaves_open_is_said(tmp_path: Path) -> None:
    _, text = read(tmp_path, "system,id,customer\nshop,s1,ann\nshop,s7,bob\n")
    assert "1 of 2 ids of" in text
    assert "(id 's7' of 'shop_orders' on line 3)" in text
    assert "only 0 of 1 rows of 'desk_tickets' have an id that is in" in text


def test_equal_ends_are_no_contradiction(tmp_path: Path) -> None:
    found, _ = read(tmp_path, "old,new\nt9,s1\nt9,ann\ns1,ann\n")
    assert found == {"ann": ["order", "ticket"], "s2": ["order"]}
