"""The store's writes. What they do to orders and balances is what the store's own tools do."""

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel

from fewsight.agents.copilot.state import From, Money
from fewsight.agents.copilot.tools import Act, tool
from tests.bench.retail.tools import OneOrder, Seen, cents, document, own_order


class Cancel(OneOrder):
    """An order, all that was paid for it, and why it is not wanted."""

    amount: Annotated[int, From("orders.total"), Money("USD")]
    reason: Literal["no longer needed", "ordered by mistake"]


class Paid(OneOrder):
    """An order, and one of the customer's ways to pay."""

    payment_method_id: Annotated[str, From("payments.id")]


class NewAddress(OneOrder):
    """An order, and an address that the customer has used before."""

    address1: Annotated[str, From("addresses.address1")]
    address2: Annotated[str, From("addresses.address2")]
    city: Annotated[str, From("addresses.city")]
    state: Annotated[str, From("addresses.state")]
    country: Annotated[str, From("addresses.country")]
    zip: Annotated[str, From("addresses.zip")]


class OwnAddress(BaseModel):
    """An address that the customer has used before."""

    user_id: Annotated[str, From("id")]
    address1: Annotated[str, From("addresses.address1")]
    address2: Annotated[str, From("addresses.address2")]
    city: Annotated[str, From("addresses.city")]
    state: Annotated[str, From("addresses.state")]
    country: Annotated[str, From("addresses.country")]
    zip: Annotated[str, From("addresses.zip")]


class OneItem(BaseModel):
    """An item that goes back, and what was paid for it."""

    item_id: Annotated[str, From("orders.items.id")]
    amount: Annotated[int, From("orders.items.price"), Money("USD")]


class Change(BaseModel):
    """An item, and what it becomes."""

    item_id: Annotated[str, From("orders.items.id")]
    new_item_id: Annotated[str, From("orders.items.variants.id")]


class Return(Paid):
    """Items of an order that go back."""

    items: list[OneItem]


class Exchange(Paid):
    """Items of an order that change."""

    items: list[Change]


@tool(writes=True)
def cancel_pending_order(arguments: Cancel, act: Act) -> Seen:
    """Cancel an order that was not sent yet."""
    order = own_order(arguments.order_id, act, "pending")
    for paid in [p for p in order["payment_history"] if p["transaction_type"] == "payment"]:
        _pay(order, paid["payment_method_id"], -cents(paid["amount"]), act)
    order |= {"status": "cancelled", "cancel_reason": arguments.reason}
    return _save(order, act)


@tool(writes=True)
def modify_pending_order_address(arguments: NewAddress, act: Act) -> Seen:
    """Send a pending order to another address."""
    order = own_order(arguments.order_id, act, "pending", "pending (item modified)")
    order["address"] = arguments.model_dump(exclude={"order_id"})
    return _save(order, act)


@tool(writes=True)
def modify_pending_order_payment(arguments: Paid, act: Act) -> Seen:
    """Pay a pending order otherwise."""
    order = own_order(arguments.order_id, act, "pending")
    first = order["payment_history"][0]
    amount = cents(first["amount"])
    _pay(order, arguments.payment_method_id, amount, act)
    _pay(order, first["payment_method_id"], -amount, act)
    return _save(order, act)


@tool(writes=True)
def modify_pending_order_items(arguments: Exchange, act: Act) -> Seen:
    """Change items of a pending order to other variants."""
    order = own_order(arguments.order_id, act, "pending")
    difference = 0
    for change in arguments.items:
        item = next(item for item in order["items"] if item["item_id"] == change.item_id)
        new = _variant(item, change.new_item_id, act)
        difference += cents(new["price"]) - cents(item["price"])
        item |= {"item_id": change.new_item_id, "price": new["price"], "options": new["options"]}
    if difference:
        _pay(order, arguments.payment_method_id, difference, act)
    order["status"] = "pending (item modified)"
    return _save(order, act)


@tool(writes=True)
def modify_user_address(arguments: OwnAddress, act: Act) -> Seen:
    """Change the customer's default address."""
    user = document(act.database, "users", act.customer_id)
    user["address"] = arguments.model_dump(exclude={"user_id"})
    _write("users", act.customer_id, user, act)
    return Seen(text="changed")


@tool(writes=True)
def return_delivered_order_items(arguments: Return, act: Act) -> Seen:
    """Take items of a delivered order back."""
    order = own_order(arguments.order_id, act, "delivered")
    order |= {
        "status": "return requested",
        "return_items": sorted(item.item_id for item in arguments.items),
        "return_payment_method_id": arguments.payment_method_id,
    }
    return _save(order, act)


@tool(writes=True)
def exchange_delivered_order_items(arguments: Exchange, act: Act) -> Seen:
    """Exchange items of a delivered order for other variants."""
    order = own_order(arguments.order_id, act, "delivered")
    difference = 0
    for change in arguments.items:
        item = next(item for item in order["items"] if item["item_id"] == change.item_id)
        difference += cents(_variant(item, change.new_item_id, act)["price"]) - cents(item["price"])
    order |= {
        "status": "exchange requested",
        "exchange_items": sorted(change.item_id for change in arguments.items),
        "exchange_new_items": sorted(change.new_item_id for change in arguments.items),
        "exchange_payment_method_id": arguments.payment_method_id,
        "exchange_price_difference": difference / 100,
    }
    return _save(order, act)


def _variant(item: dict[str, Any], new: str, act: Act) -> dict[str, Any]:
    variant = document(act.database, "products", item["product_id"])["variants"][new]
    if not variant["available"]:
        raise ValueError(f"variant {new} is not available")
    return dict(variant)


def _pay(order: dict[str, Any], payment: str, amount: int, act: Act) -> None:
    """Note a payment, or with a negative amount a refund; a gift card's balance changes at once."""
    order["payment_history"].append(
        {
            "transaction_type": "payment" if amount > 0 else "refund",
            "amount": abs(amount) / 100,
            "payment_method_id": payment,
        }
    )
    user = document(act.database, "users", act.customer_id)
    method = user["payment_methods"][payment]
    if method["source"] == "gift_card":
        left = cents(method["balance"]) - amount
        if left < 0:
            raise ValueError(f"{payment} does not cover {amount} cents")
        method["balance"] = left / 100
        _write("users", act.customer_id, user, act)


def _save(order: dict[str, Any], act: Act) -> Seen:
    _write("orders", order["order_id"], order, act)
    return Seen(text=order["status"])


def _write(table: str, key: str, body: dict[str, Any], act: Act) -> None:
    act.database.execute(f"UPDATE {table} SET body = ? WHERE id = ?", (json.dumps(body, sort_keys=True), key))
