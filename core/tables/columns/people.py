"""Whose row it is, and who wrote what stands in it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fewsight.tables.columns.choice import Choice
from fewsight.tables.columns.names import rank
from fewsight.tables.columns.values import is_email, mostly
from fewsight.tables.words import AGENT, AUTHOR_WORDS, CUSTOMER, squash

_WHOLE_NUMBERS: Final = ("id", "ids")
_SAYS_CUSTOMER: Final = frozenset(["incoming", "inbound", "iscustomer", "fromcustomer", "isincoming", "isinbound"])
_SAYS_AGENT: Final = frozenset(["fromagent", "isagent", "isstaff", "isadmin", "outgoing", "outbound", "isbot"])
_TRUTH: Final = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_GUESTS: Final = ("0", "-1", "guest", "Guest")
"""What shops write where a customer has no account: no single customer."""
_SURE: Final = 0.9


def choose_author(choice: Choice) -> dict[str, str]:
    """Take the column that says who wrote each row, where its values are words for customers and for the firm.

    Returns:
        squashed value -> customer, agent or note.
    """
    for name in choice.ranked("author"):
        who = _by_truth(name, choice.sheet.sample[name]) or by_words(choice.sheet.sample[name])
        if who:
            choice.take("author", name, "its values are words for customers and for the firm")
            return who
    return {}


def by_words(values: Sequence[Any]) -> dict[str, str]:
    """Squashed value -> who it is, where nine of ten are known; 'user' is whoever the others are not."""
    words = {squash(str(value)) for value in values}
    who = {word: AUTHOR_WORDS[word] for word in words if word in AUTHOR_WORDS}
    if "message" in words and CUSTOMER in who.values():
        who["message"] = AGENT  # Help Scout has threads of customers, messages to them, and notes
    if "user" in words:
        # Intercom has users and admins, Chatwoot contacts and users
        who["user"] = AGENT if CUSTOMER in who.values() else CUSTOMER
        if set(who) == {"user"}:
            return {}
    known = sum(squash(str(value)) in who for value in values)
    return who if values and known >= _SURE * len(values) else {}


def _by_truth(name: str, values: Sequence[Any]) -> dict[str, str]:
    """The same for a column of true and false, whose name says what is true."""
    word = squash(name.rpartition(".")[2])
    if word not in _SAYS_AGENT | _SAYS_CUSTOMER or not mostly(lambda v: squash(str(v)) in _TRUTH, values, _SURE):
        return {}
    when_true, when_false = (CUSTOMER, AGENT) if word in _SAYS_CUSTOMER else (AGENT, CUSTOMER)
    return {text: when_true if truth else when_false for text, truth in _TRUTH.items()}


def choose_customer(choice: Choice) -> None:
    """Take the column that says whose row it is: by name, or else the one that holds e-mail addresses.

    A bare `id` is one only where nothing else can be, and no other `..._id` stands beside it.
    """
    sheet = choice.sheet
    names = [name for name in choice.ranked("customer_id") if not mostly(_is_truth, sheet.sample[name], _SURE)]
    known = [name for name in names if not any(str(value).strip() in _GUESTS for value in sheet.sample[name])]
    names = known or names
    fullest = max((sheet.filled(name) for name in names), default=0.0)
    for name in names:
        if sheet.filled(name) and sheet.filled(name) >= fullest / 2:
            choice.take("customer_id", name)
            return
    if names and not fullest:
        choice.take("customer_id", names[0])
        return
    for name in choice.free:
        if mostly(is_email, sheet.sample[name], _SURE) and not (_is_firms(name) or rank("recipient", name)):
            choice.take("customer_id", name, "its values are e-mail addresses")
            return
    bare = choice.named("id")
    others = [name for name in choice.free if name != bare and squash(name).endswith(_WHOLE_NUMBERS)]
    if bare is not None and not others:
        choice.take("customer_id", bare, "no other column is an id")


def choose_author_by_id(choice: Choice) -> None:
    """Take a column of authors whose values are the row's customer in some rows and somebody else in others."""
    customer = choice.columns.get("customer_id")
    if customer is None or "author" in choice.columns or "text" not in choice.columns:
        return
    owners = choice.sheet.cells(customer)
    for name in choice.ranked("author"):
        pairs = [(a, b) for a, b in zip(choice.sheet.cells(name), owners, strict=True) if a is not None]
        own = sum(str(a).strip() == str(b).strip() for a, b in pairs)
        if 0 < own < len(pairs):
            choice.take("author", name, f"it equals {customer!r} in some rows, and names somebody else in others")
            return


def choose_conversation(choice: Choice, authors: Mapping[str, str], ids: Sequence[str]) -> None:
    """Where the customer's column names the writer of each row, take the one by which replies find theirs."""
    customer, author = choice.columns.get("customer_id"), choice.columns.get("author")
    if customer is None or author is None:
        return
    firm = [authors.get(squash(str(who))) != CUSTOMER for who in choice.sheet.cells(author)]
    owners = [str(owner).strip() for owner in choice.sheet.cells(customer)]
    for name in ids:
        apart = [
            {owners[at] for at in places if firm[at]}.isdisjoint({owners[at] for at in places if not firm[at]})
            for places in choice.sheet.groups(name)
            if len({firm[at] for at in places}) == 2
        ]
        if apart and all(apart):
            reason = f"{customer!r} names the writer, so replies go to the customer who wrote beside them"
            choice.take("conversation", name, reason)
            return


def choose_recipient(choice: Choice) -> dict[str, str]:
    """Of a mailbox, take the recipient: the address that every mail comes from or goes to is the firm's.

    Returns:
        address of the firm -> agent.
    """
    customer = choice.columns.get("customer_id")
    to = next(iter(choice.ranked("recipient")), None)
    if customer is None or to is None or {"author", "conversation"} & choice.columns.keys():
        return {}
    pairs = [{str(one).strip(), str(other).strip()} for one, other in _pairs(choice, customer, to)]
    always = set.intersection(*pairs) if pairs else set()
    senders = {str(cell).strip() for cell in choice.sheet.cells(customer)}
    if len(always) != 1 or len(pairs) < 2 or not always < senders:
        return {}
    firm = always.pop()
    choice.take("recipient", to, f"{firm!r} sent or got every mail, so it is the firm; what it sent is the recipient's")
    return {firm: AGENT}


def _pairs(choice: Choice, one: str, other: str) -> list[tuple[Any, Any]]:
    return list(zip(choice.sheet.cells(one), choice.sheet.cells(other), strict=True))


def _is_truth(value: Any) -> bool:  # noqa: ANN401 - any cell
    return squash(str(value)) in ("true", "false")


def _is_firms(name: str) -> bool:
    word = squash(name)
    return any(part in word for part in ("agent", "assign", "owner", "shop", "seller", "staff", "support", "vendor"))
