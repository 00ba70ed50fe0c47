"""The scripted customer: answers from the slots of a task alone, and never sees a gold call.

It reads of the agent's messages what a person would: what a question to agree to says (the call, and the names, options
and payments that its ids stand for), or that something is asked or done.
"""

from dataclasses import dataclass
from typing import Any

from tests.bench.retail.slots import Piece, Task, Wish
from tests.bench.retail.tools import Customer, Item, Order
from tests.bench.retail.wording import Words, payment

KINDS = {
    "cancel_pending_order": "cancel",
    "return_delivered_order_items": "return",
    "exchange_delivered_order_items": "exchange",
    "modify_pending_order_items": "modify",
    "modify_pending_order_address": "address",
    "modify_pending_order_payment": "payment",
}
PATIENCE = 3
"""How often a wish is said again before the customer gives it up."""

_CHANGES = ("exchange", "modify")


@dataclass
class Open:
    """A wish that is not settled yet."""

    wish: Wish
    said: bool = False
    agreed: bool = False
    tries: int = 0
    kept: bool = False


class ScriptedCustomer:
    """One customer in one conversation. `given_up` counts wishes that the agent never took up."""

    def __init__(self, task: Task, seed: int) -> None:
        self.task, self.words = task, Words(seed)
        self.wishes = [Open(wish.model_copy(deep=True)) for wish in task.wishes]
        self.talk = list(task.talk)
        self.given_up = 0
        self.is_done = False
        self._all_at_once = self.words.chance.random() < 0.3
        self._knows_itself = self.words.chance.random() < 0.6

    def first(self) -> str:
        """The opening message."""
        parts = [self.words.opening()]
        if self._knows_itself:
            parts.append(self.words.identity(self.task))
        return " ".join([*parts, self._next()]).strip()

    def answer(self, kind: str, body: dict[str, Any], state: Customer) -> str:
        """What the customer says to a question or reply of the agent's."""
        if "needs" in body:
            return self.words.identity(self.task)
        if body.get("call"):
            return self._decide(body["call"], state)
        agreed = [one for one in self.wishes if one.agreed]
        for one in agreed:
            self.wishes.remove(one)
        if not agreed and (current := self._current()) is not None and not self.talk:
            return self._again(current)
        return self._next()

    def _current(self) -> Open | None:
        return next((one for one in self.wishes if one.said), None)

    def _next(self) -> str:
        """The next thing to say: talk first, then wishes, then goodbye."""
        if self.talk:
            return self.talk.pop(0)
        new = [one for one in self.wishes if not one.said]
        if not new and not self.wishes:
            self.is_done = True
            return self.words.bye()
        for one in (chosen := new if self._all_at_once else new[:1]):
            one.said = True
        return " ".join(self.words.wish(one.wish) for one in chosen)

    def _again(self, one: Open) -> str:
        one.tries += 1
        if one.tries > PATIENCE:
            self.wishes.remove(one)
            self.given_up += 1
            return self._next()
        return (
            f"{self.words.wish(one.wish, with_why=False)} {self.words.by(one.wish) if one.wish.payment else ''}".strip()
        )

    def _decide(self, call: dict[str, Any], state: Customer) -> str:
        """Yes, or what of the question is not what is wanted."""
        kind = KINDS.get(call["tool"], "")
        order = next((o for o in state.orders if o.id == call["arguments"].get("order_id")), None)
        meant = [one for one in self.wishes if one.said and one.wish.kind == kind and not one.agreed]
        if not meant or order is None:
            current = self._current()
            return f"No. {self._again(current)}" if current else "No, I do not want that."
        problems = [(self._problem(one, call, order, state), one) for one in meant]
        problem, one = min(problems, key=lambda pair: pair[0] is not None)
        if problem is not None:
            one.tries += 1
            if one.tries > 2 * PATIENCE:
                self.wishes.remove(one)
                self.given_up += 1
                return f"No, leave it. {self._next()}"
            return f"No. {problem}"
        return self._agree(one)

    def _agree(self, one: Open) -> str:
        wish = one.wish
        if wish.later:
            wish.items, wish.later = [*wish.items, *wish.later], []
            added = " and ".join(f"the {piece.name}" for piece in wish.items[1:])
            return f"Wait, before that: I also want to {wish.kind} {added} of the same order."
        if wish.instead:
            wish.items[0].want, wish.instead = wish.instead, []
            return f"I have changed my mind, I would rather have it in {' '.join(wish.items[0].want)}."
        if wish.drops:
            self.wishes.remove(one)
            return f"No, I have changed my mind, leave the {wish.items[0].name} as it is. {self._next()}"
        one.agreed = True
        return self.words.yes()

    def _problem(self, one: Open, call: dict[str, Any], order: Order, state: Customer) -> str | None:
        wish, arguments = one.wish, call["arguments"]
        if wish.order and not order.id.endswith(wish.order.lstrip("#W")):
            return f"It is {self.words.order(wish)}."
        if not wish.order and any(not _items(piece, order) for piece in wish.items):
            return f"That is another order, I mean {self.words.order(wish)}."
        if wish.kind == "cancel" and wish.reason != arguments["reason"]:
            return f"{self.words.reason(wish)} That is why."
        if wish.kind == "address":
            wanted = next(a for a in state.addresses if a.id == wish.address_of)
            if any(arguments[key] != value for key, value in wanted.model_dump(exclude={"id"}).items()):
                return f"I mean the address of order {wish.address_of}."
        if wish.kind in ("return", *_CHANGES) and (wrong := self._wrong_items(one, arguments["items"], order)):
            return wrong
        if wish.payment and not _is_payment(wish.payment, arguments["payment_method_id"], state):
            return f"I want {payment(wish.payment)} for that."
        return None

    def _wrong_items(self, one: Open, proposed: list[dict[str, Any]], order: Order) -> str | None:
        """Items that are missing or too many, or versions that are not the wished ones."""
        wish = one.wish
        ids = [element["item_id"] for element in proposed]
        if wish.whole:
            return None if len(ids) == len(order.items) else "I mean all items of the order."
        wanted = [(piece, _items(piece, order)) for piece in wish.items]
        for piece, candidates in wanted:
            if not any(item.id in ids for item in candidates):
                return f"I mean {self.words.piece(piece)}."
        extra = [i for i in order.items if i.id in ids and not any(i in candidates for _, candidates in wanted)]
        if extra or len(ids) > len(wish.items):
            return f"Only {' and '.join('the ' + piece.name for piece in wish.items)}, nothing else."
        if wish.kind in _CHANGES:
            return next((w for piece, c in wanted if (w := self._wrong_version(one, piece, c, proposed))), None)
        return None

    def _wrong_version(
        self, one: Open, piece: Piece, candidates: list[Item], proposed: list[dict[str, Any]]
    ) -> str | None:
        new = {element["item_id"]: element["new_item_id"] for element in proposed}
        item = next(item for item in candidates if item.id in new)
        variant = next(variant for variant in item.variants if variant.id == new[item.id])
        has = [value.casefold() for value in variant.options.values()]
        if missing := [value for value in piece.want if value.casefold() not in has]:
            return f"The {piece.name} should be {', '.join(missing)}, so {', '.join(piece.want)}."
        lost = [v for k, v in item.options.items() if variant.options[k] != v and variant.options[k].casefold() not in
                [w.casefold() for w in piece.want]]  # fmt: skip
        if lost and not one.wish.free and not one.kept:
            one.kept = True
            return f"The {piece.name} should stay {', '.join(lost)} if you can, and be {', '.join(piece.want)}."
        return None


def _items(piece: Piece, order: Order) -> list[Item]:
    """The items of an order that a piece may mean: its name has the item's, or is part of it."""
    named = [i for i in order.items if _is_named(piece.name, i.name)]
    told = [i for i in named if {h.casefold() for h in piece.have} <= {v.casefold() for v in i.options.values()}]
    return told or named


def _is_named(said: str, name: str) -> bool:
    one, other = set(said.casefold().split()), set(name.casefold().split())
    return one <= other or other <= one


def _is_payment(slot: str, method: str, state: Customer) -> bool:
    source = next(p.source for p in state.payments if p.id == method)
    return slot in (method, source, source.replace("_", " "))
