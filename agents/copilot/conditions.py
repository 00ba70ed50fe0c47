"""Conditions of clauses: a field of the customer's state or of the call, compared with a value.

`orders.status = delivered` and `orders.age_days <= 30` are conditions, and so is `payments.id != {orders.paid_with}`,
which compares two fields. Of a call with a list, `sum(orders.items.price) <= 5000` adds up over its elements; a
condition on one of an element's rows is asked of each. A field that is None meets `!=` alone, and `= none`. A clause's
conditions hold together.
"""

import operator
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from fewsight.agents.copilot.state import field_at, lists_of, value_at
from fewsight.agents.copilot.tools import Call, Element, Tool
from fewsight.errors import PolicyError, first_problem
from fewsight.prompts.answer.annotations import closed_values, kind_of

ARGUMENT: Final = "argument."
"""Before the name of an argument of the call; other fields are the state's."""

_SHAPE: Final = re.compile(r"\s*(sum\()?([\w.]+)(?(1)\))\s*(<=|>=|!=|=|<|>)\s*(?:\{([\w.]+)\}|(.+?))\s*")
_ORDERS: Final = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@dataclass(frozen=True, slots=True)
class Condition:
    """`field` `comparison` `value`, the value of the field's own type; `values`: all, where there are finitely many.

    `other` is the field that it is compared with, in place of a value. `is_sum` adds the field up over the elements of
    a list; `of_elements`: one of an element's rows is meant, so that it holds for some elements and not for others.
    """

    field: str
    comparison: str
    value: Any
    values: tuple[Any, ...] | None
    other: str | None = None
    is_sum: bool = False
    of_elements: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether it compares one field with a value."""
        return self.other is None and not self.is_sum

    def holds(self, call: Call, state: BaseModel, element: Element | None = None) -> bool:
        """Whether it holds for one call, and for this element of its list."""
        if self.is_sum:
            left: Any = sum(value_at(state, one.rows, self.field) for one in call.elements)
        else:
            left = _value(self.field, call, state, element)
        if self.other is None:
            return self.takes(left)
        return _compare(self.comparison, left, _value(self.other, call, state, element))

    def takes(self, value: Any) -> bool:  # noqa: ANN401 - any value of the field
        """Whether it holds where the field has this value."""
        return _compare(self.comparison, value, self.value)


def _compare(comparison: str, left: Any, right: Any) -> bool:  # noqa: ANN401 - any values
    if comparison in ("=", "!="):
        return bool((left == right) == (comparison == "="))
    return left is not None and right is not None and bool(_ORDERS[comparison](left, right))


def _value(field: str, call: Call, state: BaseModel, element: Element | None) -> Any:  # noqa: ANN401 - any value
    if field.startswith(ARGUMENT):
        return call.arguments[field.removeprefix(ARGUMENT)]
    return value_at(state, call.rows if element is None else element.rows, field)


def read_condition(text: str, tool: Tool, state: type[BaseModel]) -> Condition:
    """A condition as a clause for `tool` writes it.

    Raises:
        PolicyError: it has another shape, names no field, or a value that the field can't have.
    """
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        raise PolicyError(f"{text!r} is no condition; write 'orders.status = delivered' (=, !=, <, <=, >, >=).")
    sums, name, comparison, other, word = shape.groups()
    field, of_elements = _field(name, tool, state)
    kind = kind_of(field.annotation, field.metadata)
    if (comparison in _ORDERS or sums) and kind.core not in (int, float):
        raise PolicyError(f"{text!r}: {name!r} is no number; compare it with = or !=.")
    if sums and (not of_elements or kind.nullable):
        raise PolicyError(f"{text!r}: only a number that each element of a list has can be added up.")
    if other is not None:
        against, below = _field(other, tool, state)
        if kind_of(against.annotation).core is not kind.core or (sums and below):
            raise PolicyError(f"{text!r}: {name!r} and {other!r} can't be compared.")
        return Condition(name, comparison, None, None, other, bool(sums), not sums and (of_elements or below))
    values = closed_values(kind.core)
    if word == "none" and kind.nullable:
        every = (*values, None) if values else None
        return Condition(name, comparison, None, every, of_elements=of_elements)
    try:
        value = TypeAdapter(kind.core).validate_strings(word)
    except ValidationError as error:
        raise PolicyError(f"{text!r}: {first_problem(error).partition(': ')[2]}.") from error
    every = (*values, None) if values and kind.nullable else values
    return Condition(name, comparison, value, every, None, bool(sums), not sums and of_elements)


def can_hold(conditions: Iterable[Condition]) -> bool:
    """Whether some state meets all conditions, each field taken by itself; two fields and sums may have any values."""
    by_field: dict[str, list[Condition]] = {}
    for condition in conditions:
        if condition.is_plain:
            by_field.setdefault(condition.field, []).append(condition)
    return all(any(all(c.takes(value) for c in group) for value in _trials(group)) for group in by_field.values())


def implies(stricter: Sequence[Condition], looser: Sequence[Condition]) -> bool:
    """Whether every state that meets all of `stricter` also meets all of `looser`."""
    return all(condition in stricter or _implies_one(stricter, condition) for condition in looser)


def _implies_one(stricter: Sequence[Condition], looser: Condition) -> bool:
    return looser.is_plain and all(not can_hold([*stricter, denied]) for denied in _opposites(looser))


def _field(name: str, tool: Tool, state: type[BaseModel]) -> tuple[FieldInfo, bool]:
    """The field of a name, and whether it is one of an element's rows."""
    if name.startswith(ARGUMENT):
        return field_at(tool.arguments, name.removeprefix(ARGUMENT)), False
    field = field_at(state, name)
    bound, below = tool.lists(state), tool.element_lists(state)
    places = lists_of(state, [name])
    if missing := [place for place in places if place not in bound and place not in below]:
        raise PolicyError(f"{name!r}: no argument of {tool.name!r} says which of {missing[0]!r} is meant.")
    return field, any(place in below for place in places)


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
