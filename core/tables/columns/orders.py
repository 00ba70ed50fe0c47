"""Ids of events: unique ones, those that name a thread, and numbers of orders whose lines are rows."""

from collections.abc import Sequence
from typing import Final

from fewsight.tables.columns.choice import Choice
from fewsight.tables.columns.names import tokens
from fewsight.tables.columns.values import is_amount, is_order_number, is_wordy, mostly
from fewsight.tables.words import squash

_CONSTANT: Final = ("customer_id", "time", "kind", "author")
"""Roles that are the same in all lines of an order."""

_ORDERS: Final = frozenset(
    ["order", "orders", "invoice", "transaction", "basket", "receipt", "purchase", "sale", "pedido"]
)
_ORDER_PARTS: Final = ("bestell", "auftrag", "rechnung", "commande", "ordine", "订单", "注文", "주문")
_TOTAL_NAMES: Final = ("total", "gesamt", "合计", "总", "実付", "合計", "実", "totaal", "totale")


def id_columns(choice: Choice) -> list[str]:
    """Free columns that may name events, the surest first."""
    sheet = choice.sheet
    names = choice.ranked("event_id")
    loose = [name for name in choice.free if squash(name) == "id" and name not in names]
    numbers = [
        name
        for name in choice.free
        if squash(name) in ("name", "order", "number", "no", "nr", "ref")
        and mostly(is_order_number, sheet.sample[name], 0.9)
    ]
    return [name for name in dict.fromkeys([*names, *numbers, *loose]) if sheet.sample[name]]


def order_of_lines(choice: Choice, ids: Sequence[str]) -> str | None:
    """The id whose rows are lines of one order: same customer and time, and different products; None: no such id."""
    for name in ids:
        groups = [places for places in choice.sheet.groups(name) if len(places) > 1]
        groups = [places for places in groups if len({tuple(choice.sheet.rows[at]) for at in places}) > 1]
        if not groups:
            continue
        constant = [choice.columns[role] for role in _CONSTANT if role in choice.columns]
        if any(_varies(choice, column, groups, 0.1) for column in constant):
            continue
        text = choice.columns.get("text")
        if text is not None and "product" not in choice.columns and not choice.ranked("product"):
            continue
        if text is not None and _varies(choice, text, groups, 0.1):
            continue
        lines = [*choice.ranked("product"), *choice.ranked("price"), *choice.ranked("quantity")]
        lines += [choice.columns["product"]] if "product" in choice.columns else []
        if any(_varies(choice, column, groups, 0.5) for column in lines):
            return name
    return None


def choose_order(choice: Choice, ids: Sequence[str], rows: str, kind: tuple[str, str] | None) -> str:
    """Of rows without a customer, take the order that they belong to; returns what a row is.

    Rows that are orders themselves, or that nothing calls otherwise, are lines of theirs.
    """
    if "customer_id" in choice.columns or rows == "lines":
        return rows
    name = next((name for name in ids if _ORDERS & set(tokens(name)) or squash(name).startswith(_ORDER_PARTS)), None)
    if name is None:
        return rows
    has_kind = "kind" in choice.columns or (kind is not None and kind[0] != "order") or "text" in choice.columns
    if choice.columns.get("event_id") == name:
        choice.drop("event_id")
    if has_kind:
        choice.take("order", name, "no column names the customer, so it is that of the order")
        own = next((one for one in ids if one in choice.free and choice.sheet.is_unique(one)), None)
        choice.take("event_id", own, "by its name; each row has one of its own")
        return rows
    choice.take("event_id", name, "no column names the customer, so rows are lines of the orders of another table")
    return "lines"


def choose_money_of_lines(choice: Choice, order: str) -> None:
    """Take the order's total, which is counted once, or else the lines' prices, which are summed."""
    groups = [places for places in choice.sheet.groups(order) if len(places) > 1]
    names = [name for name in choice.ranked("amount") if mostly(is_amount, choice.sheet.sample[name])]
    prices = [name for name in choice.ranked("price") if mostly(is_amount, choice.sheet.sample[name])]
    once = [name for name in names if not _varies(choice, name, groups, 0)]
    totals = [name for name in once if _is_total(choice, name, groups, prices)]
    if totals:
        choice.take("amount", totals[0], "the same in all lines of an order, so it is counted once")
        _take_quantity(choice)
        return
    each = next((name for name in prices if name not in _line_totals(choice)), None)
    if each is not None and "quantity" not in choice.columns:
        _take_quantity(choice)
    if each is not None:
        choice.take("price", each, "the price of one piece; an order's amount is the sum over its lines")
        return
    lines = [name for name in choice.ranked("line_amount") if mostly(is_amount, choice.sheet.sample[name])]
    if lines or prices:
        choice.take("price", (lines or prices)[0], "the amount of a line; an order's amount is the sum over its lines")
        choice.drop("quantity")


def _take_quantity(choice: Choice) -> None:
    name = next((name for name in choice.ranked("quantity") if mostly(is_amount, choice.sheet.sample[name])), None)
    choice.take("quantity", name)


def _is_total(choice: Choice, name: str, groups: Sequence[Sequence[int]], prices: Sequence[str]) -> bool:
    word = squash(name)
    if any(part in word for part in _TOTAL_NAMES) and "line" not in word and "item" not in word:
        return True
    cells = choice.sheet.cells(name)
    if any(cells[places[0]] is not None and cells[places[-1]] is None for places in groups):
        return True  # money stands in an order's first row alone
    if any(_varies(choice, price, groups, 0) for price in prices if price != name):
        return True
    return name not in prices and (len(groups) > 1 or len(groups[0]) > 2)


def _line_totals(choice: Choice) -> list[str]:
    """Prices that are already multiplied: Amazon's reports, with their hyphens, so call the amount of a line."""
    return [name for name in choice.free if name == "item-price"]


def _varies(choice: Choice, column: str, groups: Sequence[Sequence[int]], more_than: float) -> bool:
    """Whether a column has several values within more than a share of the groups; blank cells don't count."""
    cells = choice.sheet.cells(column)
    several = sum(len({str(cells[at]) for at in places if cells[at] is not None}) > 1 for places in groups)
    return several > more_than * len(groups) if more_than < 0.5 else 2 * several >= len(groups)


def has_words(choice: Choice, column: str) -> bool:
    """Whether a column holds names rather than codes."""
    values = choice.sheet.sample[column]
    return mostly(is_wordy, values) and mostly(
        lambda v: " " in str(v).strip() or any(c > "\u2e80" for c in str(v)), values
    )
