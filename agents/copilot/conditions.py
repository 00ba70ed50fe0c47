"""Conditions of clauses: a field of the customer's state or of the call, compared with a value.

`orders.status = delivered` and `orders.age_days <= 30` are conditions. A field that is None meets `!=` alone, and
`= none`. A clause's conditions hold together.
"""

import operator
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from fewsight.agents.copilot.state import field_at, lists_of, value_at
from fewsight.agents.copilot.tools import Call, Tool
from fewsight.errors import PolicyError, first_problem
from fewsight.prompts.answer.annotations import closed_values, kind_of

ARGUMENT: Final = "argument."
"""Before the name of an argument of the call; other fields are the state's."""

_SHAPE: Final = re.compile(r"\s*([\w.]+)\s*(<=|>=|!=|=|<|>)\s*(.+?)\s*")
_ORDERS: Final = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@dataclass(frozen=True, slots=True)
class Condition:
    """`field` `comparison` `value`, the value of the field's own type; `values`: all, where there are finitely many."""

    field: str
    comparison: str
    value: Any
    values: tuple[Any, ...] | None

    def holds(self, call: Call, state: BaseModel) -> bool:
        """Whether it holds for one call."""
        if self.field.startswith(ARGUMENT):
            return self.takes(call.arguments[self.field.removeprefix(ARGUMENT)])
        return self.takes(value_at(state, call.rows, self.field))

    def takes(self, value: Any) -> bool:  # noqa: ANN401 - any value of the field
        """Whether it holds where the field has this value."""
        if self.comparison in ("=", "!="):
            return bool((value == self.value) == (self.comparison == "="))
        return value is not None and bool(_ORDERS[self.comparison](value, self.value))


def read_condition(text: str, tool: Tool, state: type[BaseModel]) -> Condition:
    """A condition as a clause for `tool` writes it.

    Raises:
        PolicyError: it has another shape, names no field, or a value that the field can't have.
    """
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        raise PolicyError(f"{text!r} is no condition; write 'orders.status = delivered' (=, !=, <, <=, >, >=).")
    name, comparison, word = shape.groups()
    field = _field(name, tool, state)
    kind = kind_of(field.annotation, field.metadata)
    values = closed_values(kind.core)
    if comparison in _ORDERS and kind.core not in (int, float):
        raise PolicyError(f"{text!r}: {name!r} is no number; compare it with = or !=.")
    if word == "none" and kind.nullable:
        return Condition(name, comparison, None, (*values, None) if values else None)
    try:
        value = TypeAdapter(kind.core).validate_strings(word)
    except ValidationError as error:
        raise PolicyError(f"{text!r}: {first_problem(error).partition(': ')[2]}.") from error
    return Condition(name, comparison, value, (*values, None) if values and kind.nullable else values)


def can_hold(conditions: Iterable[Condition]) -> bool:
    """Whether some state meets all conditions, each field taken by itself."""
    by_field: dict[str, list[Condition]] = {}
    for condition in conditions:
        by_field.setdefault(condition.field, []).append(condition)
    return all(any(all(c.takes(value) for c in group) for value in _trials(group)) for group in by_field.values())


def implies(stricter: Sequence[Condition], looser: Sequence[Condition]) -> bool:
    """Whether every state that meets all of `stricter` also meets all of `looser`."""
    return all(not can_hold([*stricter, denied]) for condition in looser for denied in _opposites(condition))


def _field(name: str, tool: Tool, state: type[BaseModel]) -> FieldInfo:
    if name.startswith(ARGUMENT):
        return field_at(tool.arguments, name.removeprefix(ARGUMENT))
    field = field_at(state, name)
    bound = tool.lists(state)
    if missing := [place for place in lists_of(state, [name]) if place not in bound]:
        raise PolicyError(f"{name!r}: no argument of {tool.name!r} says which of {missing[0]!r} is meant.")
    return field


def _trials(group: Sequence[Condition]) -> Sequence[Any]:
    """Values of one field that stand for all: those that are named, and numbers beside and between them."""
    listed = next((c.values for c in group if c.values is not None), None)
    if listed is not None:
        return listed
    named = [c.value for c in group]
    numbers = [v for v in named if isinstance(v, int | float) and not isinstance(v, bool)]
    if not numbers:
        return [*named, None, "\0"]
    whole = all(isinstance(v, int) for v in numbers)
    between = [] if whole else [(a + b) / 2 for a in numbers for b in numbers]
    return [*named, *(v + step for v in numbers for step in (-1, 1)), *between, None]


def _opposites(condition: Condition) -> list[Condition]:
    """Conditions of which one holds wherever this one does not."""
    flipped = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}[condition.comparison]
    opposite = Condition(condition.field, flipped, condition.value, condition.values)
    if condition.comparison in _ORDERS:  # nothing is neither less nor more than a number
        return [opposite, Condition(condition.field, "=", None, condition.values)]
    return [opposite]
