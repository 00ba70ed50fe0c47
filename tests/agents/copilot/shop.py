"""A small shop for the tests: its tables, the state of a customer, and five tools."""

import sqlite3
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel

from fewsight.agents.copilot.acting import Desk
from fewsight.agents.copilot.policy import Policy, parse_policy
from fewsight.agents.copilot.state import From, Money
from fewsight.agents.copilot.store import Store
from fewsight.agents.copilot.tools import Act, tool

TABLES = """
CREATE TABLE customers (id TEXT PRIMARY KEY, name TEXT, level TEXT);
CREATE TABLE orders (id TEXT PRIMARY KEY, customer TEXT, status TEXT, age INTEGER);
CREATE TABLE items (id TEXT PRIMARY KEY, order_id TEXT, price INTEGER, refunded INTEGER DEFAULT 0);
CREATE TABLE refunds (item TEXT, amount INTEGER, key TEXT);
INSERT INTO customers VALUES ('C1', 'Ada', 'gold'), ('C2', 'Bo', 'none');
INSERT INTO orders VALUES ('O1', 'C1', 'delivered', 3), ('O2', 'C1', 'pending', 1), ('O3', 'C2', 'delivered', 90);
INSERT INTO items (id, order_id, price)
    VALUES ('I1', 'O1', 1500), ('I2', 'O1', 9000), ('I3', 'O2', 700), ('I4', 'O3', 800);
"""


class Item(BaseModel):
    id: str
    price: Annotated[int, Money("EUR")]
    refunded: bool = False


class Order(BaseModel):
    id: str
    status: Literal["pending", "delivered", "cancelled"]
    age_days: int | None
    items: list[Item]


class Customer(BaseModel):
    id: str
    name: str
    level: Literal["none", "gold"]
    orders: list[Order]


class OneOrder(BaseModel):
    order_id: Annotated[str, From("orders.id")]


class Refund(OneOrder):
    item_id: Annotated[str, From("orders.items.id")]
    amount: Annotated[int, From("orders.items.price"), Money("EUR")]
    reason: Literal["damaged", "late"]


class Seen(BaseModel):
    text: str


@tool(writes=False)
def read_order(arguments: OneOrder, act: Act) -> Seen:
    """Look at one order."""
    row = act.database.execute(
        "SELECT status FROM orders WHERE id = ? AND customer = ?", (arguments.order_id, act.customer_id)
    )
    return Seen(text=row.fetchone()[0])


@tool(writes=True)
def cancel_order(arguments: OneOrder, act: Act) -> Seen:
    """Cancel one order."""
    act.database.execute(
        "UPDATE orders SET status = 'cancelled' WHERE id = ? AND customer = ?", (arguments.order_id, act.customer_id)
    )
    return Seen(text="cancelled")


@tool(writes=True)
def refund_item(arguments: Refund, act: Act) -> Seen:
    """Pay an item back."""
    act.database.execute("UPDATE items SET refunded = 1 WHERE id = ?", (arguments.item_id,))
    act.database.execute("INSERT INTO refunds VALUES (?, ?, ?)", (arguments.item_id, arguments.amount, act.key))
    return Seen(text="refunded")


TOOLS = [read_order, cancel_order, refund_item]

POLICY: dict[str, Any] = {
    "reply": {"effect": "ask", "slots": ["name", "orders.status", "orders.items.price"]},
    "clause": [
        {"name": "look", "tool": "read_order", "effect": "allow"},
        {"name": "old orders", "tool": "refund_item", "effect": "deny", "when": ["orders.age_days > 30"]},
        {
            "name": "small refunds",
            "tool": "refund_item",
            "effect": "allow",
            "when": ["orders.status = delivered", "orders.items.refunded = false", "argument.reason = damaged"],
            "cap": 2000,
            "needs": "read_order",
        },
        {
            "name": "large refunds",
            "tool": "refund_item",
            "effect": "ask",
            "when": ["orders.status = delivered", "orders.items.refunded = false"],
            "cap": 10000,
            "needs": "read_order",
        },
        {
            "name": "cancel",
            "tool": "cancel_order",
            "effect": "allow",
            "when": ["orders.status = pending"],
            "needs": "read_order",
        },
    ],
}


def read_state(customer_id: str, database: sqlite3.Connection) -> Customer:
    row = database.execute("SELECT id, name, level FROM customers WHERE id = ?", (customer_id,)).fetchone()
    if row is None:
        raise KeyError(customer_id)
    orders = []
    for order, status, age in database.execute("SELECT id, status, age FROM orders WHERE customer = ?", (customer_id,)):
        items = database.execute("SELECT id, price, refunded FROM items WHERE order_id = ?", (order,))
        rows = [Item(id=item, price=price, refunded=bool(refunded)) for item, price, refunded in items]
        orders.append(Order(id=order, status=status, age_days=age, items=rows))
    return Customer(id=row[0], name=row[1], level=row[2], orders=orders)


def new_store(path: Path) -> Store:
    with sqlite3.connect(path) as database:
        database.executescript(TABLES)
    database.close()
    return Store(path, read_state)


def policy(data: dict[str, Any] | None = None) -> Policy:
    return Policy(parse_policy(data or POLICY), TOOLS, Customer)


def new_desk(path: Path) -> Desk:
    return Desk(new_store(path), policy())
