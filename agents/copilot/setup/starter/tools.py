"""The shop's state and tools. Change them to yours: `read_state`, and functions marked with `@tool`."""

from sqlite3 import Connection
from typing import Annotated, Literal

from pydantic import BaseModel

from fewsight.agents.copilot.state import From, Money
from fewsight.agents.copilot.tools import Act, tool


class Item(BaseModel):
    """One item of an order."""

    id: str
    name: str
    price: Annotated[int, Money("EUR")]
    refunded: bool


class Order(BaseModel):
    """One order."""

    id: str
    status: Literal["pending", "sent", "delivered", "cancelled"]
    ordered_on: str
    days_since_delivery: int | None
    items: list[Item]


class Customer(BaseModel):
    """All that the policy may ask of a customer."""

    id: str
    name: str
    orders: list[Order]


def read_state(customer_id: str, database: Connection) -> Customer:
    """The customer's state as of now; KeyError where there is no such customer."""
    row = database.execute("SELECT name FROM customers WHERE id = ?", (customer_id,)).fetchone()
    if row is None:
        raise KeyError(customer_id)
    orders = database.execute(
        "SELECT id, status, ordered_on, days_since_delivery FROM orders WHERE customer_id = ? ORDER BY id",
        (customer_id,),
    ).fetchall()
    return Customer(
        id=customer_id,
        name=row[0],
        orders=[
            Order(id=key, status=status, ordered_on=day, days_since_delivery=days, items=_items(key, database))
            for key, status, day, days in orders
        ],
    )


def _items(order_id: str, database: Connection) -> list[Item]:
    rows = database.execute("SELECT id, name, price, refunded FROM items WHERE order_id = ? ORDER BY id", (order_id,))
    return [Item(id=key, name=name, price=price, refunded=refunded) for key, name, price, refunded in rows.fetchall()]


def find_customer(address: str, database: Connection) -> str | None:
    """Whose e-mail address it is; mails that come in find their customer by it."""
    row = database.execute("SELECT id FROM customers WHERE lower(email) = lower(?)", (address,)).fetchone()
    return None if row is None else str(row[0])


def address_of(customer_id: str, database: Connection) -> str | None:
    """Where replies go; None where there is no address."""
    row = database.execute("SELECT email FROM customers WHERE id = ?", (customer_id,)).fetchone()
    return None if row is None else row[0]


class OneOrder(BaseModel):
    """One of the customer's orders."""

    order_id: Annotated[str, From("orders.id")]


class Refund(BaseModel):
    """One item of one order, and all that was paid for it."""

    order_id: Annotated[str, From("orders.id")]
    item_id: Annotated[str, From("orders.items.id")]
    amount: Annotated[int, From("orders.items.price"), Money("EUR")]
    reason: Literal["broken", "late", "wrong item"]


class Outcome(BaseModel):
    """What a tool says."""

    text: str


@tool(writes=False)
def read_order(arguments: OneOrder, act: Act) -> Outcome:
    """Look at one order."""
    state = read_state(act.customer_id, act.database)
    order = next(order for order in state.orders if order.id == arguments.order_id)
    return Outcome(text=order.model_dump_json())


@tool(writes=True)
def cancel_order(arguments: OneOrder, act: Act) -> Outcome:
    """Cancel an order that was not sent yet."""
    done = act.database.execute(
        "UPDATE orders SET status = 'cancelled' WHERE id = ? AND customer_id = ? AND status = 'pending'",
        (arguments.order_id, act.customer_id),
    )
    if done.rowcount != 1:
        raise ValueError(f"order {arguments.order_id} is not one of the customer's pending orders")
    return Outcome(text="cancelled")


@tool(writes=True)
def refund_item(arguments: Refund, act: Act) -> Outcome:
    """Pay one item back."""
    done = act.database.execute(
        "UPDATE items SET refunded = 1 WHERE id = ? AND refunded = 0"
        " AND order_id IN (SELECT id FROM orders WHERE id = ? AND customer_id = ?)",
        (arguments.item_id, arguments.order_id, act.customer_id),
    )
    if done.rowcount != 1:
        raise ValueError(f"item {arguments.item_id} was paid back already, or is not the customer's")
    return Outcome(text=f"{arguments.amount} cents paid back")
