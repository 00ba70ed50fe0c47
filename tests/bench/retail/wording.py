"""The customer's words: several wordings of everything, one of them by chance."""

from random import Random

from tests.bench.retail.slots import Piece, Task, Wish

_OPENINGS = ("Hello.", "Hi there!", "Good morning.", "Hi, I need some help.", "Hello, I hope you can help me.", "")
_BYE = ("No, that is all. Thank you.", "That was everything, thanks!", "Nothing else, thank you.", "All good, bye.")
_YES = ("Yes.", "Yes, please.", "Yes, go ahead.", "Sure, please do.", "Correct, go ahead.", "That's right, please do.")
_ORDERS = ("order {}", "my order {}", "the order {}", "{}")
_ASKS = {
    "cancel": ("I want to cancel {order}.", "Please cancel {order}.", "Can you cancel {order} for me?",
               "I do not want {order} any more, cancel it.", "{order} should be cancelled."),
    "return": ("I want to return {items} from {order}.", "Please take back {items} of {order}.",
               "I would like to send back {items}, {order}.", "Can I return {items}? It is {order}.",
               "I want a refund for {items} from {order}."),
    "exchange": ("I want to exchange {items} of {order}.", "For {order}, please swap {items}.",
                 "Can I get {items} exchanged? It is {order}.", "In {order} I got {items} and want another version."),
    "modify": ("I want to change {items} in {order}.", "For {order}, please change {items}.",
               "{order} is not here yet, could you modify {items}?", "Please change {items} before you send {order}."),
    "address": ("Please send {order} to another address, the one of {address}.",
                "I want to change the shipping address of {order} to that of {address}.",
                "{order} should go to the same address as {address}."),
    "payment": ("I want to pay {order} with {payment} instead.", "Please change the payment of {order} to {payment}.",
                "Switch {order} over to {payment}, please."),
}  # fmt: skip
_REASONS = {
    "no longer needed": (
        "I no longer need it.",
        "It is not needed any more.",
        "I don't need it now.",
        "No use for it.",
    ),
    "ordered by mistake": ("I ordered it by mistake.", "That order was an accident.", "I placed it by mistake."),
}
_BY = ("Use {}.", "Via {}, please.", "I want {} for that.", "Please do it through {}.")


class Words:
    """Wordings of one task, by seed."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)

    def identity(self, task: Task) -> str:
        """Who the customer is, as far as the task says it."""
        name = f"{task.first} {task.last}"
        if task.email:
            return self._one(
                f"I am {name}, my email is {task.email}.", f"My email is {task.email}.", f"{name} here, {task.email}."
            )
        return self._one(
            f"I am {name}, zip code {task.zip}.",
            f"My name is {name}, and my zip is {task.zip}.",
            f"{name}, {task.zip}.",
        )

    def opening(self) -> str:
        """A greeting, or none."""
        return self._one(*_OPENINGS)

    def bye(self) -> str:
        """That nothing else is wanted."""
        return self._one(*_BYE)

    def yes(self) -> str:
        """A plain yes."""
        return self._one(*_YES)

    def wish(self, wish: Wish, with_why: bool = True) -> str:
        """The request, its details, and why."""
        ask = self._one(*_ASKS[wish.kind])
        items = " and ".join(self.piece(piece) for piece in wish.items) or "all items"
        if wish.whole and wish.items:
            items = f"everything, {items}"
        text = ask.format(
            order=self.order(wish), items=items, payment=payment(wish.payment), address=f"order {wish.address_of}"
        )
        parts = [text[0].upper() + text[1:]]
        if wish.why and with_why:
            parts.append(wish.why)
        elif wish.reason:
            parts.append(self._one(*_REASONS[wish.reason]))
        if wish.payment and wish.kind != "payment" and self.chance.random() < 0.6:
            parts.append(self.by(wish))
        return " ".join(parts)

    def by(self, wish: Wish) -> str:
        """How it is to be paid, or paid back."""
        return self._one(*_BY).format(payment(wish.payment))

    def order(self, wish: Wish) -> str:
        """The order as the customer knows it."""
        if not wish.order:
            names = " and ".join(piece.name for piece in wish.items) or "things"
            return self._one(f"the order with the {names}", f"my {names} order")
        if wish.order.isdigit():
            return f"the order whose number ends in {wish.order}"
        return self._one(*_ORDERS).format(wish.order)

    def piece(self, piece: Piece) -> str:
        """An item, how it is told from others, and what it shall become."""
        have = f" ({', '.join(piece.have)})" if piece.have and self.chance.random() < 0.7 else ""
        want = self._one(" to {}", " for {}", " so that it is {}").format(", ".join(piece.want)) if piece.want else ""
        return f"the {piece.name}{have}{want}"

    def reason(self, wish: Wish) -> str:
        """Why an order is cancelled."""
        return self._one(*_REASONS[wish.reason])

    def _one(self, *wordings: str) -> str:
        return self.chance.choice(wordings)


def payment(slot: str) -> str:
    """A way to pay as a customer says it."""
    return {"paypal": "PayPal", "gift card": "a gift card", "credit card": "my credit card"}.get(slot, slot)
