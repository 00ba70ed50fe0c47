"""Moves in words, and the fields in which a person changes one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import BaseModel

from fewsight.agents.copilot.articles import Articles
from fewsight.agents.copilot.tools import Tool, calls
from fewsight.errors import CaseError
from fewsight.tables.values.currencies import grouped_money

LABELS = {"reply": "Reply", "question": "Ask a question", "follow_up": "Note a follow-up", "hand_off": "Hand off"}


@dataclass(frozen=True, slots=True)
class Field:
    """An argument as a form shows it: a choice among `options`, or an amount up to `most`."""

    name: str
    value: str
    options: tuple[str, ...] = ()
    most: str = ""


def title(closed: Mapping[str, Any], articles: Articles) -> str:
    """What a move is, in a few words."""
    kind = closed["move"]
    if kind == "call":
        return str(closed["tool"]).replace("_", " ").capitalize()
    if kind == "follow_up":
        days = closed["days"]
        return f"Note a follow-up in {days} day{'s' if days != 1 else ''}"
    if kind == "hand_off":
        return f"Hand off: {closed['reason']}"
    source = cited(closed, articles)
    return f"{LABELS[kind]}, from {source}" if source else LABELS[kind]


def cited(closed: Mapping[str, Any], articles: Articles) -> str:
    """The title of what a reply cites."""
    cite = str(closed.get("cite", ""))
    key = cite.removeprefix("article ")
    known = next((article.title for article in articles.articles if article.id == key), None)
    return f"“{known}”" if known and cite != key else {"customer": "the customer's data"}.get(cite, cite)


def gist(move: Mapping[str, Any]) -> list[str]:
    """The arguments of a call as a person reads them: names of the rows that are meant, amounts, chosen words."""
    arguments = move["closed"].get("arguments", {})
    rows = move.get("rows", {}).values()
    named = {str(row["id"]): f"{row['name']} ({row['id']})" for row in rows if row.get("id") and row.get("name")}
    amount = move.get("amount")
    texts = []
    for value in arguments.values():
        if amount is not None and value == amount and not isinstance(value, bool):
            texts.append(grouped_money(amount, move.get("currency")))
        else:
            texts.append(named.get(str(value), "none" if value is None else str(value)))
    return texts


def fields(tool: Tool, state: BaseModel, arguments: Mapping[str, Any]) -> list[Field]:
    """The arguments of a call as fields, with all values that this customer's state has for each."""
    offered = list(calls(tool, state))
    plain = {name: value for name, value in arguments.items() if not isinstance(value, list | dict)}
    return [
        _field(tool, name, value, [call.arguments.get(name, value) for call in offered])
        for name, value in plain.items()
    ]


def changed(tool: Tool, state: BaseModel, arguments: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    """The arguments with what a form says instead.

    Raises:
        CaseError: a value is none that this customer's state has, or an amount is none.
    """
    offered = list(calls(tool, state))
    return {
        name: value
        if name not in given
        else _amount(given[name])
        if name == tool.money
        else _value(name, given[name], [call.arguments.get(name, value) for call in offered])
        for name, value in arguments.items()
    }


def read_move(text: str) -> dict[str, Any]:
    """A move's closed part out of a form.

    Raises:
        CaseError: it is none.
    """
    try:
        closed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CaseError("That is no move. Nothing was done.") from error
    plain = isinstance(closed, dict) and isinstance(closed.get("move"), str)
    call = plain and closed["move"] == "call"
    if not plain or (call and not (isinstance(closed.get("tool"), str) and isinstance(closed.get("arguments"), dict))):
        raise CaseError("That is no move. Nothing was done.")
    if any(isinstance(value, list | dict) for value in closed.get("arguments", {}).values()) or (
        not call and any(isinstance(value, list | dict) for value in closed.values())
    ):
        raise CaseError("That is no move. Nothing was done.")
    known: dict[str, Any] = closed
    return known


def _field(tool: Tool, name: str, value: Any, values: list[Any]) -> Field:  # noqa: ANN401 - any value of a state
    if name == tool.money:
        return Field(name, _decimal(value), most=_decimal(max(values, default=value)))
    return Field(name, _text(value), tuple(dict.fromkeys([_text(value), *map(_text, values)])))


def _value(name: str, text: str, values: list[Any]) -> Any:  # noqa: ANN401 - any value of a state
    for value in values:
        if _text(value) == text:
            return value
    raise CaseError(f"{name}: {text!r} is not in this customer's state. Nothing was done.")


def _amount(text: str) -> int:
    try:
        amount = Decimal(text.strip().replace(",", ".")) * 100
    except InvalidOperation as error:
        raise CaseError(f"{text!r} is no amount; write it as 12.50. Nothing was done.") from error
    if not amount.is_finite() or amount != amount.to_integral_value() or abs(amount) > 10**15:
        raise CaseError(f"{text!r} is no amount of whole cents. Nothing was done.")
    return int(amount)


def _decimal(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02}"


def _text(value: Any) -> str:  # noqa: ANN401 - any value of a state
    return "none" if value is None else str(value)
