"""State and tools of the retail store: users, orders and products as JSON documents in SQLite (see build.py)."""

import json
from sqlite3 import Connection
from typing import Annotated, Any, Literal

from pydantic import BaseModel

from fewsight.agents.copilot.state import From, Money, Said
from fewsight.agents.copilot.tools import Act, tool

Status = Literal[
    "pending",
    "pending (item modified)",
    "processed",
    "delivered",
    "cancelled",
    "return requested",
    "exchange requested",
]


class Variant(BaseModel):
    """What an item could be exchanged for."""

    id: str
    options: dict[str, str]
    available: bool
    price: int
    difference: int


class Item(BaseModel):
    """One item of an order."""

    id: str
    name: str
    product_id: str
    options: dict[str, str]
    price: int
    variants: list[Variant]


class Order(BaseModel):
    """One order; `paid_with` is the payment that it was paid with first."""

    id: str
    status: Status
    paid_with: str
    total: Annotated[int, Money("USD")]
    items: list[Item]


class Payment(BaseModel):
    """One of the customer's ways to pay; `balance` is a gift card's, in cents."""

    id: str
    source: Literal["credit_card", "paypal", "gift_card"]
    balance: int


class Address(BaseModel):
    """An address that the customer has used; `id` is the order that it is of, or "default"."""

    id: str
    address1: str
    address2: str
    city: str
    state: str
    country: str
    zip: str


class Customer(BaseModel):
    """All that the policy may ask of a customer."""

    id: str
    email: str
    first_name: str
    last_name: str
    zip: str
    payments: list[Payment]
    addresses: list[Address]
    orders: list[Order]


def read_state(customer_id: str, database: Connection) -> Customer:
    """The customer's state as of now; KeyError where there is no such customer."""
    user = document(database, "users", customer_id)
    orders = [document(database, "orders", order) for order in user["orders"]]
    payments = [
        Payment(id=key, source=p["source"], balance=cents(p.get("balance", 0)))
        for key, p in user["payment_methods"].items()
    ]
    used = [("default", user["address"]), *((order["order_id"], order["address"]) for order in orders)]
    return Customer(
        id=customer_id,
        email=user["email"],
        first_name=user["name"]["first_name"],
        last_name=user["name"]["last_name"],
        zip=user["address"]["zip"],
        payments=payments,
        addresses=[Address(id=key, **address) for key, address in used],
        orders=[_order(order, database) for order in orders],
    )


def document(database: Connection, table: str, key: str) -> dict[str, Any]:
    """A row's JSON; KeyError where there is none."""
    row = database.execute(f"SELECT body FROM {table} WHERE id = ?", (key,)).fetchone()
    if row is None:
        raise KeyError(key)
    return dict(json.loads(row[0]))


def cents(amount: float) -> int:
    """An amount of the data in cents."""
    return round(amount * 100)


def _order(order: dict[str, Any], database: Connection) -> Order:
    return Order(
        id=order["order_id"],
        status=order["status"],
        paid_with=order["payment_history"][0]["payment_method_id"],
        total=sum(cents(item["price"]) for item in order["items"]),
        items=[_item(item, database) for item in order["items"]],
    )


def _item(item: dict[str, Any], database: Connection) -> Item:
    price = cents(item["price"])
    variants = [
        Variant(
            id=key,
            options=v["options"],
            available=v["available"],
            price=cents(v["price"]),
            difference=cents(v["price"]) - price,
        )
        for key, v in document(database, "products", item["product_id"])["variants"].items()
    ]
    plain = {name: item[name] for name in ("name", "product_id", "options")}
    return Item(id=item["item_id"], price=price, variants=variants, **plain)


class ByEmail(BaseModel):
    """What a customer is known by."""

    email: Annotated[str, From("email"), Said()]


class ByName(BaseModel):
    """What a customer is known by who gives no address."""

    first_name: Annotated[str, From("first_name"), Said()]
    last_name: Annotated[str, From("last_name"), Said()]
    zip: Annotated[str, From("zip"), Said()]


class User(BaseModel):
    """The customer."""

    user_id: Annotated[str, From("id")]


class OneOrder(BaseModel):
    """One of the customer's orders."""

    order_id: Annotated[str, From("orders.id")]


class OneProduct(BaseModel):
    """A product that the customer has bought."""

    product_id: Annotated[str, From("orders.items.product_id")]


class Nothing(BaseModel):
    """No arguments."""


class Seen(BaseModel):
    """What a tool says."""

    text: str


@tool(writes=False)
def find_user_id_by_email(arguments: ByEmail, act: Act) -> Seen:
    """Know the customer by e-mail."""
    return Seen(text=act.customer_id)


@tool(writes=False)
def find_user_id_by_name_zip(arguments: ByName, act: Act) -> Seen:
    """Know the customer by name and zip code."""
    return Seen(text=act.customer_id)


@tool(writes=False)
def get_user_details(arguments: User, act: Act) -> Seen:
    """Read the customer's profile."""
    return Seen(text=json.dumps(document(act.database, "users", act.customer_id)))


@tool(writes=False)
def get_order_details(arguments: OneOrder, act: Act) -> Seen:
    """Read one order."""
    return Seen(text=json.dumps(own_order(arguments.order_id, act)))


@tool(writes=False)
def get_product_details(arguments: OneProduct, act: Act) -> Seen:
    """Read the variants of a product."""
    return Seen(text=json.dumps(document(act.database, "products", arguments.product_id)))


@tool(writes=False)
def list_all_product_types(arguments: Nothing, act: Act) -> Seen:
    """Read the names of all products."""
    rows = act.database.execute("SELECT id, json_extract(body, '$.name') FROM products").fetchall()
    return Seen(text=json.dumps(dict(rows)))


def own_order(order_id: str, act: Act, *statuses: str) -> dict[str, Any]:
    """An order of the customer, in one of these statuses."""
    order = document(act.database, "orders", order_id)
    if order["user_id"] != act.customer_id or (statuses and order["status"] not in statuses):
        raise ValueError(f"order {order_id} is not one of the customer's, or is {order['status']}")
    return order
