"""A call in words for the customer, made of its own values and rows: no model writes them."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from fewsight.agents.copilot.state import is_money
from fewsight.agents.copilot.tools import Call


def told(call: Call) -> str:
    """What a call does, its arguments by name, and each element of its list by its rows."""
    money = call.tool.money
    plain = {k: v for k, v in call.arguments.items() if not isinstance(v, list) and k != money and v is not None}
    parts = [f"{_plain(name)}: {value}" for name, value in plain.items()]
    parts += [_element(element.rows, call) for element in call.elements]
    if money is not None:
        mark = is_money(call.tool.arguments.model_fields[money])
        assert mark is not None
        amount = call.amount or 0
        parts.append(f"{_plain(money)}: {amount // 100}.{amount % 100:02} {mark.currency}")
    return f"{_plain(call.tool.name)}: {'; '.join(parts)}"


def _element(rows: Mapping[str, BaseModel], call: Call) -> str:
    """The rows that an element names beyond those of the call, outer ones first."""
    return " -> ".join(row_told(row) for path, row in sorted(rows.items()) if path not in call.rows)


def row_told(row: BaseModel) -> str:
    """A row by its name, or its id, and its options."""
    values: dict[str, Any] = dict(row)
    name = values.get("name") or values.get("id") or ""
    options = [f"{key} {text}" for v in values.values() if isinstance(v, dict) for key, text in v.items()]
    return f"{name} ({', '.join(options)})" if options else str(name)


def _plain(name: str) -> str:
    return name.replace("_", " ")
