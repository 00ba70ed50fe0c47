"""Tasks whose gold calls come from the policy: a wish is drawn, and its call is looked up among the possible ones.

Some wishes are against the policy (an order that was sent is to be cancelled): their gold is that nothing changes.
"""

from random import Random
from typing import Any

from tests.bench.retail.slots import Piece, Task, Wish
from tests.bench.retail.tools import Customer, Item, Order, Payment

_REASONS = ("no longer needed", "ordered by mistake")


def generate(states: list[Customer], seed: int, prefix: str) -> list[Task]:
    """One task for each customer, of one to three wishes on different orders."""
    chance = Random(seed)
    return [_task(state, chance, f"{prefix}_{number}") for number, state in enumerate(states)]


def _task(state: Customer, chance: Random, name: str) -> Task:
    orders = chance.sample(state.orders, min(len(state.orders), chance.choice((1, 1, 1, 2, 2, 3))))
    drawn = [pair for order in orders if (pair := _wish(state, order, chance)) is not None]
    who = {"email": state.email} if chance.random() < 0.5 else {"zip": state.zip}
    return Task(
        id=name,
        user=state.id,
        first=state.first_name,
        last=state.last_name,
        wishes=[wish for wish, _ in drawn],
        gold=[gold for _, gold in drawn if gold is not None],
        **who,
    )


def _wish(state: Customer, order: Order, chance: Random) -> tuple[Wish, dict[str, Any] | None] | None:
    if order.status == "delivered":
        return _returned(state, order, chance) if chance.random() < 0.5 else _changed(state, order, chance, "exchange")
    if order.status != "pending":
        return Wish(kind="cancel", order=order.id, reason=chance.choice(_REASONS)), None
    kind = chance.choice(("cancel", "modify", "modify", "payment", "address"))
    if kind == "modify":
        return _changed(state, order, chance, "modify")
    if kind == "address":
        return _address(state, order, chance)
    others = [
        p for p in state.payments if p.id != order.paid_with and (p.source != "gift_card" or p.balance >= order.total)
    ]
    if kind == "payment" and others:
        payment = chance.choice(others).id
        kwargs = {"order_id": order.id, "payment_method_id": payment}
        return Wish(kind="payment", order=order.id, payment=payment), _gold("modify_pending_order_payment", kwargs)
    reason = chance.choice(_REASONS)
    return Wish(kind="cancel", order=order.id, reason=reason), _gold(
        "cancel_pending_order", {"order_id": order.id, "reason": reason}
    )


def _returned(state: Customer, order: Order, chance: Random) -> tuple[Wish, dict[str, Any]] | None:
    items = [item for item in order.items if _is_alone(item, order)]
    if not items:
        return None
    some = chance.sample(items, chance.randint(1, len(items)))
    payment = chance.choice([p for p in state.payments if p.id == order.paid_with or p.source == "gift_card"])
    ids = [item.id for item in order.items if item in some]
    wish = Wish(kind="return", order=order.id, payment=payment.id, items=[Piece(name=item.name) for item in some])
    kwargs = {"order_id": order.id, "item_ids": ids, "payment_method_id": payment.id}
    return wish, _gold("return_delivered_order_items", kwargs)


def _changed(state: Customer, order: Order, chance: Random, kind: str) -> tuple[Wish, dict[str, Any]] | None:
    pieces, olds, news, difference = [], [], [], 0
    items = [item for item in order.items if _is_alone(item, order)]
    for item in chance.sample(items, min(len(items), chance.choice((1, 1, 2)))):
        variants = [v for v in item.variants if v.available and v.id != item.id]
        if not variants:
            continue
        new = chance.choice(variants)
        want = [value for key, value in new.options.items() if value != item.options[key]]
        pieces.append(Piece(name=item.name, have=list(item.options.values()), want=want))
        olds.append(item.id)
        news.append(new.id)
        difference += new.difference
    payments = [p for p in state.payments if p.source != "gift_card" or p.balance >= difference]
    if not pieces or not payments:
        return None
    payment: Payment = chance.choice(payments)
    tool = "exchange_delivered_order_items" if kind == "exchange" else "modify_pending_order_items"
    kwargs = {"order_id": order.id, "item_ids": olds, "new_item_ids": news, "payment_method_id": payment.id}
    wish = Wish.model_validate({"kind": kind, "order": order.id, "items": pieces, "payment": payment.id})
    return wish, _gold(tool, kwargs)


def _address(state: Customer, order: Order, chance: Random) -> tuple[Wish, dict[str, Any]] | None:
    others = [address for address in state.addresses if address.id not in (order.id, "default")]
    if not others:
        return None
    address = chance.choice(others)
    kwargs = {"order_id": order.id, **address.model_dump(exclude={"id"})}
    return Wish(kind="address", order=order.id, address_of=address.id), _gold("modify_pending_order_address", kwargs)


def _is_alone(item: Item, order: Order) -> bool:
    """Whether the order has one item of this name, so that a name is enough."""
    return sum(other.name == item.name for other in order.items) == 1


def _gold(name: str, kwargs: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "kwargs": kwargs}
